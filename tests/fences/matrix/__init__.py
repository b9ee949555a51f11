"""Who gets which answer at which address: written by hand from the table of the business, one file a room.

Nothing here is made from the code's table of rights or from what a view declares. Change a rule in both places, or
in neither.
"""

from collections.abc import Mapping

from tests.fences.matrix import account, admin, messagecenter, other, people, rest, subscriptions, support, tenants
from tests.fences.matrix.rows import Row

ROOMS: Mapping[str, list[Row]] = {
    "tenants": tenants.ROWS,
    "people": people.ROWS,
    "subscriptions": subscriptions.ROWS,
    "messagecenter": messagecenter.ROWS,
    "support": support.ROWS,
    "account": account.ROWS,
    "admin": admin.ROWS,
    "other": other.ROWS,
    "rest": rest.ROWS,
}
