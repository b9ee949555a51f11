"""The longest texts, in characters: what the contract with 21Vianet carries (portal/vianet/contract)."""

TITLE = 200
TEXT = 10_000
STEPS = 5_000
IMPACT = 2_000
