"""The form of a delegated-admin grant."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Level, Tenant
from tenants.services import Service


class GrantForm(forms.Form):
    """Whom the customer lets in, how far, for which service, until when."""

    partner = forms.ModelChoiceField(
        label=_("Partner"), queryset=Tenant.objects.none(), empty_label=_("Choose a partner")
    )
    level = forms.ChoiceField(
        label=_("Level"),
        choices=[
            (Level.HELPDESK, _("Helpdesk: reset passwords, escalate requests to 21Vianet")),
            (Level.ADMIN, _("Administration: also people, roles and service settings")),
        ],
        widget=forms.RadioSelect,
    )
    service = forms.ChoiceField(
        label=pgettext_lazy("grant", "For"),
        choices=[("", _("All services")), *Service.choices],
        required=False,
        help_text=_(
            "People, roles, passwords and messages need a grant for all services. A grant for one service covers that"
            " service's subscriptions, settings and requests only."
        ),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Without a date the grant lasts until you revoke it. We recommend naming one."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=[MaxValueValidator(date(2999, 12, 31))],  # the day after must still be a day
    )

    def __init__(self, *args: Any, partners: QuerySet[Tenant], **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        field = self.fields["partner"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared so above; tells the type checker
        field.queryset = partners

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day in the reader's zone."""
        day = self.cleaned_data["expires_on"]
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None
