"""Forms about people. They check shape; whether it may be done is the verb's business."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.actions.people import LONGEST_ALIAS
from tenants.models import Role, Tenant, User
from tenants.models.role import ROLES_OF
from tenants.models.user import LANGUAGES


class UserFilter(forms.Form):
    """Above the list of people."""

    STATES = (
        ("", pgettext_lazy("people", "All but deleted")),
        ("blocked", pgettext_lazy("people", "Blocked")),
        ("deleted", pgettext_lazy("people", "Deleted")),
    )
    q = forms.CharField(label=_("Name or sign-in name"), required=False, widget=forms.SearchInput, max_length=100)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)


class PersonForm(forms.Form):
    """What an admin writes of a person, now and later."""

    display_name = forms.CharField(label=_("Display name"), max_length=256)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=User._meta.get_field("email").max_length,
        required=False,
        help_text=_("Where e-mails are sent. If empty, they go to the sign-in name."),
    )


class ChangeUserForm(PersonForm):
    """An account's corrected words, and the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class NewUserForm(PersonForm):
    """A new account."""

    field_order = ("display_name", "alias", "email", "language")
    alias = forms.CharField(label=_("Sign-in name"), max_length=LONGEST_ALIAS)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=LANGUAGES,
        required=False,
        help_text=_("The language of pages and e-mails. The person can change it."),
    )

    def __init__(self, *args: Any, tenant: Tenant, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.fields["alias"].help_text = _("The part before @%(domain)s.") % {"domain": tenant.domain}


class RoleForm(forms.Form):
    """One press of a button on the page of roles: `assign` or `remove` carries the role."""

    def __init__(self, *args: Any, tenant: Tenant, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        roles = [(role.value, role.label) for role in ROLES_OF[tenant.kind]]
        self.fields["assign"] = forms.ChoiceField(choices=roles, required=False)
        self.fields["remove"] = forms.ChoiceField(choices=roles, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if bool(values.get("assign")) == bool(values.get("remove")):
            raise forms.ValidationError(_("Choose one role."))
        return values

    @property
    def chosen(self) -> Role:
        """The role that the button names."""
        return Role(self.cleaned_data["assign"] or self.cleaned_data["remove"])
