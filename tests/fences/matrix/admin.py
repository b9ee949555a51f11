"""Django's admin: a superuser for emergencies looks at the identity tables, nobody else enters, and nobody changes
anything.
"""

from tests.fences.matrix.rows import SIGNED_IN, Cells, Row, without

MODELS = (
    "tenant",
    "user",
    "roleassignment",
    "resellerrelationship",
    "delegatedadmin",
    "accesstoken",
    "partnerrolegroup",
    "tenantgrouppermission",
)
OTHERS = without(SIGNED_IN, "SU")
LOOK: Cells = {200: "SU", 403: OTHERS}
NEVER: Cells = {403: SIGNED_IN}
TABLES = "admin/tenants/"
UNKNOWN_ROW = "00000000-0000-4000-8000-000000000000"


def table(name: str) -> list[Row]:
    """The pages of one table, asked about a row that is not there: what is refused, is refused before anything is
    looked up.
    """
    below = f"{TABLES}{name}/<path:object_id>/"
    here = f"/{TABLES}{name}/{UNKNOWN_ROW}/"
    return [
        Row(pattern=f"{TABLES}{name}/", address=f"/{TABLES}{name}/", get=LOOK),
        Row(pattern=f"{TABLES}{name}/add/", address=f"/{TABLES}{name}/add/", get=NEVER),
        Row(pattern=below, address=here, get={302: "SU", 403: OTHERS}),
        Row(pattern=f"{below}change/", address=f"{here}change/", get={302: "SU", 403: OTHERS}),
        Row(pattern=f"{below}history/", address=f"{here}history/", get={302: "SU", 403: OTHERS}),
        Row(pattern=f"{below}delete/", address=f"{here}delete/", get=NEVER),
    ]


ROWS = [
    Row(pattern="admin/", address="/admin/", get=LOOK),
    Row(pattern="admin/^(?P<app_label>tenants)/$", address="/admin/tenants/", get=LOOK),
    Row(pattern="admin/login/", address="/admin/login/", get=LOOK),
    # Leaving is the portal's own door; this one takes nothing but a POST, which the window refuses.
    Row(pattern="admin/logout/", address="/admin/logout/", get={405: "SU", 403: OTHERS}),
    Row(pattern="admin/password_change/", address="/admin/password_change/", get=LOOK),
    Row(pattern="admin/password_change/done/", address="/admin/password_change/done/", get=LOOK),
    Row(pattern="admin/autocomplete/", address="/admin/autocomplete/", get=NEVER),
    Row(pattern="admin/jsi18n/", address="/admin/jsi18n/", get=LOOK),
    Row(pattern="admin/(?P<url>.*)$", address="/admin/nowhere/", get={404: "SU", 403: OTHERS}),
    *(row for name in MODELS for row in table(name)),
    Row(
        pattern=f"{TABLES}user/<path:object_id>/change/",
        note="a row that is there",
        address=f"/{TABLES}user/{{user.pk}}/change/",
        get=LOOK,
    ),
    Row(
        pattern=f"{TABLES}user/<path:object_id>/delete/",
        note="a row that is there",
        address=f"/{TABLES}user/{{user.pk}}/delete/",
        get=NEVER,
    ),
    Row(
        pattern=f"{TABLES}user/<path:object_id>/history/",
        note="a row that is there",
        address=f"/{TABLES}user/{{user.pk}}/history/",
        get=LOOK,
    ),
]
