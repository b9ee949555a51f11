"""Whatever a form has accepted can be handed to 21Vianet: the longest texts, of the characters that take most room."""

import pytest

from portal.database import transaction_as
from portal.demo.cast import Cast
from portal.vianet import contracts
from portal.vianet.envelope import parse
from support.limits import LONGEST_IMPACT, LONGEST_STEPS, LONGEST_TEXT
from tests.support.conftest import Story, messages


@pytest.mark.parametrize("character", ["\N{GRINNING FACE}", "\x01", '"'])
def test_the_longest_request_is_escalated_and_commented(story: Story, character: str) -> None:
    asked = story.ask(description=_long(LONGEST_TEXT, character))
    story.escalate(asked, tried=_long(LONGEST_STEPS, character), impact=_long(LONGEST_IMPACT, character))
    story.say(asked, "alice", _long(LONGEST_TEXT, character))
    escalated, commented = (contracts.check(parse(bytes(message.envelope))) for message in messages())
    assert len(escalated.data["description"]) == len(commented.data["text"]) == LONGEST_TEXT


def test_a_long_name_does_not_keep_anybody_from_escalating(story: Story, cast: Cast) -> None:
    with transaction_as(system="test"):
        cast.helen.display_name = "H" * 256
        cast.helen.save(update_fields=["display_name"])
    story.escalate(story.ask(), "helen")
    (message,) = messages()
    assert contracts.check(parse(bytes(message.envelope))).data["contact"]["name"] == "H" * 200


def _long(most: int, character: str) -> str:
    return f"x{character * (most - 2)}x"
