"""The cast: the organisations and people whom the demo and the tests share. Built by calling verbs, never the ORM's
writes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tenants.actions.organisations import (
    end_relationship,
    found_organisation,
    grant_delegated_admin,
    revoke_delegated_admin,
    start_relationship,
)
from tenants.actions.people import create_user
from tenants.actions.roles import assign_role
from tenants.actor import Actor, acting_as
from tenants.models import Kind, ResellerRelationship, Role, Tenant, User
from tenants.services import Service

DEMO_PASSWORD = "Portal-Demo-2026"  # noqa: S105 - printed by the demo for everybody; production has no demo
SUPPORT_HOURS = "9:00-18:00, UTC+8"  # of every partner, in words that need no translation

ORGANISATIONS = {
    "vianet": (Kind.OPERATOR, "21Vianet", "世纪互联", "vianet.example", ""),
    "fanyun": (Kind.PARTNER, "Fanyun Cloud", "帆云科技", "fanyun.example", "+86 21 5555 0101"),
    "beichen": (Kind.PARTNER, "Beichen Systems", "北辰系统", "beichen.example", "+86 10 5555 0102"),
    "huaxin": (Kind.CUSTOMER, "Huaxin Manufacturing", "华新制造", "huaxin.example", ""),
    "lotus": (Kind.CUSTOMER, "Lotus Tea", "莲茶", "lotus.example", ""),
    "jade": (Kind.CUSTOMER, "Jade Bikes", "玉单车", "jade.example", ""),
}
PEOPLE: dict[str, tuple[str, str, str, tuple[Role, ...]]] = {
    "olivia": ("vianet", "Olivia Ouyang", "en", (Role.OPERATOR_ADMIN,)),
    "wei": ("vianet", "Wei Wang", "zh-hans", (Role.OPERATOR_ADMIN,)),
    "peng": ("vianet", "Peng Pan", "zh-hans", (Role.PUBLISHER,)),
    "qing": ("vianet", "Qing Qian", "en", (Role.PUBLISHER,)),
    "paul": ("fanyun", "Paul Pang", "en", (Role.PARTNER_GLOBAL_ADMIN,)),
    "anna": ("fanyun", "Anna An", "en", (Role.ADMIN_AGENT,)),
    "sam": ("fanyun", "Sam Sun", "en", (Role.SALES_AGENT,)),
    "helen": ("fanyun", "Helen He", "en", (Role.HELPDESK_AGENT,)),
    "bill": ("fanyun", "Bill Bai", "en", (Role.PARTNER_BILLING_ADMIN,)),
    "boris": ("beichen", "Boris Bao", "en", (Role.PARTNER_GLOBAL_ADMIN, Role.ADMIN_AGENT)),
    "alice": ("huaxin", "Alice Ai", "en", (Role.GLOBAL_ADMIN,)),
    "uma": ("huaxin", "Uma Wu", "en", (Role.USER_ADMIN,)),
    "sven": ("huaxin", "Sven Shen", "en", (Role.SERVICE_SUPPORT_ADMIN,)),
    "lily": ("huaxin", "Lily Li", "zh-hans", (Role.LICENSE_ADMIN,)),
    "rosa": ("huaxin", "Rosa Luo", "en", (Role.MESSAGE_CENTER_READER,)),
    "pia": ("huaxin", "Pia Pi", "fr", (Role.MESSAGE_CENTER_PRIVACY_READER,)),
    "ed": ("huaxin", "Ed Ding", "en", ()),
    "mallory": ("lotus", "Mallory Ma", "en", (Role.GLOBAL_ADMIN,)),
    "jun": ("jade", "Jun Jiang", "zh-hans", (Role.GLOBAL_ADMIN,)),
}
RELATIONSHIPS = (("fanyun", "huaxin"), ("fanyun", "jade"), ("beichen", "lotus"))
FORMER_RELATIONSHIPS = (("beichen", "boris", "huaxin"),)


@dataclass(slots=True)
class Cast:
    """Organisations and people by the short names of the tables above: `cast.alice`, `cast.huaxin`."""

    organisations: dict[str, Tenant] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> "Tenant | User":
        found = self.people.get(name) or self.organisations.get(name)
        if found is None:
            raise AttributeError(name)
        return found

    def actor(self, name: str) -> Actor:
        """One of the people as an actor, with the roles it holds now."""
        return Actor.of(self.people[name])


def is_present() -> bool:
    """Whether the cast has been built in this database."""
    return User.objects.for_system("the demo's own cast").filter(upn="alice@huaxin.example").exists()


def load() -> Cast:
    """The cast that is in the database."""
    by_domain = {tenant.domain: tenant for tenant in Tenant.objects.for_system("the demo's own cast")}
    users = User.objects.for_system("the demo's own cast").select_related("tenant")
    by_upn = {user.upn: user for user in users}
    return Cast(
        {name: by_domain[row[3]] for name, row in ORGANISATIONS.items()},
        {name: by_upn[f"{name}@{ORGANISATIONS[row[0]][3]}"] for name, row in PEOPLE.items()},
    )


def build(password: str = DEMO_PASSWORD, progress: Callable[[str], None] = lambda _line: None) -> Cast:
    """Found the organisations, open the accounts, and tie them together; `progress` is told of each organisation."""
    cast = Cast()
    setup = Actor.system("setup")
    with acting_as(setup):
        for name, (kind, english, chinese, domain, phone) in ORGANISATIONS.items():
            cast.organisations[name] = found_organisation(
                kind,
                english,
                domain,
                actor=setup,
                chinese_name=chinese,
                support_email=f"support@{domain}" if phone else "",
                support_phone=phone,
                support_hours=SUPPORT_HOURS if phone else "",
            )
    for organisation in ORGANISATIONS:
        progress(ORGANISATIONS[organisation][1])
        _open_accounts(cast, organisation, password, setup)
    _tie(cast, setup)
    return load()


def _open_accounts(cast: Cast, organisation: str, password: str, setup: Actor) -> None:
    with acting_as(setup):
        for name, (home, display_name, language, roles) in PEOPLE.items():
            if home != organisation:
                continue
            user, _secret = create_user(
                cast.organisations[home],
                actor=setup,
                alias=name,
                display_name=display_name,
                language=language,
                password=password,
            )
            for role in roles:
                assign_role(user, role, actor=setup)
            cast.people[name] = user


def _tie(cast: Cast, setup: Actor) -> None:
    """Fanyun serves Huaxin and Jade Bikes, Beichen serves Lotus Tea; Huaxin lets Beichen, who served it before,
    administer one service; Jade took it back.
    """
    former = [(partner, customer) for partner, _agent, customer in FORMER_RELATIONSHIPS]
    with acting_as(setup):
        for partner, customer in (*RELATIONSHIPS, *former):
            start_relationship(cast.organisations[partner], cast.organisations[customer], actor=setup)
    _grant(cast, "alice", "huaxin", "fanyun")
    _grant(cast, "alice", "huaxin", "beichen", Service.SHAREPOINT)
    _grant(cast, "mallory", "lotus", "beichen")
    _grant(cast, "jun", "jade", "fanyun", revoked=True)
    for _partner, agent, customer in FORMER_RELATIONSHIPS:
        _end(cast, agent, customer)


def _grant(cast: Cast, giver: str, customer: str, partner: str, service: str = "", *, revoked: bool = False) -> None:
    actor = cast.actor(giver)
    with acting_as(actor):
        grant = grant_delegated_admin(
            cast.organisations[customer], cast.organisations[partner], actor=actor, service=service
        )
        if revoked:
            revoke_delegated_admin(grant, actor=actor)


def _end(cast: Cast, agent: str, customer: str) -> None:
    actor, served = cast.actor(agent), cast.organisations[customer]
    with acting_as(actor, served):
        living = ResellerRelationship.objects.for_system("the demo's own cast").living()
        end_relationship(living.get(partner=actor.tenant, customer=served), actor=actor)
