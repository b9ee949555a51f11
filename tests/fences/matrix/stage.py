"""The stage: the cast, the roles that nobody in the cast holds, and one object of each kind for Huaxin and for
Lotus.
"""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.test import Client
from django.utils import timezone

from messagecenter.actions import publish_post
from messagecenter.drafts import Draft, Wording
from messagecenter.models import Post
from messagecenter.vocabulary import Category, Language, Tag
from portal.demo.cast import Cast
from subscriptions.actions import create_subscription, publish_offer, suspend
from subscriptions.models import Offer, Subscription, SuspensionReason
from support.actions import comment, escalate_request, raise_request, resolve
from support.models import SupportRequest, Visibility
from tenants.actions.people import create_user
from tenants.actions.roles import assign_role
from tenants.actor import Actor, acting_as
from tenants.models import AccessToken, DelegatedAdmin, Role, Tenant, User
from tenants.services import Service
from tests.people import PASSWORD, token_for

CAST = {
    "OA": "olivia wei", "OP": "peng qing", "GA": "paul", "AA": "anna", "SA": "sam", "HA": "helen", "BA": "bill",
    "RV": "boris",
    "CG": "alice", "CU": "uma", "CS": "sven", "CL": "lily", "MR": "rosa", "MP": "pia", "EU": "ed",
    "FC": "mallory", "JC": "jun",
}  # fmt: skip
# letter -> home, alias, role: people for the letters that nobody in the cast bears.
EXTRAS: dict[str, tuple[str, str, Role | None]] = {
    "CR": ("huaxin", "gloria", Role.GLOBAL_READER),
    "CP": ("huaxin", "pavel", Role.PASSWORD_ADMIN),
    "CB": ("huaxin", "bea", Role.BILLING_READER),
    "BL": ("huaxin", "bob", Role.MESSAGE_CENTER_READER),
    "UM": ("fanyun", "ursula", Role.USER_MANAGEMENT_ADMIN),
    "PX": ("fanyun", "petra", None),
    "SU": ("vianet", "glass", None),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One who asks: a letter of the table, a session and a token. A visitor has neither."""

    letter: str
    name: str
    session: str = ""
    token: str = ""


@dataclass
class Stage:
    """Who asks, and about what: `own` are Huaxin's objects, `foreign` Lotus's, `missing` nobody's, `stray` Lotus's
    below Huaxin.
    """

    people: list[Person] = field(default_factory=list)
    own: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, Any] = field(default_factory=dict)

    @property
    def stray(self) -> dict[str, Any]:
        return {**self.foreign, "customer": self.own["customer"]}

    def person(self, letter: str) -> Person:
        return next(person for person in self.people if person.letter == letter)

    def user(self, person: Person) -> User:
        """The account behind a person."""
        return User.objects.get(access_tokens__digest=AccessToken.digest_of(person.token))


def build(cast: Cast) -> Stage:
    """Everything, in the test's own transaction."""
    stage = Stage()
    extras = {letter: _open_account(cast, *who) for letter, who in EXTRAS.items()}
    User.objects.filter(pk=extras["SU"].pk).update(is_superuser=True)
    stage.people = [_person(letter, cast.people[name]) for letter, names in CAST.items() for name in names.split()]
    stage.people += [_person(letter, extras[letter]) for letter in EXTRAS]
    stage.people.append(Person("V", "a visitor"))
    gone = _open_account(cast, "huaxin", "dora", None), _open_account(cast, "lotus", "dan", None)
    yesterday = timezone.now() - timedelta(days=1)
    User.objects.filter(pk__in=[user.pk for user in gone]).update(deleted_at=yesterday, is_active=False)
    blocked = _open_account(cast, "lotus", "bo", None)
    User.objects.filter(pk__in=[extras["BL"].pk, blocked.pk]).update(is_active=False)
    offers = _offers(cast)
    lotus_person = _open_account(cast, "lotus", "lin", None)
    posts = _posts(cast)
    stage.own = {
        **_organisation(cast, "huaxin", "anna", offers),
        **_requests(cast, "huaxin", "alice", "lily", "helen"),
        "user": cast.ed, "lead": cast.alice, "officer": cast.sven, "gone": gone[0], "blocked": extras["BL"],
        "grant": DelegatedAdmin.objects.get(customer=cast.huaxin, partner=cast.beichen),
        "post": posts["exchange"], "private": posts["private"], "strange": posts["intune"],
        "token": AccessToken.objects.get(user=cast.alice),
    }  # fmt: skip
    stage.foreign = {
        **_organisation(cast, "lotus", "boris", offers),
        **_requests(cast, "lotus", "mallory", "mallory", "boris"),
        "user": lotus_person, "lead": cast.mallory, "officer": cast.mallory, "gone": gone[1], "blocked": blocked,
        "grant": DelegatedAdmin.objects.get(customer=cast.lotus),
        "post": posts["intune"], "private": posts["private"], "strange": posts["exchange"],
        "token": AccessToken.objects.get(user=cast.mallory),
    }  # fmt: skip
    stage.missing = {name: _nobody(number) for number, name in enumerate(sorted(stage.own))}
    return stage


def _nobody(number: int) -> SimpleNamespace:
    return SimpleNamespace(pk=uuid.UUID(int=number + 1, version=4), reference=f"SR-2026-99{number:04}", version=1)


def _open_account(cast: Cast, home: str, alias: str, role: Role | None) -> User:
    setup = Actor.system("setup")
    with acting_as(setup):
        name = f"{alias.title()} of CANARY-{home}"
        user, _secret = create_user(
            cast.organisations[home], actor=setup, alias=alias, display_name=name, password=PASSWORD
        )
        if role:
            assign_role(user, role, actor=setup)
    return user


def _person(letter: str, user: User) -> Person:
    client = Client()
    client.force_login(user, backend="tenants.sign_in.PortalBackend")
    return Person(letter, user.upn.partition("@")[0], client.cookies["sessionid"].value, token_for(user))


def _offers(cast: Cast) -> dict[str, Offer]:
    olivia = cast.actor("olivia")
    services = {
        "suite": [Service.EXCHANGE, Service.TEAMS, Service.SHAREPOINT],
        "sites": [Service.SHAREPOINT],
        "devices": [Service.INTUNE],
    }
    with acting_as(olivia):
        return {
            name: publish_offer(
                cast.vianet,
                actor=olivia,
                sku=f"MATRIX-{name}",
                name=f"Offer of {name}",
                services=codes,
                maximum_quantity=300,
                unit_price=240_000,
                unit_cost=204_000,
            )
            for name, codes in services.items()
        }


def _organisation(cast: Cast, name: str, seller: str, offers: dict[str, Offer]) -> dict[str, Any]:
    """The customer with what it owns: seats of a suite (for Lotus: of Intune, which Huaxin lacks), of one service, and
    a paused one.
    """
    customer: Tenant = cast.organisations[name]
    actor = cast.actor(seller)

    def buy(offer: Offer, label: str) -> Subscription:
        note = f"{label} CANARY-{name}"
        return create_subscription(
            customer,
            offer,
            actor=actor,
            quantity=25,
            friendly_name=note,
            partner_note=f"note {label} CANARY-{name}-prices",
        )

    with acting_as(actor, customer):
        seats = buy(offers["suite" if name == "huaxin" else "devices"], "Seats")
        sites, paused = buy(offers["sites"], "Sites"), buy(offers["sites"], "Paused")
        paused = suspend(paused, actor=actor, version=paused.version, reason=SuspensionReason.CUSTOMER_REQUEST)
    return {"customer": customer, "partner": actor.tenant, "seats": seats, "sites": sites, "paused": paused}


def _requests(cast: Cast, name: str, admin: str, other: str, agent: str) -> dict[str, SupportRequest]:
    """Raised by the admin; by somebody else; one that is with 21Vianet; one that is resolved."""
    customer = cast.organisations[name]
    found = {label: _raised(cast, customer, name, admin) for label in ("request", "escalated", "resolved")}
    found["asked"] = _raised(cast, customer, name, other)
    actor = cast.actor(agent)
    with acting_as(actor, customer):
        for request in found.values():
            comment(request, actor=actor, text=f"Noted. CANARY-{name}-notes", visibility=Visibility.INTERNAL)
        escalate_request(found["escalated"], actor=actor, reason="training", tried=f"Much. CANARY-{name}-requests")
        resolve(found["resolved"], actor=actor, text=f"Solved. CANARY-{name}-requests")
    return found


def _raised(cast: Cast, customer: Tenant, name: str, by: str) -> SupportRequest:
    actor = cast.actor(by)
    with acting_as(actor):
        return raise_request(
            customer,
            actor=actor,
            title=f"Mail does not arrive CANARY-{name}-requests",
            description=f"Since Monday. CANARY-{name}-requests",
            severity="moderate",
            service=Service.EXCHANGE,
        )


def _posts(cast: Cast) -> dict[str, Post]:
    peng = cast.actor("peng")
    plans: dict[str, tuple[Service, frozenset[Tag]]] = {
        "exchange": (Service.EXCHANGE, frozenset()),
        "private": (Service.EXCHANGE, frozenset({Tag.DATA_PRIVACY})),
        "intune": (Service.INTUNE, frozenset()),
    }
    with acting_as(peng):
        return {
            name: publish_post(
                Draft(
                    category=Category.STAY_INFORMED,
                    services=frozenset({service}),
                    tags=tags,
                    wordings={Language.ENGLISH: Wording(f"News of {name}", "<p>Something changes.</p>")},
                ),
                actor=peng,
            )
            for name, (service, tags) in plans.items()
        }
