"""Who may do what: one question, asked of the table in `tenants.grants`.

A right is held by roles on a *basis* (how the actor stands to the object) and under *needs* (what else must be true).
`can()` answers with a decision that carries its reason, so that pages, errors and the API say the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import ngettext_lazy

from portal.errors import Unauthenticated
from portal.ui.separators import listed_lazy
from tenants.actor import Actor, roles_now
from tenants.decisions import (
    ASK_AN_ADMIN,
    GRANT_TOO_LOW,
    NO_GRANT,
    NO_RELATIONSHIP,
    NOBODY_KNOWN,
    NOT_OF_RECORD,
    NOT_YOURS,
    ONE_SIDE,
    OUT_OF_REACH,
    PARTNER_ONLY,
    SCOPE_MISSING,
    SUSPENDED,
    WRONG_SIDE,
    YES,
    Allowed,
    Decision,
    Denied,
    refusal,
)
from tenants.grants import CUSTOMERS_NEVER, GRANTS, SYSTEM_GRANTS, Basis, Need, Rule
from tenants.models import (
    AccessToken,
    DelegatedAdmin,
    Kind,
    Level,
    ResellerRelationship,
    RoleAssignment,
    Tenant,
    TenantGroupPermission,
    User,
)
from tenants.models.role import ROLES_OF
from tenants.permissions import Permission
from tenants.visibility import Tenancy

__all__ = [
    "Allowed",
    "Decision",
    "Denied",
    "Permission",
    "allowed_actions",
    "can",
    "people_who_can",
    "require",
]


@dataclass(frozen=True, slots=True)
class Tie:
    """What binds the actor's organisation to one customer now. `levels` maps a granted service ('' is all) to its
    level.
    """

    reseller: bool = False
    levels: Mapping[str, str] = field(default_factory=dict)
    guardian: frozenset[str] = frozenset()

    def level_for(self, service: str | None) -> str:
        """The highest level of the grants that cover this service; what belongs to none needs the grant for all."""
        covering = [self.levels[key] for key in ("", service) if key is not None and key in self.levels]
        return Level.ADMIN if Level.ADMIN in covering else next(iter(covering), "")


def can(actor: Actor, permission: Permission, subject: Any = None) -> Decision:
    """May the actor do this, to this? `subject` answers `tenant_id`, and where it has them `reach_partner_id`,
    `service`, `owner_id`.
    """
    if actor.machine:
        return YES if permission in SYSTEM_GRANTS.get(actor.machine, ()) else _role_missing(actor, permission, subject)
    if actor.user is None:
        return NOBODY_KNOWN
    if actor.token and not _in_scope(actor.token.scopes, permission):
        return SCOPE_MISSING
    if actor.token and subject is not None and actor.token.customer_id not in {None, subject.tenant_id}:
        return OUT_OF_REACH
    rules = [rule for rule in _applying(permission, actor, subject) if not rule.roles.isdisjoint(actor.roles)]
    if not rules:
        never = actor.is_customer and permission in CUSTOMERS_NEVER
        return PARTNER_ONLY if never else _role_missing(actor, permission, subject)
    refusals = [refused for rule in rules if (refused := _refusal(rule, actor, subject)) is not None]
    return YES if len(refusals) < len(rules) else refusals[0]


def require(actor: Actor, permission: Permission, subject: Any = None) -> None:
    """Ask inside a verb, of what is true now: the actor's account and roles, and what ties it to the customer, are
    read again and locked, so that what was asked still holds when the verb saves.

    Raises `NotAllowed` (403), which the middleware audits in a transaction of its own, and `Unauthenticated` for an
    actor whose account was closed since the request began.
    """
    if actor.user is not None:
        _renew(actor, permission, subject)
    if subject is not None and actor.is_partner and subject.tenant_id != actor.tenant_id:
        ending = permission is Permission.RELATIONSHIP_END
        actor.ties[subject.tenant_id] = _load_tie(actor, subject.tenant_id, lock=LOCK_ROW if ending else LOCK_SHARED)
    decision = can(actor, permission, subject)
    if not decision:
        raise refusal(decision, subject)


def allowed_actions(actor: Actor, subject: Any, actions: Mapping[str, Permission]) -> dict[str, Decision]:
    """The decision about each named action of one object."""
    return {name: can(actor, permission, subject) for name, permission in actions.items()}


def people_who_can(permission: Permission, subject: Any, tenant_id: UUID) -> QuerySet[User]:
    """The people of one organisation whose roles hold this right, where the organisation is the object's own or serves
    the customer: whom to tell. No more is asked: neither needs, nor grants, nor who made the object.
    """
    roles = {role for rule in GRANTS[permission] for role in rule.roles if rule.basis is not Basis.OWN}
    holders = RoleAssignment.objects.for_system("whom to tell").filter(tenant_id=tenant_id, role__in=roles)
    people = User.objects.for_system("whom to tell").filter(
        pk__in=holders.values("user_id"), is_active=True, deleted_at=None
    )
    tied = ResellerRelationship.objects.for_system("whom to tell").living()
    tied = tied.filter(partner_id=tenant_id, customer_id=subject.tenant_id)
    return people if subject.tenant_id == tenant_id else people.filter(Exists(tied))


def tie_of(actor: Actor, customer_id: UUID) -> Tie:
    """What binds the actor's organisation to this customer; remembered for the request."""
    if customer_id not in actor.ties:
        actor.ties[customer_id] = _load_tie(actor, customer_id)
    return actor.ties[customer_id]


def _in_scope(scopes: list[str], permission: Permission) -> bool:
    return "*" in scopes or permission in scopes


def _applying(permission: Permission, actor: Actor, subject: Any) -> list[Rule]:
    """The rules that may speak of this object: those on customers say nothing about the actor's own organisation."""
    at_home = subject is not None and subject.tenant_id == actor.tenant_id
    return [rule for rule in GRANTS[permission] if not (at_home and rule.basis in _ABROAD)]


def _role_missing(actor: Actor, permission: Permission, subject: Any) -> Denied:
    """Which roles of the actor's own side would do, there; the other sides' are no help to know."""
    away = subject is not None and subject.tenant_id != actor.tenant_id
    rules = [rule for rule in _applying(permission, actor, subject) if not (away and rule.basis in _AT_HOME)]
    roles = [role for role in ROLES_OF.get(actor.kind, ()) if any(role in rule.roles for rule in rules)]
    if not roles:
        return _other_side(actor, permission)
    labels = listed_lazy([role.label for role in roles])
    sentence = ngettext_lazy(
        "Your role does not allow this. It takes the role {roles}.",
        "Your role does not allow this. One of these roles is needed: {roles}.",
        len(roles),
    )
    reason = format_lazy(sentence, roles=labels)
    # Nobody at 21Vianet gives roles in the portal: whoever runs it does.
    return Denied("roleMissing", reason, "" if actor.kind == Kind.OPERATOR else ASK_AN_ADMIN)


def _other_side(actor: Actor, permission: Permission) -> Denied:
    holders = {role for rule in GRANTS[permission] for role in rule.roles}
    sides = [kind for kind, roles in ROLES_OF.items() if not holders.isdisjoint(roles)]
    return ONE_SIDE[Kind(sides[0])] if len(sides) == 1 and sides[0] != actor.kind else WRONG_SIDE


def _refusal(rule: Rule, actor: Actor, subject: Any) -> Denied | None:
    """Why this rule does not carry the actor to this object; None when it does."""
    if Need.GOOD_STANDING in rule.needs and actor.tenant and not actor.tenant.in_good_standing:
        return SUSPENDED
    if subject is None or rule.basis is Basis.ANYWHERE:
        return None
    refused = _BASES[rule.basis](rule, actor, subject)
    if refused is None and Need.GRANT in rule.needs:
        refused = _delegated(rule, actor, subject)
    return refused


def _home(_rule: Rule, actor: Actor, subject: Any) -> Denied | None:
    return None if subject.tenant_id == actor.tenant_id else OUT_OF_REACH


def _own(rule: Rule, actor: Actor, subject: Any) -> Denied | None:
    if subject.tenant_id != actor.tenant_id:
        return OUT_OF_REACH
    return None if getattr(subject, "owner_id", None) == actor.user_id else NOT_YOURS


def _reseller(rule: Rule, actor: Actor, subject: Any) -> Denied | None:
    if getattr(subject, "reach_partner_id", actor.tenant_id) != actor.tenant_id:
        return NOT_OF_RECORD
    tie = tie_of(actor, subject.tenant_id)
    if not tie.reseller:
        return NO_RELATIONSHIP
    if rule.guardian not in tie.guardian:
        return NO_GRANT if Need.GRANT in rule.needs else NO_RELATIONSHIP
    return None


def _delegated(rule: Rule, actor: Actor, subject: Any) -> Denied | None:
    tie = tie_of(actor, subject.tenant_id)
    level = tie.level_for(getattr(subject, "service", None))
    return None if level and rule.guardian in tie.guardian else NO_GRANT


def _delegated_admin(rule: Rule, actor: Actor, subject: Any) -> Denied | None:
    refused = _delegated(rule, actor, subject)
    if refused is None and tie_of(actor, subject.tenant_id).level_for(getattr(subject, "service", None)) != Level.ADMIN:
        return GRANT_TOO_LOW
    return refused


def _tied(rule: Rule, actor: Actor, subject: Any) -> Denied | None:
    tie = tie_of(actor, subject.tenant_id)
    return None if rule.guardian in tie.guardian and (tie.reseller or tie.levels) else NO_RELATIONSHIP


_BASES: Mapping[Basis, Callable[[Rule, Actor, Any], Denied | None]] = {
    Basis.HOME: _home,
    Basis.OWN: _own,
    Basis.RESELLER: _reseller,
    Basis.DELEGATED: _delegated,
    Basis.DELEGATED_ADMIN: _delegated_admin,
    Basis.TIED: _tied,
}


# Bases on which a partner acts for a customer, never for itself.
_ABROAD = frozenset({Basis.RESELLER, Basis.DELEGATED, Basis.DELEGATED_ADMIN, Basis.TIED})
_AT_HOME = frozenset({Basis.HOME, Basis.OWN})


def _load_tie(actor: Actor, customer_id: UUID, *, lock: str = "") -> Tie:
    """Three queries: the relationship, the grants in force, and the object permissions of the actor's groups."""
    if not actor.is_partner or customer_id == actor.tenant_id:
        return Tie()
    relationships = ResellerRelationship.objects.for_system("the tie itself").living()
    relationships = relationships.filter(partner_id=actor.tenant_id, customer_id=customer_id)
    grants = DelegatedAdmin.objects.for_system("the tie itself").in_force()
    grants = grants.filter(partner_id=actor.tenant_id, customer_id=customer_id)
    if lock:
        _lock(relationships, lock)
        _lock(grants, LOCK_SHARED)
    guardian = TenantGroupPermission.objects.filter(content_object_id=customer_id, group__user=actor.user_id)
    return Tie(
        reseller=relationships.exists(),
        levels=dict(grants.values_list("service", "level")),
        guardian=frozenset(guardian.values_list("permission__codename", flat=True)),
    )


# --- What `require` holds until the verb has saved --------------------------------------------------------------------

# What Django does not spell: verbs of one person or customer may run together, whoever takes away what they rest on
# waits. A verb that changes the row itself takes the stronger lock at once: two that asked for more would wait for each
# other for ever.
LOCK_SHARED = "FOR SHARE"
LOCK_ROW = "FOR NO KEY UPDATE"


def _renew(actor: Actor, permission: Permission, subject: Any) -> None:
    """Read the actor's account and roles again. Every verb that changes either holds the person's lock.

    The lock on the person whom the verb is about is taken here too, always in the order of their keys: two admins
    who turn on each other must not wait for each other.
    """
    assert actor.user is not None  # noqa: S101 - asked by the caller; tells the type checker
    people = User.objects.for_system("who acts, and on whom")
    changed = subject.pk if isinstance(subject, User) else actor.user.pk
    for pk in sorted({actor.user.pk, changed}):
        _lock(people.filter(pk=pk), LOCK_ROW if isinstance(subject, User) and pk == changed else LOCK_SHARED)
    revoked = actor.token and not AccessToken.objects.filter(pk=actor.token.pk, revoked_at=None).exists()
    if revoked or not people.filter(pk=actor.user.pk, is_active=True, deleted_at=None).exists():
        raise Unauthenticated
    actor.roles = roles_now(actor.user)
    if actor.tenant and any(Need.GOOD_STANDING in rule.needs for rule in GRANTS[permission]):
        _lock(Tenant.objects.for_system("the actor's own organisation").filter(pk=actor.tenant.pk), LOCK_SHARED)
        actor.tenant.refresh_from_db(fields=["standing"])


def lock_shared(rows: QuerySet[Any]) -> None:
    """Verbs of one customer may run together; whoever ends what these rows say waits for them."""
    _lock(rows, LOCK_SHARED)


def _lock(rows: QuerySet[Any], strength: str) -> None:
    if connection.vendor == "postgresql":
        sql, parameters = rows.order_by().values("pk").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} {strength}", parameters)


# --- The same table as conditions on rows ---------------------------------------------------------------------------


def reach_query(actor: Actor, tenancy: Tenancy) -> Q | None:
    """The tenant boundary: one's own organisation, and for partner people with a role the customers tied to it."""
    if actor.user is None:
        return None
    home = Q(**{tenancy.tenant: actor.tenant_id})
    if not actor.is_partner:
        return home
    if not actor.roles:
        return None
    if tenancy.exclusive:
        return home | Q(**{tenancy.partner: actor.tenant_id})
    return home | _tied_to(actor, tenancy)


def read_query(actor: Actor, tenancy: Tenancy) -> Q | None:
    """What the actor may read: the rules of `tenancy.read`, each as a condition."""
    if actor.token and not _in_scope(actor.token.scopes, tenancy.read):
        return None
    rules = [rule for rule in GRANTS[tenancy.read] if not rule.roles.isdisjoint(actor.roles)]
    conditions = [_BASIS_QUERIES[rule.basis](actor, tenancy) for rule in rules if rule.basis in _BASIS_QUERIES]
    if not conditions or actor.user is None:
        return None
    condition = conditions[0]
    for further in conditions[1:]:
        condition |= further
    return condition


def _at_home(actor: Actor, tenancy: Tenancy) -> Q:
    return Q(**{tenancy.tenant: actor.tenant_id})


def _made(actor: Actor, tenancy: Tenancy) -> Q:
    return Q(**{tenancy.tenant: actor.tenant_id, tenancy.owner: actor.user_id})


def _resold(actor: Actor, tenancy: Tenancy) -> Q:
    if tenancy.partner:
        return Q(**{tenancy.partner: actor.tenant_id})
    return _customer_of(tenancy, _living(actor))


def _granted(actor: Actor, tenancy: Tenancy) -> Q:
    return _covered(tenancy, _grants(actor))


def _granted_admin(actor: Actor, tenancy: Tenancy) -> Q:
    return _covered(tenancy, _grants(actor).filter(level=Level.ADMIN))


def _covered(tenancy: Tenancy, grants: QuerySet[DelegatedAdmin]) -> Q:
    if not tenancy.service:
        return _customer_of(tenancy, grants.filter(service=""))
    covering = Q(service="") | Q(service=OuterRef(tenancy.service))
    return Q(Exists(grants.filter(covering, customer_id=OuterRef(tenancy.tenant))))


def _tied_to(actor: Actor, tenancy: Tenancy) -> Q:
    return _customer_of(tenancy, _living(actor)) | _customer_of(tenancy, _grants(actor))


def _living(actor: Actor) -> QuerySet[ResellerRelationship]:
    return ResellerRelationship.objects.for_system("whose customers").living().filter(partner_id=actor.tenant_id)


def _grants(actor: Actor) -> QuerySet[DelegatedAdmin]:
    return DelegatedAdmin.objects.for_system("whose customers").in_force().filter(partner_id=actor.tenant_id)


def _customer_of(tenancy: Tenancy, ties: QuerySet[Any]) -> Q:
    return Q(**{f"{tenancy.tenant}__in": ties.values("customer_id")})


_BASIS_QUERIES: Mapping[Basis, Callable[[Actor, Tenancy], Q]] = {
    Basis.HOME: _at_home,
    Basis.OWN: _made,
    Basis.RESELLER: _resold,
    Basis.DELEGATED: _granted,
    Basis.DELEGATED_ADMIN: _granted_admin,
    Basis.TIED: _tied_to,
}
