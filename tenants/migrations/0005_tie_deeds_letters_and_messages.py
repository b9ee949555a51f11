"""What people write about another organisation rests on a tie to it, which rooms without organisations cannot ask for.

A deed goes into the book of the actor's own organisation, of one that it acts in, or of one that it is or was tied to;
else anybody could take the next place in a stranger's chain and so end it. The first entry of a chain is whoever's
founds the organisation. A letter goes to its reader's own address. A message to 21Vianet reaches no other partner
than one that serves the customer. Machines are not asked.
"""

from django.db import migrations

from portal.database import ACTING, HOME, SYSTEM, Refuse

IS_NO_MACHINE = f"NOT ({SYSTEM})"
IS_MISDIRECTED = (
    " AND NOT EXISTS (SELECT 1 FROM tenants_user u"
    " WHERE u.id = NEW.recipient_id AND u.tenant_id = NEW.tenant_id AND u.email = NEW.address)"
)
IS_UNTIED = (
    " AND NEW.reach_partner_id IS NOT NULL AND EXISTS (SELECT 1 FROM tenants_tenant c WHERE c.id = NEW.tenant_id)"
    " AND NOT EXISTS (SELECT 1 FROM tenants_resellerrelationship r"
    " WHERE r.partner_id = NEW.reach_partner_id AND r.customer_id = NEW.tenant_id AND r.ended_at IS NULL)"
)
IS_ELSEWHERE = (
    f" AND NEW.sequence > 1 AND NEW.tenant_id IS DISTINCT FROM {HOME} AND NEW.tenant_id IS DISTINCT FROM {ACTING}"
)
NEVER_TIED = " AND NOT EXISTS (SELECT 1 FROM {table} t WHERE" + (  # noqa: S608 - tables and settings of our own
    f" t.partner_id = {HOME} AND t.customer_id = NEW.tenant_id"
    f" OR t.customer_id = {HOME} AND t.partner_id = NEW.tenant_id)"
)
IS_STRANGE = IS_ELSEWHERE + "".join(
    NEVER_TIED.format(table=table) for table in ("tenants_resellerrelationship", "tenants_delegatedadmin")
)
RULES = [
    ("audit_auditentry", "entry_tied", IS_STRANGE, "nothing ties the actor to this organisation"),
    ("mail_letter", "letter_to_its_reader", IS_MISDIRECTED, "a letter goes to its reader"),
    ("outbox_outboundmessage", "message_tied", IS_UNTIED, "the partner has no relationship with this customer"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0004_name_people_with_their_organisation"),
        ("audit", "0004_move_heads_one_step"),
        ("mail", "0001_initial"),
        ("outbox", "0003_write_messages_once"),
    ]
    operations = [
        Refuse(table, name, ["INSERT"], IS_NO_MACHINE + when, message, on_postgresql_only=True)
        for table, name, when, message in RULES
    ]
