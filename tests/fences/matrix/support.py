"""Support requests: rules.md 1 (see, answer, file, escalate, withdraw) and 2 (create, comment, close,
reopen, read).
"""

from collections.abc import Mapping
from typing import Any

from tests.fences.matrix.rows import HUAXIN, LOTUS, REQUEST, Cells, Door, Row, merged

ONE = "requests/<request_reference:reference>/"
# A request belongs to one partner: RV, another partner of Huaxin, gets 404.
# "read": CG A, CR R, CS A; CU CL CP CB own; GA AA HA.
READ = {200: "CG CR CS GA AA HA", 403: "CU CL CP CB MR MP EU SA BA UM"}
READ_LILYS = {200: "CG CR CS CL GA AA HA", 403: "CU CP CB MR MP EU SA BA UM"}
LOOKED = {303: "CG CR CS GA AA HA", 403: "CU CL CP CB MR MP EU SA BA UM"}
LOOKED_LILYS = {303: "CG CR CS CL GA AA HA", 403: "CU CP CB MR MP EU SA BA UM"}
# "create, comment, attach, close, reopen": CG CU CL CP CS CB, one's own where one reads one's own only.
SAID = {303: "CG CS GA AA HA", 403: "CR CU CL CP CB MR MP EU SA BA UM"}
SAID_TO_LILY = {303: "CG CS CL GA AA HA", 403: "CR CU CP CB MR MP EU SA BA UM"}
NOTED = {303: "GA AA HA", 403: "CG CS CR CU CL CP CB MR MP EU SA BA UM"}
CUSTOMERS = {200: "CG CS", 403: "CR CU CL CP CB MR MP EU GA AA SA HA BA UM"}
CUSTOMERS_DID = {303: "CG CS", 403: "CR CU CL CP CB MR MP EU GA AA SA HA BA UM"}
# "answer, resolve, withdraw", "escalate" (d: Fanyun's grant for everything): GA AA HA.
PARTNERS = {200: "GA AA HA", 403: "CG CR CU CL CP CS CB MR MP EU SA BA UM"}
PARTNERS_DID = {303: "GA AA HA", 403: "CG CR CU CL CP CS CB MR MP EU SA BA UM"}
# In Lotus FC is the customer's global admin and RV the partner's.
LOTUS_READ = Door(reach=LOTUS, get={200: LOTUS})
LOTUS_CUSTOMER = Door(reach=LOTUS, get={200: "FC", 403: "RV"}, post={303: "FC", 403: "RV"})
LOTUS_PARTNER = Door(reach=LOTUS, get={200: "RV", 403: "FC"}, post={303: "RV", 403: "FC"})
# "create": CG CU CL CP CS CB; "file on behalf": GA AA HA with the grant. Boris's partner does not serve Huaxin.
FILE = {200: "CG CU CL CP CS CB GA AA HA", 403: "CR MR MP EU SA BA UM RV"}
FILED = {303: "CG CU CL CP CS CB GA AA HA", 403: "CR MR MP EU SA BA UM RV"}


def step(name: str, target: str, get: Cells, post: Cells, foreign: Door, **body: Any) -> Row:
    """The page of one step."""
    bad: Mapping[str, Any] | None = {**body, "text": "x" * 100_001} if name in {"resolve", "reopen"} else None
    return Row(
        pattern=f"{ONE}{name}/",
        address=f"/requests/{{{target}.reference}}/{name}/",
        reach=REQUEST,
        get=get,
        post=post,
        body=body or {"word": ""},
        bad=bad,
        foreign=foreign,
    )


ROWS = [
    Row(
        pattern="requests/",
        address="/requests/",
        get={200: "GA AA HA CG CR CU CL CP CS CB RV FC JC", 403: "SA BA UM PX MR MP EU OA OP SU"},
    ),
    Row(
        pattern="organisations/<uuid:customer_id>/requests/new/",
        address="/organisations/{customer.pk}/requests/new/",
        reach=HUAXIN,
        get=FILE,
        post=FILED,
        body={"title": "No mail", "description": "Since noon.", "severity": "minimal", "service": "exchange"},
        bad={"title": "", "severity": "deadly"},
        foreign=Door(reach=LOTUS, get={200: LOTUS}, post={303: LOTUS}),
    ),
    Row(pattern=ONE, address="/requests/{request.reference}/", reach=REQUEST, get=READ, foreign=LOTUS_READ),
    Row(
        pattern=ONE,
        note="raised by Lily",
        address="/requests/{asked.reference}/",
        reach=REQUEST,
        get=READ_LILYS,
        foreign=LOTUS_READ,
    ),
    Row(
        pattern=f"{ONE}comment/",
        address="/requests/{request.reference}/comment/",
        reach=REQUEST,
        get=LOOKED,
        post=SAID,
        body={"text": "Still.", "visibility": "public"},
        bad={"text": "", "visibility": "public"},
        foreign=Door(reach=LOTUS, get={303: LOTUS}, post={303: LOTUS}),
    ),
    Row(
        pattern=f"{ONE}comment/",
        note="raised by Lily",
        address="/requests/{asked.reference}/comment/",
        reach=REQUEST,
        get=LOOKED_LILYS,
        post=SAID_TO_LILY,
        body={"text": "Still.", "visibility": "public"},
        foreign=Door(reach=LOTUS, get={303: LOTUS}, post={303: LOTUS}),
    ),
    Row(
        pattern=f"{ONE}comment/",
        note="an internal note",
        address="/requests/{request.reference}/comment/",
        reach=REQUEST,
        get=LOOKED,
        post=NOTED,
        body={"text": "They never read manuals.", "visibility": "internal"},
        foreign=Door(reach=LOTUS, get={303: LOTUS}, post={303: "RV", 403: "FC"}),
    ),
    Row(
        pattern=f"{ONE}standing/",
        address="/requests/{request.reference}/standing/",
        reach=REQUEST,
        get=LOOKED,
        foreign=Door(reach=LOTUS, get={303: LOTUS}),
    ),
    merged(
        step("escalate", "request", PARTNERS, PARTNERS_DID, LOTUS_PARTNER, reason="documentation", tried="Everything."),
        bad={"reason": "laziness", "tried": ""},
    ),
    step("withdraw", "escalated", PARTNERS, PARTNERS_DID, LOTUS_PARTNER),
    step("resolve", "request", PARTNERS, PARTNERS_DID, LOTUS_PARTNER, text="Solved."),
    step("close", "request", CUSTOMERS, CUSTOMERS_DID, LOTUS_CUSTOMER),
    step("reopen", "resolved", CUSTOMERS, CUSTOMERS_DID, LOTUS_CUSTOMER, text="No."),
]
