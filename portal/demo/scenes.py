"""The stories that the demo begins with, told by calling verbs as the people who would."""

from collections.abc import Callable

from messagecenter.actions import publish_post
from portal.demo.cast import Cast
from portal.demo.script import OFFERS, REQUESTS, SUBSCRIPTIONS, drafts
from subscriptions.actions import create_subscription, publish_offer, suspend
from subscriptions.models import Offer, SuspensionReason
from support.actions.ending import resolve
from support.actions.escalating import escalate_request
from support.actions.raising import raise_request
from support.actions.talking import comment
from support.models import Reason, SupportRequest, Visibility
from tenants.actor import acting_as

Progress = Callable[[str], None]


def play(cast: Cast, progress: Progress = lambda _line: None) -> None:
    """Play every scene in order; `progress` is told of each."""
    progress("The price list")
    _publish_offers(cast)
    progress("Subscriptions")
    _sell(cast)
    progress("The Message Center")
    _publish_posts(cast)
    progress("Support requests")
    requests = _ask_for_help(cast)
    _escalate(cast, requests["mail"])
    _answer(cast, requests["sharing"])


def _publish_offers(cast: Cast) -> None:
    olivia = cast.actor("olivia")
    with acting_as(olivia):
        for offer in OFFERS:
            publish_offer(cast.organisations["vianet"], actor=olivia, **offer)


def _sell(cast: Cast) -> None:
    offers = {offer.sku: offer for offer in Offer.objects.all()}
    for agent, customer, sku, seats in SUBSCRIPTIONS:
        actor, organisation = cast.actor(agent), cast.organisations[customer]
        with acting_as(actor, organisation):
            bought = create_subscription(organisation, offers[sku], actor=actor, quantity=seats)
            if sku == "INTUNE":
                suspend(bought, actor=actor, version=bought.version, reason=SuspensionReason.NON_PAYMENT)


def _publish_posts(cast: Cast) -> None:
    peng = cast.actor("peng")
    with acting_as(peng):
        for draft in drafts():
            publish_post(draft, actor=peng)


def _ask_for_help(cast: Cast) -> dict[str, SupportRequest]:
    raised = {}
    for key, (person, request) in REQUESTS.items():
        actor = cast.actor(person)
        with acting_as(actor):
            raised[key] = raise_request(cast.people[person].tenant, actor=actor, **request)
    return raised


def _escalate(cast: Cast, request: SupportRequest) -> None:
    helen = cast.actor("helen")
    with acting_as(helen):
        comment(request, actor=helen, text="Thank you, Alice. We are looking at your connector settings now.")
        comment(
            request,
            actor=helen,
            text="The message trace stops at 21Vianet's edge; our tools show nothing behind it.",
            visibility=Visibility.INTERNAL,
        )
        escalate_request(
            request,
            actor=helen,
            reason=Reason.SUPPORT_TOOLS,
            tried="Checked SPF, connectors and the message trace; the trace ends at the edge servers.",
        )


def _answer(cast: Cast, request: SupportRequest) -> None:
    helen = cast.actor("helen")
    with acting_as(helen):
        resolve(
            request,
            actor=helen,
            text="A global admin has to allow it first, because data may leave China: Alice finds it in the settings.",
        )
