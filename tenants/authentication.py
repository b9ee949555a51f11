"""Who calls the REST API. Apart from `tenants.rest`: REST framework's views import this while they are defined."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from tenants.actor import Actor
from tenants.models import User


class ActorAuthentication(BaseAuthentication):
    """Who the middleware found behind the bearer token.

    A browser's session is no credential here: another site could make the browser send it.
    """

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        actor: Actor = request._request.actor  # type: ignore[attr-defined] # set by tenants.middleware
        return (actor.user, actor) if actor.user is not None and actor.token is not None else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
