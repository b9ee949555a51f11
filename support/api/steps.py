"""The steps of a request: one POST each, answered with the request as it then is."""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.input import StrictSerializer, Text, read_body
from support import actions
from support.api.rows import SupportRequestDetail, detail_of
from support.limits import LONGEST_IMPACT, LONGEST_STEPS, LONGEST_TEXT
from support.models import Reason, SupportRequest
from tenants.access import Permission
from tenants.rest import VisibleViewSet
from tenants.web import allow


class EscalateBody(StrictSerializer):
    """What the partner lacks, and what it has done."""

    reason = serializers.ChoiceField(Reason.values)
    stepsTried = Text(max_length=LONGEST_STEPS, source="tried")
    impact = Text(max_length=LONGEST_IMPACT, required=False, allow_blank=True)


class WithdrawBody(StrictSerializer):
    """Why the partner takes it back; told to 21Vianet where it may have seen the escalation."""

    reason = Text(max_length=LONGEST_IMPACT, required=False, allow_blank=True)


class WordBody(StrictSerializer):
    """A word to the other side, kept as a public comment."""

    content = Text(max_length=LONGEST_TEXT, required=False, allow_blank=True, source="text")


class NothingBody(StrictSerializer):
    """No properties."""


class StepsViewSet(VisibleViewSet):
    """Escalate and withdraw are for the partner, as is resolve; close and reopen are the customer's."""

    path = ((SupportRequest, "reference"),)
    rights: ClassVar = {
        "escalate": Permission.REQUEST_ESCALATE,
        "withdraw": Permission.REQUEST_WITHDRAW,
        "resolve": Permission.REQUEST_RESOLVE,
        "close": Permission.REQUEST_CLOSE,
        "reopen": Permission.REQUEST_REOPEN,
    }
    shapes: ClassVar = {
        "escalate": EscalateBody,
        "withdraw": WithdrawBody,
        "resolve": WordBody,
        "close": NothingBody,
        "reopen": WordBody,
    }
    answers: ClassVar = dict.fromkeys(rights, SupportRequestDetail)
    statuses: ClassVar = {"escalate": 202, "withdraw": 200, "resolve": 200, "close": 200, "reopen": 200}
    repeatable: ClassVar = set(rights)

    def escalate(self, request: Request, reference: str) -> Response:
        """202: it is committed, and will be sent; nobody waits for the broker."""
        return self._do(request, actions.escalate_request)

    def withdraw(self, request: Request, reference: str) -> Response:
        """Take the escalation back."""
        return self._do(request, actions.withdraw_escalation)

    def resolve(self, request: Request, reference: str) -> Response:
        """The partner holds it to be solved."""
        return self._do(request, actions.resolve)

    def close(self, request: Request, reference: str) -> Response:
        """The customer is done with it."""
        return self._do(request, actions.close)

    def reopen(self, request: Request, reference: str) -> Response:
        """The customer is not done with it."""
        return self._do(request, actions.reopen)

    def _do(self, request: Request, verb: Callable[..., Any]) -> Response:
        action = str(self.action)
        allow(request._request, Permission.REQUEST_READ, self.objects[0])  # type: ignore[arg-type] # the answer shows it
        body = read_body(request, self.shapes[action])

        def act() -> Response:
            (support_request,) = self.objects
            verb(support_request, actor=self.actor, **body)
            support_request.refresh_from_db()
            return Response(detail_of(self.actor, support_request), self.statuses[action])

        return self.once(act)
