"""Every refusal reads the same wherever it happens: a page for people, Graph's body for programs."""

import re

import pytest
from django.test import Client

pytestmark = [pytest.mark.urls("tests.plumbing.site"), pytest.mark.django_db]

STATUSES = [
    ("not-visible", 404, "itemNotFound"),
    ("http404", 404, "itemNotFound"),
    ("wrong-method", 405, "methodNotAllowed"),
    ("not-allowed", 403, "accessDenied"),
    ("denied", 403, "accessDenied"),
    ("invalid", 422, "invalidInput"),
    ("stale", 412, "resourceModified"),
    ("rule", 409, "seatsAssigned"),
    ("defect", 500, "generalException"),
]


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("how", "status", "code"), STATUSES)
def test_a_person_reads_a_page_with_code_and_reference(visitor: Client, how: str, status: int, code: str) -> None:
    response = visitor.get(f"/fail/{how}/")
    assert response.status_code == status
    assert response["Content-Type"].startswith("text/html")
    assert response["request-id"] in response.content.decode()
    assert (code in response.content.decode()) == (status != 500)


@pytest.mark.parametrize(("how", "status", "code"), STATUSES)
def test_a_program_reads_graphs_body(visitor: Client, how: str, status: int, code: str) -> None:
    response = visitor.get(f"/v1.0/fail/{how}")
    body = response.json()
    assert (response.status_code, body["status"], body["error"]["code"]) == (status, status, code)
    assert response["Content-Type"] == "application/json"
    assert body["error"]["innerError"]["request-id"] == response["request-id"]
    assert body["instance"] == f"urn:uuid:{response['request-id']}"


def test_a_refusal_tells_what_to_do_and_marks_the_answer_for_rollback(visitor: Client) -> None:
    response = visitor.get("/fail/not-allowed/")
    assert "Only your partner changes quantities." in response.content.decode()
    assert "Ask Fanyun Cloud." in response.content.decode()
    assert response.portal_error.code == "accessDenied"


def test_a_wrong_method_names_the_right_ones(visitor: Client) -> None:
    assert visitor.get("/fail/wrong-method/")["Allow"] == "GET, POST"
    assert visitor.get("/v1.0/fail/wrong-method")["Allow"] == "GET, POST"


def test_an_address_that_does_not_exist_is_a_page_for_people_and_json_for_programs(visitor: Client) -> None:
    assert "itemNotFound" in visitor.get("/nowhere/").content.decode()
    for path in ("/v1.0/nowhere", "/v1.0", "/v1.0/"):
        response = visitor.get(path)
        assert (response.status_code, response.json()["error"]["code"]) == (404, "itemNotFound")


def test_a_visitor_is_sent_to_sign_in_and_back(visitor: Client) -> None:
    response = visitor.get("/fail/unauthenticated/?tab=2")
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/fail/unauthenticated/%3Ftab%3D2")


def test_a_program_without_a_token_is_asked_for_one(visitor: Client) -> None:
    response = visitor.get("/v1.0/fail/unauthenticated")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="portal"'
    assert response.json()["error"]["code"] == "InvalidAuthenticationToken"


def test_htmx_gets_a_toast_not_a_page(visitor: Client) -> None:
    response = visitor.post("/fail/rule/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (409, "#toasts", "beforeend")
    assert "<html" not in response.content.decode()
    assert "Seats are still assigned." in response.content.decode()


def test_htmx_is_sent_to_sign_in_as_a_whole_page(visitor: Client) -> None:
    response = visitor.post("/fail/unauthenticated/", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response["HX-Redirect"].endswith("?next=/")


def test_a_forged_form_is_refused_in_words(visitor: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/leave/")
    assert response.status_code == 403
    assert "csrfFailed" in response.content.decode()


def test_a_refusal_without_words_of_its_own_does_not_repeat_its_title(visitor: Client) -> None:
    page = visitor.get("/fail/not-visible/").content.decode()
    assert page.count("Page not found") == 2  # the tab and the heading


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "method", "words"),
    [
        ("/fail/defect/", "POST", "Nothing was changed."),
        ("/account/fail/defect/", "GET", "Nothing was changed."),
        ("/account/fail/defect/", "POST", "part of it may have been done."),
    ],
)
def test_a_defect_says_that_nothing_was_changed_only_where_that_is_so(
    visitor: Client, path: str, method: str, words: str
) -> None:
    response = visitor.generic(method, path)
    assert response.status_code == 500
    assert words in response.content.decode()


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_what_django_itself_refuses_is_refused_in_the_same_words(visitor: Client, method: str) -> None:
    response = visitor.generic(method, "/posts-only/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "methodNotAllowed" in response.content.decode()
    assert response["request-id"] in response.content.decode()


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/fail/rule/?tab=2", "/fail/rule/?tab=2"),
        ("http://evil.example/fail/rule/", ""),
        ("http://testserver//evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_a_refused_form_leads_back_to_its_own_page_and_nowhere_else(visitor: Client, referer: str, back: str) -> None:
    page = visitor.post("/fail/rule/", headers={"Referer": referer}).content.decode()
    assert ways_back(page) == ([back] if back else [])
    assert "evil" not in page.partition("<main")[2] and "javascript:" not in page
    assert ways_back(visitor.get("/fail/rule/", headers={"Referer": referer}).content.decode()) == []


def ways_back(page: str) -> list[str]:
    return re.findall(r'href="([^"]*)"[^>]*>\s*(?:<span>)?Go back', page)
