"""Row-level security, and composite foreign keys: what belongs to a request belongs to the request's customer.

PostgreSQL checks foreign keys past row-level security, so a plain one would let a row of one customer hang on
another's request.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from portal.database import CUSTOMER_OWNED, Protect

CHILDREN = ("support_comment", "support_escalation")


def tie(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in CHILDREN:
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_its_tenant FOREIGN KEY (support_request_id, tenant_id)"
            " REFERENCES support_supportrequest (id, tenant_id) DEFERRABLE INITIALLY DEFERRED"
        )


def untie(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in CHILDREN:
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_its_tenant")


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial")]

    operations = [
        Protect("SupportRequest", CUSTOMER_OWNED),
        Protect("Comment", CUSTOMER_OWNED),
        Protect("Escalation", CUSTOMER_OWNED),
        migrations.RunPython(tie, untie),
    ]
