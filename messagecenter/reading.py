"""What other rooms ask of the Message Center."""

from messagecenter.models import Post
from tenants.actor import Actor
from tenants.models import Tenant

MOST_COUNTED = 99


def unread_count(actor: Actor, customer: Tenant) -> int:
    """How many current posts this person has not read in `customer`'s Message Center; 100 means more than 99.

    Two queries however many there are: what the customer owns, and a count that stops at 100.
    """
    return Post.objects.visible_in(actor, customer).current().unread_by(actor)[: MOST_COUNTED + 1].count()


def unread_label(count: int) -> str:
    """The count as a badge shows it: empty for none, `99+` for more than 99."""
    if count > MOST_COUNTED:
        return f"{MOST_COUNTED}+"
    return str(count or "")
