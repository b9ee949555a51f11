"""An organisation's people: rules.md 1 (on behalf, partner staff), 2 (users, roles) and 4 (e, h, m, u)."""

from collections.abc import Mapping

from tests.fences.matrix.rows import HUAXIN, LOTUS, Cells, Door, Row, merged

USERS = "organisations/<uuid:customer_id>/users/"
ONE = f"{USERS}<uuid:user_id>/"
HERE = "/organisations/{customer.pk}/users/"
PERSON = f"{HERE}{{user.pk}}/"
FANYUN = "GA AA SA HA BA UM"

# "users: list": all roles but CB; EU himself alone, under My account. On behalf: GA AA HA with a grant for all
# services.
LIST = {200: "CG CR CU CL CP CS MR MP GA AA HA", 403: "CB EU SA BA UM RV"}
CORRECTED = {"display_name": "Somebody Else", "email": "", "version": "1"}
MISTYPED = {"display_name": "", "email": "", "version": "1"}
# "create, edit, block, delete, restore": CG, CU; on behalf GA AA as global admins, HA as password admin not (h).
CHANGE = {200: "CG CU GA AA", 403: "CR CL CP CS CB MR MP EU SA HA BA UM RV"}
CHANGED = {303: "CG CU GA AA", 403: "CR CL CP CS CB MR MP EU SA HA BA UM RV"}
# ... to somebody who holds a weighty role: CG alone on the customer's side (u).
CHANGE_OFFICER = {200: "CG GA AA", 403: "CU CR CL CP CS CB MR MP EU SA HA BA UM RV"}
CHANGED_OFFICER = {303: "CG GA AA", 403: "CU CR CL CP CS CB MR MP EU SA HA BA UM RV"}
# "reset a password": CG A, CU CP u; on behalf GA AA, HA as password admin (h).
RESET = {200: "CG CU CP GA AA HA", 403: "CR CL CS CB MR MP EU SA BA UM RV"}
RESET_OFFICER = {200: "CG GA AA", 403: "CU CP HA CR CL CS CB MR MP EU SA BA UM RV"}
# "assign admin roles": CG e; on behalf GA AA, but never a global admin's role.
ROLES = {200: "CG GA AA", 403: "CR CU CL CP CS CB MR MP EU SA HA BA UM RV"}
ASSIGNED = {303: "CG GA AA", 403: "CR CU CL CP CS CB MR MP EU SA HA BA UM RV"}
CROWNED = {303: "CG", 403: "GA AA CR CU CL CP CS CB MR MP EU SA HA BA UM RV"}
NOBODY = {403: HUAXIN}
BOTH = {200: LOTUS}
BOTH_DONE = {303: LOTUS}


def step(
    name: str, target: str, get: Cells, post: Cells, note: str = "", done: int = 303, **more: Mapping[str, str]
) -> Row:
    """A page that asks and then does something to one account."""
    return Row(
        pattern=f"{ONE}{name}/",
        note=note,
        address=f"{HERE}{{{target}.pk}}/{name}/",
        reach=HUAXIN,
        get=get,
        post=post,
        foreign=Door(reach=LOTUS, get=BOTH, post={done: LOTUS}),
        nested=True,
        **more,
    )


ROWS = [
    Row(pattern=USERS, address=HERE, reach=HUAXIN, get=LIST, foreign=Door(reach=LOTUS, get=BOTH)),
    Row(
        pattern=USERS,
        note="the partner's own",
        address="/organisations/{partner.pk}/users/",
        reach=FANYUN,
        # "manage partner staff and their roles": GA, UM.
        get={200: "GA UM", 403: "AA SA HA BA"},
    ),
    Row(
        pattern=f"{USERS}new/",
        address=f"{HERE}new/",
        reach=HUAXIN,
        get=CHANGE,
        post=CHANGE,
        body={"display_name": "New Person", "alias": "new.person"},
        bad={"display_name": "", "alias": "new person"},
        foreign=Door(reach=LOTUS, get=BOTH, post=BOTH),
    ),
    Row(
        pattern=f"{USERS}new/",
        note="the partner's own",
        address="/organisations/{partner.pk}/users/new/",
        reach=FANYUN,
        get={200: "GA UM", 403: "AA SA HA BA"},
        post={200: "GA UM", 403: "AA SA HA BA"},
        body={"display_name": "New Person", "alias": "new.person"},
    ),
    Row(pattern=ONE, address=PERSON, reach=HUAXIN, get=LIST, foreign=Door(reach=LOTUS, get=BOTH), nested=True),
    Row(
        pattern=f"{ONE}roles/",
        address=f"{PERSON}roles/",
        reach=HUAXIN,
        get=ROLES,
        post=ASSIGNED,
        body={"assign": "message_center_reader"},
        bad={"assign": "operator_admin"},
        foreign=Door(reach=LOTUS, get=BOTH, post=BOTH_DONE),
        nested=True,
    ),
    Row(
        pattern=f"{ONE}roles/",
        note="a global admin's role",
        address=f"{PERSON}roles/",
        reach=HUAXIN,
        get=ROLES,
        post=CROWNED,
        body={"assign": "global_admin"},
        foreign=Door(reach=LOTUS, get=BOTH, post={303: "FC", 403: "RV"}),
    ),
    Row(
        pattern=f"{ONE}roles/",
        note="to oneself and on behalf to a global admin",
        address=f"{HERE}{{lead.pk}}/roles/",
        reach=HUAXIN,
        get=ROLES,
        post=NOBODY,
        body={"remove": "global_admin"},
        foreign=Door(reach=LOTUS, get=BOTH, post={403: LOTUS}),
    ),
    step("change", "user", CHANGE, CHANGED, body=CORRECTED, bad=MISTYPED),
    step("change", "officer", CHANGE_OFFICER, CHANGED_OFFICER, "somebody with a weighty role", body=CORRECTED),
    step("change", "lead", NOBODY, NOBODY, "the global admin, by herself and on behalf", body=CORRECTED),
    step("block", "user", CHANGE, CHANGED),
    step("block", "officer", CHANGE_OFFICER, CHANGED_OFFICER, "somebody with a weighty role"),
    step("block", "lead", NOBODY, NOBODY, "the global admin, by herself and on behalf"),
    step("unblock", "blocked", CHANGE, CHANGED),
    step("delete", "user", CHANGE, CHANGED),
    step("delete", "officer", CHANGE_OFFICER, CHANGED_OFFICER, "somebody with a weighty role"),
    step("delete", "lead", NOBODY, NOBODY, "the global admin, by herself and on behalf"),
    step("restore", "gone", CHANGE, CHANGE, done=200),
    step("reset-password", "user", RESET, RESET, done=200),
    step("reset-password", "officer", RESET_OFFICER, RESET_OFFICER, "somebody with a weighty role", done=200),
    step("reset-password", "lead", NOBODY, NOBODY, "the global admin, by herself and on behalf", done=200),
]
# Lotus has no officer but its global admin, who stands for "officer" and "lead" there: nobody touches her.
ROWS = [
    merged(row, foreign=Door(reach=LOTUS, get={403: LOTUS}, post={403: LOTUS}))
    if "officer" in row.address or "lead" in row.address and not row.pattern.endswith("roles/")
    else row
    for row in ROWS
]
