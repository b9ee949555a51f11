"""The door of the REST API: the same order of refusals as a page's, from a bearer token to an object."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.api.idempotency import once_per_key
from portal.api.query import refuse_options
from portal.errors import Unauthenticated
from tenants.access import Decision, Permission
from tenants.actor import Actor
from tenants.web import Everyone, PathStep, PortalRequest, allow, walk


class BehindDoor(BasePermission):
    """VisibleViewSet asks in `initial`; a view that is not one stays behind the default, which denies everybody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(view, VisibleViewSet)


class VisibleViewSet(ViewSet):
    """401, 404, 405, 403, in this order, before a handler runs; for reading one thing also 400 for unknown options.

    `path` names the objects in the address, outermost first, as (model, keyword); `rights` names the right that each
    action takes, asked about the last of them. `self.objects` holds what was found. A list reads its options by its
    `Rules`; a change refuses them with its body (`read_body`), for its handler may have another right to ask about.
    """

    permission_classes = (BehindDoor,)
    # OPTIONS would describe the resource to whoever may not read it; docs/api.md and /v1.0/openapi.json do that.
    http_method_names = ["get", "head", "post", "patch"]
    path: tuple[PathStep, ...] = ()
    rights: ClassVar[dict[str, Permission | Everyone]] = {}
    known_options: ClassVar[frozenset[str]] = frozenset()
    objects: list[Any]

    @property
    def actor(self) -> Actor:
        """The one who asks."""
        actor: Actor = self.request._request.actor  # type: ignore[attr-defined]  # set by tenants.middleware
        return actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.user is None:
            raise Unauthenticated
        super().initial(request, *args, **kwargs)
        portal_request: PortalRequest = request._request  # type: ignore[assignment] # the middleware made it one
        self.objects = self.find(portal_request, dict(kwargs))
        if self.action in self.rights:
            allow(portal_request, self.rights[self.action], self.objects[-1] if self.objects else None)
        elif request.method and request.method.lower() in self.action_map:
            raise LookupError(f"{type(self).__name__} names no right for {self.action!r}.")
        if request.method in SAFE_METHODS and self.action in self.rights and self.action != "list":
            refuse_options(request, self.known_options)

    def find(self, request: PortalRequest, keywords: dict[str, Any]) -> list[Any]:
        """What the call is about, outermost first, each within reach."""
        return walk(self.path, request, keywords)

    def once(self, act: Callable[[], Response]) -> Response:
        """`act()` once per `Idempotency-Key` of the caller: a call that is sent twice acts once."""
        return once_per_key(self.request, self.request.user.pk, act)  # type: ignore[arg-type] # tokens belong to people


class DeniedRow(serializers.Serializer[Any]):
    """Why the caller cannot do this now."""

    action = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


def allowed_and_denied(decisions: Mapping[str, Decision]) -> dict[str, Any]:
    """What the caller may do to a thing now, and why not the rest; by the API's names of the actions."""
    return {
        "allowedActions": [name for name, decision in decisions.items() if decision],
        "deniedActions": [
            {"action": name, "code": decision.code, "reason": str(decision.reason)}
            for name, decision in decisions.items()
            if not decision
        ],
    }
