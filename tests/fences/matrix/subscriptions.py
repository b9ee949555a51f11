"""Subscriptions: rules.md 1 (read, create, change), 2 (any change, by any door: nobody) and 4 (p)."""

from collections.abc import Mapping
from typing import Any

from tests.fences.matrix.rows import HUAXIN, LOTUS, Door, Row

LIST = "organisations/<uuid:customer_id>/subscriptions/"
ONE = f"{LIST}<uuid:subscription_id>/"
HERE = "/organisations/{customer.pk}/subscriptions/"

# Read: GA AA SA HA; CG CR CU CL CS CB. A grant for one service shows that service's subscriptions.
READ_LIST = {200: "GA AA SA HA CG CR CU CL CS CB RV", 403: "BA UM CP MR MP EU"}
READ = {200: "GA AA SA HA CG CR CU CL CS CB", 403: "BA UM CP MR MP EU RV"}
READ_GRANTED = {200: "GA AA SA HA CG CR CU CL CS CB RV", 403: "BA UM CP MR MP EU"}
# Change: GA AA SA of the partner of record. Customers never, a second partner with delegated admin never.
CHANGE = {200: "GA AA SA", 403: "HA BA UM CG CR CU CL CP CS CB MR MP EU RV"}
CHANGED = {303: "GA AA SA", 403: "HA BA UM CG CR CU CL CP CS CB MR MP EU RV"}
LOTUS_READ = Door(reach=LOTUS, get={200: LOTUS})
LOTUS_CHANGE = Door(reach=LOTUS, get={200: "RV", 403: "FC"}, post={303: "RV", 403: "FC"})


def verb(name: str, target: str, body: Mapping[str, Any], bad: Mapping[str, Any] | None = None, note: str = "") -> Row:
    """The page of one verb."""
    return Row(
        pattern=f"{ONE}{name}/",
        note=note,
        address=f"{HERE}{{{target}.pk}}/{name}/",
        reach=HUAXIN,
        get=CHANGE,
        post=CHANGED,
        body={**body, "version": f"{{{target}.version}}"},
        bad=bad,
        foreign=LOTUS_CHANGE,
        nested=True,
    )


ROWS = [
    Row(pattern=LIST, address=HERE, reach=HUAXIN, get=READ_LIST, foreign=LOTUS_READ),
    Row(pattern=ONE, address=f"{HERE}{{seats.pk}}/", reach=HUAXIN, get=READ, foreign=LOTUS_READ, nested=True),
    Row(
        pattern=ONE,
        note="of the granted service",
        address=f"{HERE}{{sites.pk}}/",
        reach=HUAXIN,
        get=READ_GRANTED,
        foreign=LOTUS_READ,
        nested=True,
    ),
    verb("quantity", "seats", {"quantity": 30}, {"quantity": "many", "version": "{seats.version}"}),
    verb("quantity", "sites", {"quantity": 30}, note="of the granted service"),
    verb("suspend", "seats", {"reason": "customer_request"}, {"reason": "boredom", "version": "{seats.version}"}),
    verb("reactivate", "paused", {}, {"version": "x"}),
    verb("name", "seats", {"friendly_name": "Everybody"}, {"friendly_name": "x" * 101, "version": "{seats.version}"}),
]
