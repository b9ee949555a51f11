"""The matrix for the pages of the rooms; apart from test_matrix.py so that two workers share the work."""

import pytest

from tests.fences.matrix import ROOMS
from tests.fences.matrix.asking import Asking
from tests.fences.matrix.stage import Stage

pytestmark = pytest.mark.long

# How many cells a run asks at the least.
ASKED_HERE = {"people": 4000, "tenants": 1000, "subscriptions": 600, "messagecenter": 400, "support": 1500}


@pytest.mark.parametrize(("room", "least"), ASKED_HERE.items())
def test_everybody_gets_the_answer_of_the_table(stage: Stage, room: str, least: int) -> None:
    asking = Asking(stage)
    assert asking.faults(ROOMS[room]) == []
    assert asking.cells >= least
