"""The REST API, asked with bearer tokens: the same table as the pages', in the same words."""

from collections.abc import Mapping
from typing import Any

from tests.fences.matrix.rows import HUAXIN, LOTUS, REQUEST, Cells, Door, Row, everybody

CUSTOMERS = "v1.0/customers"
ONE_CUSTOMER = f"{CUSTOMERS}/<uuid:customer_id>"
SUBSCRIPTIONS = f"{ONE_CUSTOMER}/subscriptions"
ONE_SUBSCRIPTION = f"{SUBSCRIPTIONS}/<uuid:subscription_id>"
REQUESTS = "v1.0/supportRequests"
ONE_REQUEST = f"{REQUESTS}/<request_reference:reference>"
MESSAGES = "v1.0/admin/serviceAnnouncement/messages"
ETAG = {"If-Match": 'W/"{seats.version}"'}

# "find and view customers"; on the customer's side every role reads its own organisation.
OVERVIEW = {200: "GA AA SA HA RV CG CR CU CL CP CS CB MR MP", 403: "BA UM EU"}
READ_LIST = {200: "GA AA SA HA CG CR CU CL CS CB RV", 403: "BA UM CP MR MP EU"}
READ_SUITE = {200: "GA AA SA HA CG CR CU CL CS CB", 403: "BA UM CP MR MP EU RV"}
CHANGED = {200: "GA AA SA", 403: "HA BA UM CG CR CU CL CP CS CB MR MP EU RV"}
LOTUS_READ = Door(reach=LOTUS, get={200: LOTUS})
LOTUS_SUBSCRIPTION = Door(reach=LOTUS, get={200: LOTUS}, patch={200: "RV", 403: "FC"})
# Requests: read, answer, escalate; see support.py for the lines of the table.
READERS = {200: "CG CR CS GA AA HA", 403: "CU CL CP CB MR MP EU SA BA UM"}
SPOKE = {201: "CG CS GA AA HA", 403: "CR CU CL CP CB MR MP EU SA BA UM"}
NOTED = {201: "GA AA HA", 403: "CG CS CR CU CL CP CB MR MP EU SA BA UM"}
CUSTOMERS_DID = {200: "CG CS", 403: "CR CU CL CP CB MR MP EU GA AA SA HA BA UM"}
PARTNERS_DID = {200: "GA AA HA", 403: "CG CR CU CL CP CS CB MR MP EU SA BA UM"}
ESCALATED = {202: "GA AA HA", 403: "CG CR CU CL CP CS CB MR MP EU SA BA UM"}
# Messages: the token means its owner's home. Partners have no Message Center of their own, the operator neither.
NO_READERS = "EU GA AA SA HA BA UM PX RV OA OP SU"
READ_MESSAGES = {200: "CG CR CU CL CP CS CB MR MP FC JC", 403: NO_READERS}
ONE_MESSAGE = {200: "CG CR CU CL CP CS CB MR MP", 404: "FC JC", 403: NO_READERS}
PRIVATE = {200: "CG MP", 404: "CR CU CL CP CS CB MR FC JC", 403: NO_READERS}
QUESTION = {"title": "No mail", "description": "Since noon.", "severity": "minimal", "service": "Exchange Online"}


def patch(body: Mapping[str, Any], note: str, **more: Any) -> Row:
    """A PATCH of Huaxin's seats."""
    values: dict[str, Any] = {"patch": CHANGED, "headers": ETAG, **more}
    return Row(
        pattern=ONE_SUBSCRIPTION,
        note=note,
        address="/v1.0/customers/{customer.pk}/subscriptions/{seats.pk}",
        reach=HUAXIN,
        get=READ_SUITE,
        body=body,
        foreign=values.pop("foreign", LOTUS_SUBSCRIPTION),
        nested=True,
        **values,
    )


def refused(status: int) -> dict[str, Any]:
    """Those who may change a subscription are told what is wrong; all others 403 as before."""
    return {"patch": {status: "GA AA SA", 403: CHANGED[403]}, "foreign": _lotus(status)}


def _lotus(status: int) -> Door:
    return Door(reach=LOTUS, get={200: LOTUS}, patch={status: "RV", 403: "FC"})


def step(name: str, target: str, post: Cells, foreign: Cells, **body: Any) -> Row:
    """One step of a request."""
    return Row(
        pattern=f"{ONE_REQUEST}/{name}",
        address=f"/v1.0/supportRequests/{{{target}.reference}}/{name}",
        reach=REQUEST,
        post=post,
        body=body,
        bad={"colour": "red"},
        bad_status=400,
        foreign=Door(reach=LOTUS, post=foreign),
    )


ROWS = [
    Row(pattern="v1.0/me", address="/v1.0/me", get=everybody(200)),
    Row(
        pattern=CUSTOMERS,
        address="/v1.0/customers",
        get={200: "GA AA SA HA RV", 403: "BA UM PX CG CR CU CL CP CS CB MR MP EU FC JC OA OP SU"},
    ),
    Row(
        pattern=ONE_CUSTOMER,
        address="/v1.0/customers/{customer.pk}",
        reach=HUAXIN,
        get=OVERVIEW,
        foreign=LOTUS_READ,
    ),
    Row(
        pattern=SUBSCRIPTIONS,
        address="/v1.0/customers/{customer.pk}/subscriptions",
        reach=HUAXIN,
        get=READ_LIST,
        foreign=LOTUS_READ,
    ),
    patch({"quantity": 30}, "quantity", bad={"quantity": "many"}),
    patch({"friendlyName": "Everybody"}, "nickname", bad={"colour": "red"}, bad_status=400),
    patch({"status": "suspended", "suspensionReasons": ["fraud"]}, "suspension"),
    patch({"quantity": 30}, "without If-Match", headers={}, **refused(428)),
    patch({"quantity": 30}, "a stale version", headers={"If-Match": 'W/"77"'}, **refused(412)),
    patch({"quantity": 30, "friendlyName": "Two verbs"}, "two verbs", **refused(400)),
    Row(
        pattern=ONE_SUBSCRIPTION,
        note="of the granted service",
        address="/v1.0/customers/{customer.pk}/subscriptions/{sites.pk}",
        reach=HUAXIN,
        get=READ_LIST,
        patch=CHANGED,
        body={"quantity": 30},
        headers={"If-Match": 'W/"{sites.version}"'},
        foreign=LOTUS_SUBSCRIPTION,
    ),
    Row(
        pattern=REQUESTS,
        note="a customer's own",
        address="/v1.0/supportRequests",
        get={200: "GA AA HA CG CR CU CL CP CS CB RV FC JC", 403: "SA BA UM PX MR MP EU OA OP SU"},
        # A partner names the customer (422 without); everybody who may raise or file nothing: 403.
        post={201: "CG CU CL CP CS CB FC JC", 422: "GA AA HA RV", 403: "CR MR MP EU SA BA UM PX OA OP SU"},
        body=QUESTION,
        bad={**QUESTION, "severity": "deadly"},
    ),
    Row(
        pattern=REQUESTS,
        note="on behalf of Huaxin",
        address="/v1.0/supportRequests",
        get={200: "GA AA HA CG CR CU CL CP CS CB RV FC JC", 403: "SA BA UM PX MR MP EU OA OP SU"},
        # The customer named in the body lies outside the reach of FC and JC; those without any right to ask learn
        # only that.
        post={201: "CG CU CL CP CS CB GA AA HA", 404: "FC JC", 403: "RV CR MR MP EU SA BA UM PX OA OP SU"},
        body={**QUESTION, "customerId": "{customer.pk}"},
    ),
    Row(
        pattern=ONE_REQUEST,
        address="/v1.0/supportRequests/{request.reference}",
        reach=REQUEST,
        get=READERS,
        foreign=LOTUS_READ,
    ),
    Row(
        pattern=f"{ONE_REQUEST}/comments",
        address="/v1.0/supportRequests/{request.reference}/comments",
        reach=REQUEST,
        get=READERS,
        post=SPOKE,
        body={"content": "Still."},
        bad={"content": ""},
        foreign=Door(reach=LOTUS, get={200: LOTUS}, post={201: LOTUS}),
    ),
    Row(
        pattern=f"{ONE_REQUEST}/comments",
        note="an internal note",
        address="/v1.0/supportRequests/{request.reference}/comments",
        reach=REQUEST,
        get=READERS,
        post=NOTED,
        body={"content": "They never read manuals.", "visibility": "internal"},
        foreign=Door(reach=LOTUS, get={200: LOTUS}, post={201: "RV", 403: "FC"}),
    ),
    step("escalate", "request", ESCALATED, {202: "RV", 403: "FC"}, reason="documentation", stepsTried="Everything."),
    step("withdraw", "escalated", PARTNERS_DID, {200: "RV", 403: "FC"}),
    step("resolve", "request", PARTNERS_DID, {200: "RV", 403: "FC"}, content="Solved."),
    step("close", "request", CUSTOMERS_DID, {200: "FC", 403: "RV"}),
    step("reopen", "resolved", CUSTOMERS_DID, {200: "FC", 403: "RV"}),
    Row(pattern=MESSAGES, address=f"/{MESSAGES}", get=READ_MESSAGES),
    Row(pattern=f"{MESSAGES}/<str:reference>", address=f"/{MESSAGES}/{{post.reference}}", get=ONE_MESSAGE),
    Row(
        pattern=f"{MESSAGES}/<str:reference>",
        note="data privacy",
        address=f"/{MESSAGES}/{{private.reference}}",
        get=PRIVATE,
    ),
    *(
        Row(
            pattern=f"{MESSAGES}/{mark}",
            address=f"/{MESSAGES}/{mark}",
            post=ONE_MESSAGE,
            body={"messageIds": ["{post.reference}"]},
        )
        for mark in ("markRead", "markUnread", "favorite", "unfavorite", "archive", "unarchive")
    ),
    Row(
        pattern=f"{MESSAGES}/markRead",
        note="naming none",
        address=f"/{MESSAGES}/markRead",
        post={422: "CG CR CU CL CP CS CB MR MP FC JC", 403: NO_READERS},
        body={"messageIds": []},
    ),
]
