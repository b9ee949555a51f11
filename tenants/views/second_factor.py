"""allauth's pages about the second factor, each step a verb: in one transaction, and written into the book of deeds.

Who acts is asked of `request.user`, not of `request.actor`: after asking for the password again, allauth sends the form
on in a request of its own.
"""

from typing import Any

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse

from tenants.actions.account import enrol_second_factor, remove_second_factor, renew_recovery_codes
from tenants.actor import Actor, acting_as


class EnrolSecondFactor(ActivateTOTPView):  # type: ignore[misc]  # allauth is published without types
    """From now on a session takes both factors: those that were opened with the password alone end.

    Else whoever had stolen the password before would only have to wait until its owner enrols.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        step = super().form_valid
        with acting_as(Actor.of(self.request.user)) as actor:
            answer: HttpResponse
            answer, user = enrol_second_factor(lambda: step(form), actor=actor)
        update_session_auth_hash(self.request, user)
        return answer


class RemoveSecondFactor(DeactivateTOTPView):  # type: ignore[misc]  # as above
    def form_valid(self, form: Any) -> HttpResponse:
        step = super().form_valid
        with acting_as(Actor.of(self.request.user)) as actor:
            answer: HttpResponse = remove_second_factor(lambda: step(form), actor=actor)
        return answer


class RenewRecoveryCodes(GenerateRecoveryCodesView):  # type: ignore[misc]  # as above
    def form_valid(self, form: Any) -> HttpResponse:
        step = super().form_valid
        with acting_as(Actor.of(self.request.user)) as actor:
            answer: HttpResponse = renew_recovery_codes(lambda: step(form), actor=actor)
        return answer
