"""A request stays with its customer and partner, and reaches only a partner that serves the customer.

Requests, what was said about them and what was handed over lose what acting in the customer's name had opened: a grant
for one service is no door to another partner's requests. Nobody deletes one. What belongs to a request belongs to
the request's customer and partner; a foreign request and a missing one are refused with the same words.
"""

from django.db import migrations

from portal.database import CUSTOMER_OWNED, ESCALATION, REQUEST, WRITTEN_ONCE, Protect, Refuse

REQUESTS = "support_supportrequest"
IS_MOVED = "NEW.tenant_id <> OLD.tenant_id OR NEW.partner_id <> OLD.partner_id"
IS_UNTIED = (
    "NEW.reach_partner_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tenants_resellerrelationship r"
    " WHERE r.partner_id = NEW.reach_partner_id AND r.customer_id = NEW.tenant_id AND r.ended_at IS NULL)"
)
IS_LOOSE = (
    "NOT EXISTS (SELECT 1 FROM support_supportrequest r WHERE r.id = NEW.support_request_id"
    " AND r.tenant_id = NEW.tenant_id"
    " AND r.reach_partner_id IS NOT DISTINCT FROM NEW.reach_partner_id)"
)
IS_TAKEN_AWAY = "NEW.tenant_id <> OLD.tenant_id OR NEW.support_request_id <> OLD.support_request_id"
CHILDREN = ("comment", "escalation")


def _belongs(child: str) -> list[Refuse]:
    table = f"support_{child}"
    return [
        Refuse(
            table,
            f"{child}_stays",
            ["UPDATE OF tenant_id, support_request_id"],
            IS_TAKEN_AWAY,
            "what belongs to a request stays there",
        ),
        Refuse(table, f"{child}_belongs", ["INSERT"], IS_LOOSE, "there is no such request"),
        Refuse(
            table,
            f"{child}_reaches",
            ["UPDATE OF reach_partner_id"],
            f"NEW.reach_partner_id IS NOT NULL AND {IS_LOOSE}",
            "there is no such request",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0003_index_open_requests"),
        ("tenants", "0003_number_sessions_and_name_services"),
    ]
    operations = [
        Protect("SupportRequest", REQUEST, instead_of=CUSTOMER_OWNED),
        Protect("Comment", WRITTEN_ONCE, instead_of=CUSTOMER_OWNED),
        Protect("Escalation", ESCALATION, instead_of=CUSTOMER_OWNED),
        Refuse(
            REQUESTS,
            "request_stays",
            ["UPDATE OF tenant_id, partner_id"],
            IS_MOVED,
            "a request never changes customer or partner",
        ),
        Refuse(
            REQUESTS,
            "request_tied",
            ["INSERT", "UPDATE OF reach_partner_id"],
            IS_UNTIED,
            "the partner has no relationship with this customer",
        ),
        *(rule for child in CHILDREN for rule in _belongs(child)),
    ]
