"""The one way from an address to an object, and the door that every page stands behind."""

from collections.abc import Callable
from enum import Enum, auto
from functools import wraps
from typing import Any, TypeVar

from django.db import models
from django.http import HttpRequest, HttpResponse

from portal.database import looking_into, set_acting
from portal.errors import NotVisible, WrongMethod
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.decisions import refusal
from tenants.models import Tenant

M = TypeVar("M", bound=models.Model)
PathStep = tuple[type[models.Model], str]


class Everyone(Enum):
    """In place of a permission: being signed in is enough."""

    SIGNED_IN = auto()


SIGNED_IN = Everyone.SIGNED_IN


class PortalRequest(HttpRequest):
    """What the middleware adds to a request."""

    actor: Actor
    customer: Tenant | None
    htmx: Any
    request_id: str


def within_reach_or_404(model: type[M], request: PortalRequest, **lookup: Any) -> M:
    """The object if it lies on the actor's side of the tenant boundary, else 404: foreign and missing are never told
    apart.

    An organisation that is found is the request's customer from now on: another's pages show the banner.
    """
    found: M | None = model.objects.within_reach(request.actor).filter(**lookup).first()  # type: ignore[attr-defined] # every tenant-owned model has a TenantQuerySet
    if found is None:
        raise NotVisible
    if isinstance(found, Tenant):
        request.customer = found
    return found


def allow(request: PortalRequest, permission: Permission | Everyone, subject: Any = None) -> None:
    """403 with the reason unless the actor may. For reading; a verb asks again, under its lock.

    Who may do something at the customer in the address reaches its rows for the rest of the transaction, not before.
    """
    if permission is SIGNED_IN:
        return
    decision = can(request.actor, Permission(permission), subject)
    if not decision:
        raise refusal(decision, subject)
    customer = request.customer
    if customer is not None and subject is not None and subject.tenant_id == customer.pk != request.actor.tenant_id:
        set_acting(customer.pk)


def page(
    *path: PathStep, get: Permission | Everyone | None = None, post: Permission | Everyone | None = None
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Stand a page behind its door: 404 for what lies outside reach, then 405, then 403 with the reason.

    `path` names the objects in the address, outermost first, as (model, keyword of the URL pattern); each but the first
    must belong to the first. The view receives them in that order. `get` and `post` name the right that each method
    takes, asked about the last object; a method that is not named does not exist. `tenants.middleware` has turned away
    visitors before.
    """
    rights = {method: right for method, right in (("GET", get), ("POST", post)) if right is not None}

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def door(request: PortalRequest, **keywords: Any) -> HttpResponse:
            objects = walk(path, request, keywords)
            method = "GET" if request.method == "HEAD" else str(request.method)
            if method not in rights:
                raise WrongMethod(list(rights))
            allow(request, rights[method], objects[-1] if objects else None)
            return view(request, *objects, **keywords)

        door.rights = rights  # type: ignore[attr-defined] # read by the fence that compares every address with the table
        return door

    return decorate


def walk(path: tuple[PathStep, ...], request: PortalRequest, keywords: dict[str, Any]) -> list[Any]:
    """The objects that an address names, each within reach; their keywords are taken out of `keywords`."""
    objects: list[Any] = []
    for model, keyword in path:
        lookup = {getattr(model, "url_key", "pk"): keywords.pop(keyword)}
        if not objects:
            objects.append(within_reach_or_404(model, request, **lookup))
            continue
        lookup[model.tenancy.tenant] = objects[0].pk  # type: ignore[attr-defined] # every tenant-owned model declares its tenancy
        with looking_into(objects[0].pk):
            objects.append(within_reach_or_404(model, request, **lookup))
    return objects
