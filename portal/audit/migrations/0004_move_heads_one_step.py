"""A head is moved by whoever has just written the entry that it moves to, and by nobody else.

Heads stand outside row-level security (ADR 0012). Without these, anybody with the application's role could set one so
that nothing more can be written to its chain.
"""

from django.db import migrations

from portal.database import Refuse

HEADS = "audit_audithead"
IS_NO_STEP = (
    "NEW.chain_id <> OLD.chain_id OR NEW.sequence <> OLD.sequence + 1 OR NOT EXISTS (SELECT 1 FROM audit_auditentry e"
    " WHERE e.tenant_id = NEW.chain_id AND e.sequence = NEW.sequence AND e.mac = NEW.mac)"
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_index_by_target")]
    operations = [
        Refuse(HEADS, "head_begins_at_nothing", ["INSERT"], "NEW.sequence <> 0", "a head begins with nothing"),
        Refuse(HEADS, "head_moves_one_step", ["UPDATE"], IS_NO_STEP, "a head moves to the entry that was just written"),
        Refuse(HEADS, "head_stays", ["DELETE"], "1 = 1", "a head stays as long as its chain"),
    ]
