"""The filter of the audit log."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AuditFilter(forms.Form):
    """Above the log."""

    SHOWN = (
        ("", pgettext_lazy("audit", "Everything")),
        ("behalf", pgettext_lazy("audit", "Done on behalf of a customer")),
        ("refused", pgettext_lazy("audit", "Refused")),
    )
    show = forms.ChoiceField(label=_("Show"), choices=SHOWN, required=False)
