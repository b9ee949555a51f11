"""The form of one's own account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import User
from tenants.models.user import LANGUAGES
from tenants.time_zones import grouped_zones, known_zones


class PreferencesForm(forms.Form):
    """How the portal speaks to one person, and in which zone it tells the time."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=LANGUAGES,
        required=False,
        help_text=_("The language of pages and e-mails."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Dates and times on pages and in e-mails are told in this zone.")
    )

    def __init__(self, *args: Any, user: User, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.initial = {"language": user.language, "time_zone": user.time_zone}
        zones = grouped_zones()
        if user.time_zone not in known_zones():
            zones.insert(0, (_("Chosen now"), [(user.time_zone, user.time_zone)]))
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so above; tells the type checker
        field.choices = zones
