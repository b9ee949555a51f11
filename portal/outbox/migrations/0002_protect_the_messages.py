"""Customers and their partner see their own messages; what 21Vianet sent is for machines only."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from portal.database import CUSTOMER_OWNED, SYSTEM, Policy, Protect

MACHINES_ONLY = Policy(SYSTEM, SYSTEM, SYSTEM, SYSTEM)
# Every message is updated three or four times in its life: room on the page keeps those updates out of the indexes.
TUNE = "ALTER TABLE outbox_outboundmessage SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)"
UNTUNE = "ALTER TABLE outbox_outboundmessage RESET (fillfactor, autovacuum_vacuum_scale_factor)"


def tune(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(TUNE)


def untune(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNTUNE)


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [
        Protect("OutboundMessage", CUSTOMER_OWNED),
        Protect("InboundMessage", MACHINES_ONLY),
        migrations.RunPython(tune, untune),
    ]
