"""The filter of the audit log."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def _day(label: Any) -> forms.DateField:
    """A day in the reader's time zone; the day after, and its moments in every zone, must still be dates."""
    limits = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, validators=limits)


class AuditFilter(forms.Form):
    """Above the log."""

    SHOWN = (
        ("", pgettext_lazy("audit", "Everything")),
        ("behalf", pgettext_lazy("audit", "Done on behalf of a customer")),
        ("refused", pgettext_lazy("audit", "Refused")),
    )
    show = forms.ChoiceField(label=_("Show"), choices=SHOWN, required=False)
    who = forms.CharField(label=_("Who"), required=False, widget=forms.SearchInput, max_length=100)
    first = _day(_("First day"))
    last = _day(_("Last day"))
