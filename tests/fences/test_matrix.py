"""Every address x every person x every method x own, foreign and missing objects, against the table written by hand."""

from types import SimpleNamespace
from typing import Any

import pytest

import subscriptions.actions
import subscriptions.views
import tenants.middleware
import tenants.web
from portal.errors import RuleBroken
from tenants.grants import GRANTS, Rule
from tenants.models import Role, User
from tenants.permissions import Permission
from tenants.web import SIGNED_IN, PortalRequest
from tests.fences.matrix import ROOMS
from tests.fences.matrix import subscriptions as rows_of_subscriptions
from tests.fences.matrix import tenants as rows_of_tenants
from tests.fences.matrix.asking import Asking, patterns
from tests.fences.matrix.rows import Door, Row
from tests.fences.matrix.stage import Stage

pytestmark = pytest.mark.long

EVERY_ROW = [row for rows in ROOMS.values() for row in rows]
# Rooms of this file (the pages of the others: test_matrix_pages.py), and how many cells a run asks at the least.
ASKED_HERE = {"account": 1500, "admin": 4800, "other": 700, "rest": 4500}
LIST, _DETAIL, _GRANTED, QUANTITY = rows_of_subscriptions.ROWS[:4]
OVERVIEW = rows_of_tenants.ROWS[1]


def unlisted(found: set[str], rows: list[Row]) -> dict[str, set[str]]:
    """Addresses without a row, and rows without an address."""
    named = {row.pattern for row in rows}
    return {"without a row": found - named, "without an address": named - found}


def test_every_address_has_its_row() -> None:
    assert unlisted(set(patterns()), EVERY_ROW) == {"without a row": set(), "without an address": set()}


@pytest.mark.parametrize("row", EVERY_ROW, ids=lambda row: row.title)
def test_every_letter_stands_in_every_row(row: Row) -> None:
    doors = [row, row.foreign] if row.foreign else [row]
    assert [gap for door in doors for gap in door.gaps()] == []


@pytest.mark.parametrize(("room", "least"), ASKED_HERE.items())
def test_everybody_gets_the_answer_of_the_table(stage: Stage, room: str, least: int) -> None:
    asking = Asking(stage)
    assert asking.faults(ROOMS[room]) == []
    assert asking.cells >= least


# --- It bites ---------------------------------------------------------------------------------------------------------


def test_it_bites_an_address_without_a_row() -> None:
    found = unlisted({*patterns(), "organisations/<uuid:customer_id>/secrets/"}, EVERY_ROW)
    assert found["without a row"] == {"organisations/<uuid:customer_id>/secrets/"}


def test_it_bites_a_letter_that_is_forgotten_or_named_twice() -> None:
    door = Door(reach="CG CU EU", get={200: "CG CU", 403: "CU V"})
    assert sorted(door.gaps()) == [
        *["GET forgets EU", "GET lets V in from outside", "GET repeats CU"],
        *["HEAD forgets EU", "HEAD lets V in from outside", "HEAD repeats CU"],
    ]


def test_it_bites_a_door_without_its_lock(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(subscriptions.views.subscription_quantity.rights, "GET", SIGNED_IN)  # type: ignore[attr-defined] # see tenants.web.page
    faults = Asking(stage).faults([QUANTITY], "CG HA EU")
    assert f"{QUANTITY.title}: CG alice GET own: expected 403, got 200" in faults
    assert f"{QUANTITY.title}: EU ed GET own: expected 403, got 200" in faults


def test_it_bites_a_right_that_is_granted_too_widely(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Permission.SUBSCRIPTION_LIST
    *others, rule = GRANTS[right]
    wider = Rule(rule.roles | {Role.PASSWORD_ADMIN}, rule.basis, rule.needs, rule.guardian)
    monkeypatch.setitem(GRANTS, right, (*others, wider))  # type: ignore[arg-type] # a dictionary behind its read-only type
    assert f"{LIST.title}: CP pavel GET own: expected 403, got 200" in Asking(stage).faults([LIST], "CP")


def test_it_bites_a_right_that_is_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GRANTS, Permission.SUBSCRIPTION_LIST, ())  # type: ignore[arg-type] # as above
    assert f"{LIST.title}: CG alice GET own: expected 200, got 403" in Asking(stage).faults([LIST], "CG")


def test_it_bites_a_door_that_tells_foreign_from_missing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def anywhere(model: Any, request: PortalRequest, **lookup: Any) -> Any:
        found = model.objects.for_system("planted").filter(**lookup).first()
        if found is None:
            raise tenants.web.NotVisible
        return found

    monkeypatch.setattr(tenants.web, "within_reach_or_404", anywhere)
    faults = Asking(stage).faults([OVERVIEW], "JC")
    assert f"{OVERVIEW.title}: JC jun GET foreign: expected 404, got 403" in faults
    assert f"{OVERVIEW.title}: JC jun GET: foreign and missing differ" in faults


def test_it_bites_a_page_that_writes_when_it_is_read(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = subscriptions.views.render_page

    def remember(request: PortalRequest, *args: Any, **keywords: Any) -> Any:
        User.objects.filter(pk=request.actor.user_id).update(display_name="Was here")
        return draw(request, *args, **keywords)

    monkeypatch.setattr(subscriptions.views, "render_page", remember)
    assert f"{LIST.title}: CG alice GET own: reading wrote ['tenants_user']" in Asking(stage).faults([LIST], "CG")


def write_and_refuse(subscription: Any, *args: Any, **keywords: Any) -> Any:
    """A verb that is not atomic."""
    User.objects.filter(upn="ed@huaxin.example").update(display_name="Changed")
    raise RuleBroken("Planted.", code="planted")


def test_a_refusal_takes_back_what_was_done_before_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions.actions, "change_quantity", write_and_refuse)
    assert Asking(stage).faults([QUANTITY], "AA") == [f"{QUANTITY.title}: AA anna POST own: expected 303, got 409"]


def test_it_bites_a_refusal_that_leaves_something_behind(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions.actions, "change_quantity", write_and_refuse)
    monkeypatch.setattr(tenants.middleware, "transaction", SimpleNamespace(set_rollback=lambda _value: None))
    assert Asking(stage).faults([QUANTITY], "AA") == [
        f"{QUANTITY.title}: AA anna POST own: expected 303, got 409",
        f"{QUANTITY.title}: AA anna POST own: refused, and changed ['tenants_user']",
    ]
