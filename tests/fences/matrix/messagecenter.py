"""The Message Center: rules.md 1 (roll-up, d), 2 (read, own state, data privacy) and 3 (publish)."""

from tests.fences.matrix.rows import HUAXIN, LOTUS, Door, Row

LIST = "organisations/<uuid:customer_id>/messages/"
HERE = "/organisations/{customer.pk}/messages/"
# "read, own read/archive/favourite state": every admin, EU not. Partners: GA AA HA with a grant for all services.
READ = {200: "CG CR CU CL CP CS CB MR MP GA AA HA", 403: "EU SA BA UM RV"}
MARKED = {303: "CG CR CU CL CP CS CB MR MP GA AA HA", 403: "EU SA BA UM RV"}
# "posts tagged data privacy": CG MP; on behalf never. To other readers there is no such post.
PRIVATE = {200: "CG MP", 404: "CR CU CL CP CS CB MR GA AA HA", 403: "EU SA BA UM RV"}
MARKED_PRIVATE = {303: "CG MP", 404: "CR CU CL CP CS CB MR GA AA HA", 403: "EU SA BA UM RV"}
NOT_FOR_THEM = {404: "CG CR CU CL CP CS CB MR MP GA AA HA", 403: "EU SA BA UM RV"}
# "publish, update, withdraw posts": OA OP.
OTHERS = "CG CR CU CL CP CS CB MR MP EU GA AA SA HA BA UM RV PX FC JC SU"
PUBLISH = {200: "OA OP", 403: OTHERS}
PUBLISHED = {303: "OA OP", 403: OTHERS}
POST = {
    "title_en": "News",
    "body_en": "<p>News.</p>",
    "services": "exchange",
    "category": "stayInformed",
    "severity": "normal",
}

ROWS = [
    Row(pattern=LIST, address=HERE, reach=HUAXIN, get=READ, foreign=Door(reach=LOTUS, get={200: LOTUS})),
    Row(
        pattern=f"{LIST}mark/",
        address=f"{HERE}mark/",
        reach=HUAXIN,
        get=MARKED,
        post=MARKED,
        body={"mark": "markRead", "references": "{post.reference}"},
        bad={"mark": "burn", "references": "{post.reference}"},
        foreign=Door(reach=LOTUS, get={303: LOTUS}, post={303: LOTUS}),
    ),
    Row(
        pattern=f"{LIST}mark/",
        note="a data privacy post",
        address=f"{HERE}mark/",
        reach=HUAXIN,
        get=MARKED,
        post=MARKED_PRIVATE,
        body={"mark": "markRead", "references": "{private.reference}"},
    ),
    Row(
        pattern=f"{LIST}<str:reference>/",
        address=f"{HERE}{{post.reference}}/",
        reach=HUAXIN,
        get=READ,
        foreign=Door(reach=LOTUS, get={200: LOTUS}),
    ),
    Row(
        pattern=f"{LIST}<str:reference>/",
        note="data privacy",
        address=f"{HERE}{{private.reference}}/",
        reach=HUAXIN,
        get=PRIVATE,
    ),
    Row(
        pattern=f"{LIST}<str:reference>/",
        note="about a service that Huaxin lacks",
        address=f"{HERE}{{strange.reference}}/",
        reach=HUAXIN,
        get=NOT_FOR_THEM,
    ),
    Row(pattern="publishing/messages/", address="/publishing/messages/", get=PUBLISH),
    Row(
        pattern="publishing/messages/new/",
        address="/publishing/messages/new/",
        get=PUBLISH,
        post=PUBLISHED,
        body=POST,
        bad={**POST, "title_en": ""},
    ),
    Row(
        pattern="publishing/messages/<str:reference>/",
        address="/publishing/messages/{post.reference}/",
        get=PUBLISH,
        post=PUBLISHED,
        body={**POST, "version": "{post.version}"},
        bad={**POST, "services": "gardening", "version": "{post.version}"},
    ),
    Row(
        pattern="publishing/messages/<str:reference>/",
        note="unknown",
        address="/publishing/messages/MC999999/",
        get={404: "OA OP", 403: OTHERS},
        post={404: "OA OP", 403: OTHERS},
    ),
    Row(
        pattern="publishing/messages/<str:reference>/withdraw/",
        address="/publishing/messages/{post.reference}/withdraw/",
        get=PUBLISH,
        post=PUBLISHED,
        body={"reason": "Wrong."},
        bad={"reason": ""},
    ),
]
