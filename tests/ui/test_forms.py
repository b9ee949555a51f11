"""Forms: every control has a name, its help and its mistakes belong to it, and what was typed is kept."""

import pytest
from django import forms
from django.template.loader import render_to_string

from portal.ui.samples import SampleForm, sample_form
from tests.ui.drawing import HOSTILE, Page, draw


class Renaming(forms.Form):
    """A visible and a hidden field."""

    name = forms.CharField(help_text=HOSTILE)
    version = forms.IntegerField(widget=forms.HiddenInput)


def test_a_field_is_tied_to_its_label_its_help_and_its_mistake() -> None:
    page = Page(draw("{% field form.subject %}", form=sample_form()))
    control = page.one("input")
    assert page.one("label").attributes["for"] == control.attributes["id"]
    assert control.attributes["aria-invalid"] == "true"
    described = (control.attributes["aria-describedby"] or "").split()
    assert [page.by_id(key).text.strip() for key in described] == [
        "One sentence that says what is wrong.",
        "This field is required.",
    ]


def test_what_was_typed_is_kept() -> None:
    page = Page(draw("{% field form.domain %}", form=sample_form()))
    assert page.one("input").attributes["value"] == "huaxin.example"


def test_only_optional_fields_are_marked() -> None:
    assert "(optional)" in draw("{% field form.details %}", form=SampleForm())
    assert "(optional)" not in draw("{% field form.subject %}", form=SampleForm())


@pytest.mark.parametrize("name", ["contact", "services"])
def test_a_group_of_choices_has_a_legend(name: str) -> None:
    page = Page(draw("{% field bound %}", bound=SampleForm()[name]))
    assert page.one("legend").text.startswith(str(SampleForm()[name].label))
    labels = [label.text.strip() for label in page.all("label")]
    assert len(labels) > 1
    assert "" not in labels


def test_a_checkbox_stands_in_its_label() -> None:
    page = Page(draw("{% field form.agreed %}", form=SampleForm()))
    assert page.one("label").text == "My partner may see our diagnostic data"
    assert page.one("input").attributes["type"] == "checkbox"


def test_the_summary_leads_to_each_wrong_field_and_takes_the_focus() -> None:
    page = Page(draw("{% form_errors form %}", form=sample_form()))
    assert page.one("a").attributes["href"] == "#id_subject"
    assert page.one("li").text == "Subject This field is required."
    assert "autofocus" in page.one("div", class_="form-errors").attributes


@pytest.mark.parametrize("name", ["contact", "services"])
def test_the_summary_leads_to_a_group_of_choices(name: str) -> None:
    form = SampleForm({"contact": "pigeon", "services": ["gardening"], "subject": "x", "domain": "x", "severity": "1"})
    page = Page(draw("{% form_errors form %}{% field bound %}", form=form, bound=form[name]))
    (link,) = [link for link in page.all("a") if link.text == form[name].label]
    group = page.by_id((link.attributes["href"] or "").removeprefix("#"))
    assert (group.tag, group.attributes["tabindex"]) == ("fieldset", "-1")


def test_mistakes_of_the_whole_form_and_of_hidden_fields_are_told_too() -> None:
    form = Renaming({"name": "x", "version": "old"})
    form.add_error(None, HOSTILE)
    page = Page(draw("{% form_errors form %}", form=form))
    assert [line.text for line in page.all("li")] == [HOSTILE, "Enter a whole number."]
    assert not page.all("script")


def test_a_form_without_mistakes_has_no_summary() -> None:
    assert draw("{% form_errors form %}", form=SampleForm()) == ""


def test_help_is_text() -> None:
    assert not Page(draw("{% field form.name %}", form=Renaming())).all("script")


def test_a_form_card_holds_the_whole_form() -> None:
    html = render_to_string(
        "components/form_card.html", {"form": Renaming(), "submit_label": "Save", "cancel_url": "/"}
    )
    page = Page(html)
    assert {control.attributes["name"] for control in page.all("input")} == {"name", "version"}
    assert page.one("button").text == "Save"
    assert page.one("a").attributes["href"] == "/"
