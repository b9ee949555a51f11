"""What publishers and readers fill in. Forms check shape, the verbs check truth."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from messagecenter.actions import Mark
from messagecenter.drafts import LONGEST_TITLE, SUFFIXES, Draft, Wording
from messagecenter.models import Post
from messagecenter.vocabulary import Category, Language, Severity, Tag
from portal.ui.dates import zone_name
from portal.ui.separators import aside
from tenants.services import Service

MOMENTS = ("action_required_by", "start_at", "end_at")
GIVEN_BY_PUBLISHER = [choice for choice in Tag.choices if choice[0] != Tag.UPDATED_MESSAGE]


# Beyond these no calendar of the portal reaches, and a zone's offset could leave the years that a database knows.
FIRST_MOMENT, LAST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


class MomentField(forms.DateTimeField):
    """A point in time in the reader's zone."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        limits = [MinValueValidator(FIRST_MOMENT), MaxValueValidator(LAST_MOMENT)]
        super().__init__(required=False, widget=widget, validators=limits, **options)


def _title(label: Any, required: bool) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST_TITLE, required=required)


def _body(label: Any, required: bool) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 16, "spellcheck": "true"})
    return forms.CharField(label=label, required=required, widget=widget)


class PostForm(forms.Form):
    """A post as its publisher writes it, both languages side by side. `version` is what the page showed."""

    title_en = _title(_("Title in English"), required=True)
    body_en = _body(_("Text in English (HTML)"), required=True)
    title_zh = _title(_("Title in Chinese"), required=False)
    body_zh = _body(_("Text in Chinese (HTML)"), required=False)
    services = forms.MultipleChoiceField(
        label=_("Services"),
        choices=Service.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=format_lazy(
            _(
                "Customers who own a subscription to one of them see the message. {identity} and {portal} concern"
                " every customer with a subscription."
            ),
            identity=Service.IDENTITY.label,
            portal=Service.ADMIN_PORTAL.label,
        ),
    )
    tags = forms.MultipleChoiceField(
        label=_("Tags"), choices=GIVEN_BY_PUBLISHER, widget=forms.CheckboxSelectMultiple, required=False
    )
    category = forms.ChoiceField(label=_("Category"), choices=Category.choices, initial=Category.STAY_INFORMED)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, initial=Severity.NORMAL)
    is_major_change = forms.BooleanField(label=_("Major change"), required=False)
    action_required_by = MomentField(
        label=_("Act by"), help_text=_("Only if readers must do something. Announce major changes 30 days ahead.")
    )
    start_at = MomentField(label=_("Show from"), help_text=_("Empty: at once."))
    end_at = MomentField(label=_("Show until"), help_text=_("Empty: until you withdraw it."))
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        for name in MOMENTS:
            self.fields[name].label = f"{self.fields[name].label}{aside(zone_name())}"

    def clean(self) -> dict[str, Any]:
        """Chinese is whole or absent."""
        cleaned = super().clean() or {}
        title, body = cleaned.get("title_zh"), cleaned.get("body_zh")
        if title and not body and "body_zh" not in self.errors:
            self.add_error("body_zh", forms.ValidationError(_("Write the text too."), code="incomplete"))
        if body and not title and "title_zh" not in self.errors:
            self.add_error("title_zh", forms.ValidationError(_("Write the title too."), code="incomplete"))
        return cleaned

    def draft(self, post: Post | None = None) -> Draft:
        """What was written, for the verb. Moments of `post` that were not touched keep their seconds."""
        given = self.cleaned_data
        moments = {name: _as_before(given[name], getattr(post, name, None)) for name in MOMENTS}
        return Draft(
            category=Category(given["category"]),
            severity=Severity(given["severity"]),
            services=frozenset(Service(code) for code in given["services"]),
            tags=frozenset(Tag(code) for code in given["tags"]),
            wordings={
                language: Wording(given[f"title_{suffix}"], given[f"body_{suffix}"])
                for language, suffix in SUFFIXES.items()
                if given[f"title_{suffix}"]
            },
            is_major_change=given["is_major_change"],
            **moments,
        )

    @property
    def languages(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Each language's name with its title and text, to stand side by side."""
        return [
            (str(language.label), [self[f"title_{suffix}"], self[f"body_{suffix}"]])
            for language, suffix in SUFFIXES.items()
        ]


def initial_of(post: Post) -> dict[str, Any]:
    """A post as the form shows it."""
    wordings = {row.language: row for row in post.translations.all()}
    shown: dict[str, Any] = {
        "category": post.category,
        "severity": post.severity,
        "services": [str(code) for code in post.services],
        "tags": [str(code) for code in post.tags if code != Tag.UPDATED_MESSAGE],
        "is_major_change": post.is_major_change,
        **{name: _to_the_minute(getattr(post, name)) for name in MOMENTS},
        "version": post.version,
    }
    for language, suffix in SUFFIXES.items():
        row = wordings.get(Language(language))
        shown |= {f"title_{suffix}": row.title if row else "", f"body_{suffix}": row.body if row else ""}
    return shown


def _to_the_minute(moment: datetime | None) -> datetime | None:
    """As a browser's field holds it: what was not touched must not look changed."""
    return moment.replace(second=0, microsecond=0) if moment else None


def _as_before(given: datetime | None, stored: datetime | None) -> datetime | None:
    """The stored moment when the form only repeats it."""
    return stored if given == _to_the_minute(stored) else given


class WithdrawForm(forms.Form):
    """Why a post is taken away."""

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("It is kept in the audit log only."))


class FilterForm(forms.Form):
    """What a reader wants to see of the list."""

    VIEWS = (
        ("", pgettext_lazy("messages", "All")),
        ("unread", pgettext_lazy("messages", "Unread")),
        ("favorites", pgettext_lazy("messages", "Favourites")),
        ("updated", pgettext_lazy("messages", "Updated")),
        ("archived", pgettext_lazy("messages", "Archived")),
    )
    service = forms.ChoiceField(label=_("Service"), required=False, choices=[("", _("All services")), *Service.choices])
    view = forms.ChoiceField(label=_("Show"), required=False, choices=VIEWS)


class MarkForm(forms.Form):
    """What to do with which messages; `quietly` when the page does it of itself."""

    mark = forms.ChoiceField(choices=[(mark.value, mark.value) for mark in Mark])
    references = forms.Field(widget=forms.MultipleHiddenInput)
    quietly = forms.BooleanField(required=False)
