"""The posts as one reader gets them, and what other rooms ask of them."""

from django.utils.translation import get_language, ngettext

from messagecenter.models import Post, PostQuerySet
from messagecenter.vocabulary import Language
from portal.ui.parts import Count
from tenants.actor import Actor
from tenants.models import Tenant

ORDER = ("-last_modified_at", "-id")
MOST_COUNTED = 99
UNREAD = "messagecenter.unread"  # in the actor's memory: page and sidebar show the same count


def readable_posts(actor: Actor, customer: Tenant) -> PostQuerySet:
    """What is visible, in the reader's language and with the reader's own marks."""
    posts = Post.objects.visible_in(actor, customer)
    return posts.with_state_of(actor).in_language(get_language() or Language.ENGLISH)


def unread_count(actor: Actor, customer: Tenant) -> int:
    """How many current posts this person has not read in `customer`'s Message Center; 100 means more than 99.

    Two queries however many there are, once per request: what the customer owns, and a count that stops at 100.
    """
    key = (UNREAD, customer.pk)
    if key not in actor.memory:
        unread = Post.objects.visible_in(actor, customer).current().unread_by(actor)
        actor.memory[key] = unread[: MOST_COUNTED + 1].count()
    return int(actor.memory[key])


def forget_unread(actor: Actor) -> None:
    """What this person has read is about to change, for every customer whom the posts concern."""
    for key in [key for key in actor.memory if key[0] == UNREAD]:
        del actor.memory[key]


def unread_label(count: int) -> str:
    """The count as a badge shows it: empty for none, `99+` for more than 99."""
    if count > MOST_COUNTED:
        return f"{MOST_COUNTED}+"
    return str(count or "")


def unread_badge(actor: Actor, customer: Tenant) -> Count:
    """The badge beside the Message Center's link."""
    count = unread_count(actor, customer)
    words = ngettext("unread message", "unread messages", count)
    return Count(f"unread-{customer.pk}", unread_label(count), words)
