"""What a row of the matrix says, and the letters of the business's table that it says it with.

Beside the table's letters there are: EU nobody's admin of Huaxin, PX a Fanyun person without a role, RV the rival
Beichen's admin (a grant for one service of Huaxin; partner of record of Lotus), FC the global admin of Lotus, JC the
global admin of Jade, SU Django's break-glass superuser, BL a blocked admin whose session and token are still at hand,
V a visitor who never signed in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

CUSTOMER = "CG CR CU CL CP CS CB MR MP EU"
PARTNER = "GA AA SA HA BA UM"
OPERATOR = "OA OP"
# Who can know of Huaxin at all; of one of its support requests, which is Fanyun's alone; of Lotus.
HUAXIN = f"{CUSTOMER} {PARTNER} RV"
REQUEST = f"{CUSTOMER} {PARTNER}"
LOTUS = "FC RV"
OUTSIDE_HUAXIN = f"PX FC JC {OPERATOR} SU"
SIGNED_IN = f"{HUAXIN} {OUTSIDE_HUAXIN}"
UNKNOWN = "V BL"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW")

Cells = Mapping[int, str]  # status -> letters


@dataclass(frozen=True, kw_only=True)
class Door:
    """Who knows that the object exists (everybody else: 404), and for each method that exists who is answered what.

    Every letter of `reach` stands in every method. A method that is not named is 405 within reach; HEAD is as GET.
    """

    reach: str = SIGNED_IN
    get: Cells | None = None
    post: Cells | None = None
    patch: Cells | None = None
    others: Mapping[str, Cells] = field(default_factory=dict)

    def expected(self, method: str, letter: str) -> int:
        """The status that this letter gets."""
        if letter not in self.reach.split():
            return 404
        cells = self.cells(method)
        if cells is None:
            return 405
        return next(status for status, letters in cells.items() if letter in letters.split())

    def cells(self, method: str) -> Cells | None:
        """The answers to one method; None where it does not exist."""
        named = {"GET": self.get, "HEAD": self.get, "POST": self.post, "PATCH": self.patch}
        return self.others.get(method, named.get(method))

    def gaps(self) -> Iterator[str]:
        """Letters that a method forgets or names twice."""
        for method in METHODS:
            cells = self.cells(method)
            if cells is None:
                continue
            named = " ".join(cells.values()).split()
            yield from (f"{method} forgets {letter}" for letter in set(self.reach.split()) - set(named))
            yield from (f"{method} repeats {letter}" for letter in set(named) if named.count(letter) > 1)
            yield from (f"{method} lets {letter} in from outside" for letter in set(named) - set(self.reach.split()))


@dataclass(frozen=True, kw_only=True)
class Row(Door):
    """One address. `pattern` is the URL pattern, `address` names objects of the stage: `{customer.pk}`.

    The address is asked for Huaxin's objects (this door), for Lotus's (`foreign`; where it is None there is no
    object in the
    address), for objects that do not exist, and, where one object lies below another, for Lotus's below Huaxin.
    `visitor` maps a method to what a visitor gets where that is not the way to the sign-in page (401 for REST).
    `bad` is a body that those get 422 (or `bad_status`) for who succeed with `body`; to all others it makes no
    difference.
    """

    pattern: str
    address: str
    note: str = ""
    foreign: Door | None = None
    nested: bool = False
    body: Mapping[str, Any] = field(default_factory=dict)
    bad: Mapping[str, Any] | None = None
    bad_status: int = 422
    headers: Mapping[str, str] = field(default_factory=dict)
    visitor: Mapping[str, int] | None = None

    @property
    def rest(self) -> bool:
        """Asked with a bearer token and JSON."""
        return self.pattern.startswith("v1.0/") and self.pattern not in {"v1.0/docs"}

    @property
    def title(self) -> str:
        """How a fault names the row."""
        return f"{self.pattern or '/'}{f' ({self.note})' if self.note else ''}"

    def unknown(self, method: str) -> int:
        """What a visitor gets."""
        if self.visitor is None:
            return 401 if self.rest else 302
        return self.visitor.get(method, 405)


def everybody(status: int, letters: str = SIGNED_IN) -> Cells:
    """One answer for all of these."""
    return {status: letters}


def without(letters: str, gone: str) -> str:
    """Letters but these."""
    return " ".join(letter for letter in letters.split() if letter not in gone.split())


def merged(base: Row, **changes: Any) -> Row:
    """A row like another one."""
    values = {item.name: getattr(base, item.name) for item in fields(base)}
    return Row(**{**values, **changes})
