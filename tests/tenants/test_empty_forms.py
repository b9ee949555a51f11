"""A form that is sent empty comes back with what is missing beside each field."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.demo.cast import Cast

BrowserOf = Callable[[str], Client]


@pytest.mark.parametrize(
    ("person", "address", "missing"),
    [
        ("alice", "/organisations/{huaxin}/grants/new/", {"partner", "level"}),
        ("alice", "/organisations/{huaxin}/settings/sharepoint.external_sharing/", {"value", "version"}),
        ("uma", "/organisations/{huaxin}/users/new/", {"display_name", "alias"}),
        ("uma", "/organisations/{huaxin}/users/{ed}/change/", {"display_name", "version"}),
        ("ed", "/account/", {"time_zone"}),
    ],
)
def test_an_empty_form_names_what_is_missing(
    cast: Cast, browser_of: BrowserOf, person: str, address: str, missing: set[str]
) -> None:
    answer = browser_of(person).post(address.format(huaxin=cast.huaxin.pk, ed=cast.ed.pk))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == missing
    assert "Some values need your attention" in answer.content.decode()


def test_a_role_in_the_address_is_not_given_by_an_empty_form(cast: Cast, browser_of: BrowserOf) -> None:
    here = f"/organisations/{cast.huaxin.pk}/users/{cast.ed.pk}/roles/"
    answer = browser_of("alice").post(f"{here}?assign=userAdmin")
    assert (answer.status_code, answer.portal_error.code) == (422, "notOneRole")
