"""Organisations, settings, grants, the audit log: rules.md 1 (on behalf, audit) and 2 (settings, grants,
audit).
"""

from tests.fences.matrix.rows import HUAXIN, LOTUS, Door, Row

ORGANISATION = "organisations/<uuid:customer_id>/"
HERE = "/organisations/{customer.pk}/"
# "A partner person without a role reaches only my account": PX is outside even at home.
FANYUN = "GA AA SA HA BA UM"

# "find and view customers": GA AA SA HA; reach by grant alone shows the name. On the customer's side every role sees
# whom to call.
OVERVIEW = {200: "GA AA SA HA RV CG CR CU CL CP CS CB MR MP", 403: "BA UM EU"}
# "service settings": CG A, CR R, CS R; on behalf GA AA d (HA is a password admin: h). RV's grant is for SharePoint:
# its settings alone.
SETTINGS = {200: "CG CR CS GA AA RV", 403: "SA HA BA UM CU CL CP CB MR MP EU"}
OF_EXCHANGE = {200: "CG CR CS GA AA", 403: "SA HA BA UM CU CL CP CB MR MP EU RV"}
CHANGE_EXCHANGE = {303: "CG GA AA", 403: "SA HA BA UM CR CU CL CP CS CB MR MP EU RV"}
CHANGE_SHAREPOINT = {303: "CG GA AA RV", 403: "SA HA BA UM CR CU CL CP CS CB MR MP EU"}
# "grant, revoke delegated admin": CG alone, and "acting on behalf never includes grants"; a global reader reads all
# that CG does.
READ_GRANTS = {200: "CG CR", 403: "GA AA SA HA BA UM CU CL CP CS CB MR MP EU RV"}
MAKE_GRANTS = {200: "CG", 403: "GA AA SA HA BA UM CR CU CL CP CS CB MR MP EU RV"}
MADE = {303: "CG", 403: "GA AA SA HA BA UM CR CU CL CP CS CB MR MP EU RV"}
# "audit log of the tenant": CG A, CR R; a partner reads what it did in its own log.
AUDIT = {200: "CG CR", 403: "GA AA SA HA BA UM CU CL CP CS CB MR MP EU RV"}
# In Lotus: FC is its global admin; RV is the partner of record and administers everything on behalf.
BOTH = {200: LOTUS}
FC_ONLY = {200: "FC", 403: "RV"}

ROWS = [
    Row(
        pattern="customers/",
        address="/customers/",
        get={200: "GA AA SA HA RV", 403: "BA UM PX CG CR CU CL CP CS CB MR MP EU FC JC OA OP SU"},
    ),
    Row(pattern=ORGANISATION, address=HERE, reach=HUAXIN, get=OVERVIEW, foreign=Door(reach=LOTUS, get=BOTH)),
    Row(
        pattern=ORGANISATION,
        note="the partner's own",
        address="/organisations/{partner.pk}/",
        reach=FANYUN,
        # "partner profiles": GA and UM.
        get={200: "GA UM", 403: "AA SA HA BA"},
    ),
    Row(
        pattern=f"{ORGANISATION}settings/",
        address=f"{HERE}settings/",
        reach=HUAXIN,
        get=SETTINGS,
        foreign=Door(reach=LOTUS, get=BOTH),
    ),
    Row(
        pattern=f"{ORGANISATION}settings/<setting:setting>/",
        note="Exchange",
        address=f"{HERE}settings/exchange.mobile_devices/",
        reach=HUAXIN,
        get=OF_EXCHANGE,
        post=CHANGE_EXCHANGE,
        body={"value": "off", "version": 0},
        bad={"value": "sometimes", "version": 0},
        foreign=Door(reach=LOTUS, get=BOTH, post={303: LOTUS}),
    ),
    Row(
        pattern=f"{ORGANISATION}settings/<setting:setting>/",
        note="SharePoint",
        address=f"{HERE}settings/sharepoint.site_creation/",
        reach=HUAXIN,
        get=SETTINGS,
        post=CHANGE_SHAREPOINT,
        body={"value": "off", "version": 0},
        foreign=Door(reach=LOTUS, get=BOTH, post={303: LOTUS}),
    ),
    Row(
        pattern=f"{ORGANISATION}grants/",
        address=f"{HERE}grants/",
        reach=HUAXIN,
        get=READ_GRANTS,
        foreign=Door(reach=LOTUS, get=FC_ONLY),
    ),
    Row(
        pattern=f"{ORGANISATION}grants/new/",
        address=f"{HERE}grants/new/",
        reach=HUAXIN,
        get=MAKE_GRANTS,
        post=MADE,
        body={"partner": "{partner.pk}", "level": "helpdesk", "service": "teams"},
        bad={"partner": "{partner.pk}", "level": "emperor"},
        foreign=Door(reach=LOTUS, get=FC_ONLY, post={303: "FC", 403: "RV"}),
    ),
    Row(
        pattern=f"{ORGANISATION}grants/<uuid:grant_id>/revoke/",
        address=f"{HERE}grants/{{grant.pk}}/revoke/",
        reach=HUAXIN,
        get=MAKE_GRANTS,
        post=MADE,
        foreign=Door(reach=LOTUS, get=FC_ONLY, post={303: "FC", 403: "RV"}),
        nested=True,
    ),
    Row(
        pattern=f"{ORGANISATION}audit/",
        address=f"{HERE}audit/",
        reach=HUAXIN,
        get=AUDIT,
        foreign=Door(reach=LOTUS, get=FC_ONLY),
    ),
    Row(
        pattern=f"{ORGANISATION}audit/",
        note="the partner's own",
        address="/organisations/{partner.pk}/audit/",
        reach=FANYUN,
        # "audit log of the partner": GA A, all others own.
        get={200: "GA AA SA HA BA UM"},
    ),
]
