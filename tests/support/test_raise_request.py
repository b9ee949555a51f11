"""A customer asks its partner, or the partner files on behalf."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from psycopg2.extensions import connection as PostgresConnection

from portal.database import transaction_as
from portal.demo import cast as demo_cast
from portal.demo.cast import Cast
from portal.errors import InvalidInput, NotAllowed, RuleBroken
from portal.mail.models import Letter
from portal.mail.rendering import render
from support.models import SupportRequest
from tenants.actions.organisations import end_relationship, grant_delegated_admin, start_relationship
from tenants.actor import Actor, acting_as
from tenants.models import ResellerRelationship
from tests.support.conftest import Story

Browser = Callable[[str], Client]
FORM = {
    "service": "exchange",
    "severity": "critical",
    "title": "Nobody gets mail",
    "description": "Since 9:00 nothing arrives.",
    "impact": "40 people",
}


def address(cast: Cast, customer: str = "huaxin") -> str:
    return f"/organisations/{cast.organisations[customer].pk}/requests/new/"


def test_an_admin_asks_the_partner(cast: Cast, browser_of: Browser) -> None:
    alice = browser_of("alice")
    page = alice.get(address(cast))
    assert page.status_code == 200
    assert "Fanyun Cloud" in page.content.decode()
    answer = alice.post(address(cast), FORM)
    made = SupportRequest.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/requests/{made.reference}/")
    assert (made.partner, made.reach_partner, made.requester) == (cast.fanyun, cast.fanyun, cast.alice)
    assert (made.status, made.severity, made.impact) == ("open", "critical", "40 people")


def test_whoever_can_answer_at_the_partner_is_told(cast: Cast, story: Story) -> None:
    story.ask()
    told = set(Letter.objects.filter(template="support_request_raised").values_list("address", flat=True))
    assert told == {"paul@fanyun.example", "anna@fanyun.example", "helen@fanyun.example"}


def test_a_double_click_makes_one_request(cast: Cast, browser_of: Browser) -> None:
    alice = browser_of("alice")
    answers = [alice.post(address(cast), FORM | {"form_key": "one-form"}) for _click in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert SupportRequest.objects.count() == 1


def test_a_wrong_form_comes_back_with_what_was_typed(cast: Cast, browser_of: Browser) -> None:
    answer = browser_of("alice").post(address(cast), FORM | {"title": "", "description": "Half a story"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Half a story" in page
    assert 'id="id_title_error"' in page
    assert not SupportRequest.objects.exists()


@pytest.mark.parametrize(
    ("person", "status"),
    [
        *((name, 200) for name in ("alice", "uma", "sven", "lily", "anna", "helen", "paul")),
        *((name, 403) for name in ("rosa", "pia", "ed", "sam", "bill", "boris")),
        *((name, 404) for name in ("mallory", "jun", "olivia", "peng")),
    ],
)
def test_who_may_open_the_form(cast: Cast, browser_of: Browser, person: str, status: int) -> None:
    client = browser_of(person)
    assert client.get(address(cast)).status_code == status
    assert client.post(address(cast), FORM).status_code == (303 if status == 200 else status)


def test_the_form_has_two_methods_and_no_visitors(cast: Cast, browser_of: Browser) -> None:
    assert browser_of("alice").delete(address(cast)).status_code == 405
    answer = browser_of("").get(address(cast))
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/account/login/")


def test_a_missing_organisation_is_404(cast: Cast, browser_of: Browser) -> None:
    assert browser_of("alice").get(f"/organisations/{uuid4()}/requests/new/").status_code == 404


def test_the_partner_files_on_behalf_where_it_holds_a_grant(cast: Cast, story: Story) -> None:
    made = story.ask("helen")
    assert (made.tenant, made.partner, made.requester) == (cast.huaxin, cast.fanyun, cast.helen)
    told = set(Letter.objects.filter(template="support_request_raised").values_list("address", flat=True))
    assert told == {"alice@huaxin.example", "sven@huaxin.example"}


def test_a_grant_for_one_service_files_for_that_service_by_every_door(
    cast: Cast, story: Story, browser_of: Browser, rest_of: Browser
) -> None:
    story.do("jun", grant_delegated_admin, cast.jade, cast.fanyun, service="exchange")
    helen, program = browser_of("helen"), rest_of("helen")
    page = helen.get(address(cast, "jade")).content.decode()
    assert ('value="exchange"' in page, 'value="teams"' in page) == (True, False)
    assert address(cast, "jade") in helen.get(f"/organisations/{cast.jade.pk}/").content.decode()
    assert helen.post(address(cast, "jade"), FORM | {"service": "teams"}).status_code == 422
    assert helen.post(address(cast, "jade"), FORM).status_code == 303
    body = FORM | {"customerId": str(cast.jade.pk)}
    for service, status in (("Exchange Online", 201), ("Teams", 403)):
        answer = program.post("/v1.0/supportRequests", body | {"service": service}, content_type="application/json")
        assert answer.status_code == status


def test_a_critical_request_says_who_cannot_work(
    cast: Cast, story: Story, browser_of: Browser, rest_of: Browser
) -> None:
    answer = browser_of("alice").post(address(cast), FORM | {"impact": " "})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Say who cannot work, and by when it must be solved" in page
    assert "(optional)" not in page
    minimal = browser_of("alice").post(address(cast), FORM | {"impact": " ", "severity": "minimal", "title": ""})
    assert "(optional)" in minimal.content.decode()
    body = {name: text for name, text in FORM.items() if name != "impact"} | {"service": "Exchange Online"}
    refused = rest_of("alice").post("/v1.0/supportRequests", body, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["details"][0]["target"]) == (422, "impact")
    with pytest.raises(InvalidInput) as refusal:
        story.ask(severity="critical")
    assert (refusal.value.code, refusal.value.details[0]["target"]) == ("invalidInput", "impact")
    assert not SupportRequest.objects.exists()


def test_whoever_files_on_behalf_is_told_so_and_so_is_the_customer(cast: Cast, browser_of: Browser) -> None:
    helen = browser_of("helen")
    page = helen.get(helen.post(address(cast), FORM).headers["Location"]).content.decode()
    made = SupportRequest.objects.get()
    assert f"Request {made.reference} is filed for Huaxin Manufacturing." in page
    letter = Letter.objects.filter(template="support_request_raised").first()
    assert letter is not None
    words = render(letter)
    assert "Fanyun Cloud has filed a request for Huaxin Manufacturing" in words.body
    assert words.subject == f"{made.reference}: “Nobody gets mail”"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_colleagues_ask_at_once(as_app_role: PostgresConnection) -> None:
    story = Story(demo_cast.load() if demo_cast.is_present() else demo_cast.build())
    with as_app_role.cursor() as colleague, connection.cursor() as cursor:
        colleague.execute(
            "select 1 from tenants_resellerrelationship where customer_id = %s for share", [str(story.cast.huaxin.pk)]
        )
        cursor.execute("set lock_timeout = '5s'")
        assert story.ask().partner == story.cast.fanyun
        cursor.execute("reset lock_timeout")
    as_app_role.rollback()


def test_the_partner_does_not_file_where_the_grant_was_revoked(story: Story) -> None:
    with pytest.raises(NotAllowed) as refusal:
        story.ask("helen", "jade")
    assert refusal.value.code == "delegatedAdminMissing"


def test_a_partner_with_a_grant_alone_files_nothing(story: Story) -> None:
    with pytest.raises(NotAllowed) as refusal:
        story.ask("boris", service="sharepoint")
    assert refusal.value.code == "relationshipMissing"


def test_where_two_partners_serve_the_customer_chooses(cast: Cast, story: Story, browser_of: Browser) -> None:
    with transaction_as(system="setup"):
        start_relationship(cast.beichen, cast.huaxin, actor=Actor.system("setup"))
    with pytest.raises(InvalidInput) as refusal:
        story.ask()
    assert refusal.value.code == "partnerRequired"
    alice = browser_of("alice")
    offered = alice.get(address(cast)).content.decode().partition('<select name="partner"')[2].partition("</select>")[0]
    assert re.findall('<option value="([^"]*)"', offered) == ["", str(cast.beichen.pk), str(cast.fanyun.pk)]
    assert "selected" not in offered.partition("Choose a partner")[2]
    unchosen = alice.post(address(cast), FORM)
    assert unchosen.status_code == 422
    assert "Choose the partner whom you want to ask." in unchosen.content.decode()
    assert alice.post(address(cast), FORM | {"partner": str(cast.beichen.pk)}).status_code == 303
    assert SupportRequest.objects.get().partner == cast.beichen


def test_a_customer_cannot_ask_a_partner_of_others(cast: Cast, story: Story) -> None:
    with pytest.raises(InvalidInput) as refusal:
        story.ask(partner=cast.beichen)
    assert (refusal.value.code, SupportRequest.objects.count()) == ("partnerRequired", 0)


def test_without_a_partner_there_is_nobody_to_ask(cast: Cast, story: Story, browser_of: Browser) -> None:
    paul = cast.actor("paul")
    with acting_as(paul, cast.jade):
        end_relationship(ResellerRelationship.objects.get(customer=cast.jade), actor=paul)
    page = browser_of("jun").get(address(cast, "jade")).content.decode()
    assert "form_key" not in page
    with pytest.raises(RuleBroken) as refusal:
        story.ask("jun", "jade")
    assert refusal.value.code == "noPartner"


def test_references_count_on_and_name_the_year(story: Story) -> None:
    first, second = story.ask().reference, story.ask().reference
    assert first[:3] == "SR-"
    assert int(second[-6:]) > int(first[-6:])
