"""The forms before the door, in the portal's words: sign-in, and asking for a new password."""

from typing import Any

from allauth.account import forms as allauth
from django.utils.translation import gettext_lazy as _

from tenants.models import User


class SignInForm(allauth.LoginForm):  # type: ignore[misc] # allauth is published without types
    """Sign-in name and password; nothing is remembered beyond the session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Sign-in name")
        self.fields["login"].help_text = _("For example alice@huaxin.example")
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ResetPasswordForm(allauth.ResetPasswordForm):  # type: ignore[misc] # as above
    """Who has forgotten the password may know the sign-in name only; the letter goes to the account's address."""

    users: list[User]  # who gets a letter

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Sign-in name or e-mail address")
        self.fields["email"].widget.attrs.pop("placeholder", None)

    def clean_email(self) -> str:
        written: str = super().clean_email()
        named = User.objects.for_system("a new password is asked for").filter(upn=written.lower(), is_active=True)
        self.users = list({user.pk: user for user in [*self.users, *named]}.values())
        return written
