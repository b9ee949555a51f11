"""What the portal adds to allauth's pages."""

from typing import Any

from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse

from tenants.actions.account import end_other_sessions
from tenants.actor import Actor


class EnrolSecondFactor(ActivateTOTPView):  # type: ignore[misc]  # allauth is published without types
    """From now on a session takes both factors: those that were opened with the password alone end.

    Else whoever had stolen the password before would only have to wait until its owner enrols.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        # Not `request.actor`: after asking for the password again, allauth sends the form on in a request of its own.
        update_session_auth_hash(self.request, end_other_sessions(actor=Actor.of(self.request.user)))
        return answer
