"""The longest texts, in characters: what the contract with 21Vianet carries (portal/vianet/contract)."""

LONGEST_TITLE = 200
LONGEST_TEXT = 10_000
LONGEST_STEPS = 5_000
LONGEST_IMPACT = 2_000
