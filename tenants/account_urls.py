"""Sign-in and one's own account: allauth's views, chosen one by one. No self-registration, no social sign-in, no
change of address.
"""

from collections.abc import Callable

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from django.contrib.auth.decorators import login_not_required
from django.http.response import HttpResponseBase
from django.urls import path, re_path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tenants.views.my_account import my_account, my_token_revoke
from tenants.views.second_factor import EnrolSecondFactor, RemoveSecondFactor, RenewRecoveryCodes

View = Callable[..., HttpResponseBase]


def _door(view: View) -> View:
    """allauth's form views also take PUT for POST, and answer any method where they lead elsewhere: here 405."""
    return require_http_methods(("GET", "HEAD", "POST"))(view)


def _open(view: View) -> View:
    """A door that opens to visitors too."""
    return login_not_required(_door(view))


# The page's way down, like that of every other page inside the frame.
MFA_TRAIL = (
    (_("My account"), reverse_lazy("my_account")),
    (_("Two-step verification"), ""),
)
urlpatterns = [
    path("", my_account, name="my_account"),
    path("tokens/<uuid:token_id>/revoke/", my_token_revoke, name="my_token_revoke"),
    path("login/", _open(account.login), name="account_login"),
    path("logout/", _door(account.logout), name="account_logout"),
    path("reauthenticate/", _door(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", _door(account.password_change), name="account_change_password"),
    path("password/reset/", _open(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", _open(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        _open(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        _open(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("mfa/", _door(mfa.IndexView.as_view(extra_context={"crumbs": MFA_TRAIL})), name="mfa_index"),
    path("mfa/authenticate/", _open(mfa.authenticate), name="mfa_authenticate"),
    path("mfa/reauthenticate/", _door(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("mfa/totp/activate/", _door(EnrolSecondFactor.as_view()), name="mfa_activate_totp"),
    path("mfa/totp/deactivate/", _door(RemoveSecondFactor.as_view()), name="mfa_deactivate_totp"),
    path("mfa/recovery-codes/", _door(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "mfa/recovery-codes/generate/",
        _door(RenewRecoveryCodes.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "mfa/recovery-codes/download/",
        _door(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
