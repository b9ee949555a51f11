"""`/v1.0/me`: Graph's user, the caller's own."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.collections import metadata
from portal.errors import BadRequest, Unauthenticated
from tenants.models import User
from tenants.rest import VisibleViewSet
from tenants.web import SIGNED_IN

# Graph writes language tags as BCP 47 does: the script's first letter is large.
LANGUAGE_TAGS = {"zh-hans": "zh-Hans"}
# What Graph answers when nothing is selected; the portal keeps no more about a person.
DEFAULT = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip
ON_SELECT = ("accountEnabled", "createdDateTime")


class MeRow(serializers.Serializer[Any]):
    """The answer, for the API's description."""

    id = serializers.UUIDField()
    userPrincipalName = serializers.CharField()
    displayName = serializers.CharField()
    mail = serializers.EmailField()
    preferredLanguage = serializers.CharField(allow_null=True)


class MeViewSet(VisibleViewSet):
    """Any token may ask whom it speaks for."""

    rights: ClassVar = {"retrieve": SIGNED_IN}
    answers: ClassVar = {"retrieve": MeRow}
    known_options: ClassVar = frozenset({"$select", "select"})

    def retrieve(self, request: Request) -> Response:
        """The caller's account; `$select` as in Graph."""
        names = _selected(request)
        user = self.actor.user
        if user is None:
            raise Unauthenticated
        row = graph_user(user)
        return Response({"@odata.context": metadata("users/$entity")} | {name: row[name] for name in names})


def graph_user(user: User) -> dict[str, Any]:
    """Graph's properties of a person; those that the portal does not keep are null."""
    unknown = dict.fromkeys(("givenName", "jobTitle", "mobilePhone", "officeLocation", "surname"))
    return unknown | {
        "id": user.pk,
        "userPrincipalName": user.upn,
        "displayName": user.display_name,
        "mail": user.email or None,
        "preferredLanguage": LANGUAGE_TAGS.get(user.language, user.language) or None,
        "businessPhones": [],
        "accountEnabled": user.is_active,
        "createdDateTime": user.created_at,
    }


def _selected(request: Request) -> list[str]:
    text = request.GET.get("$select", request.GET.get("select", ""))
    names = [name.strip() for name in text.split(",") if name.strip()] or list(DEFAULT)
    if unknown := set(names) - {*DEFAULT, *ON_SELECT}:
        raise BadRequest(_("No such property."), details=[{"target": "$select", "message": ", ".join(sorted(unknown))}])
    return names
