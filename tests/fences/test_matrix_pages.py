"""The matrix for the pages of the rooms; apart from test_matrix.py so that two workers share the work."""

import pytest

from tests.fences.matrix import ROOMS
from tests.fences.matrix.asking import Asking
from tests.fences.matrix.stage import Stage


@pytest.mark.parametrize("room", ["people", "tenants", "subscriptions", "messagecenter", "support"])
def test_everybody_gets_the_answer_of_the_table(stage: Stage, room: str) -> None:
    assert Asking(stage).faults(ROOMS[room]) == []
