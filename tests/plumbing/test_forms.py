"""What a verb refuses is shown beside the field it is about, and above the form what is about none of its fields."""

import pytest
from django import forms
from django.test import RequestFactory

from portal.errors import Detail, InvalidInput, PortalError, RuleBroken
from portal.forms import posted, show_refusal

TWO = [Detail(target="content", message="Too long."), Detail(target="title", message="Too short.")]


class Note(forms.Form):
    text = forms.CharField(required=False)
    title = forms.CharField(required=False)


@pytest.mark.parametrize(
    ("error", "status", "shown"),
    [
        (RuleBroken("It is closed."), 409, {"__all__": ["It is closed."]}),
        (InvalidInput(details=TWO), 422, {"text": ["Too long."], "title": ["Too short."]}),
        (InvalidInput(details=[Detail(target="day", message="It has passed.")]), 422, {"__all__": ["It has passed."]}),
    ],
)
def test_each_mistake_stands_where_it_was_made(error: PortalError, status: int, shown: dict[str, list[str]]) -> None:
    form = Note({"text": "Words", "title": "W"})
    assert show_refusal(form, error, {"content": "text"}) == status
    assert form.errors == shown
    assert form["text"].value() == "Words", "what was typed stays"


def test_a_form_that_is_sent_empty_was_sent() -> None:
    assert Note(posted(RequestFactory().post("/", {}))).is_bound
    assert not Note(posted(RequestFactory().get("/"))).is_bound
