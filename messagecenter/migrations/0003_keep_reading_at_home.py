"""What a reader has read is nothing to those who act in the reader's organisation; and it hangs on no other reader."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from portal.database import HOME_ONLY, TENANT_ONLY, Protect

TIE = (
    "ALTER TABLE messagecenter_postview ADD CONSTRAINT messagecenter_postview_of_its_tenant"
    " FOREIGN KEY (user_id, tenant_id) REFERENCES tenants_user (id, tenant_id) DEFERRABLE INITIALLY DEFERRED"
)
UNTIE = "ALTER TABLE messagecenter_postview DROP CONSTRAINT messagecenter_postview_of_its_tenant"


def tie(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(TIE)


def untie(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNTIE)


class Migration(migrations.Migration):
    dependencies = [
        ("messagecenter", "0002_protect_readers"),
        ("tenants", "0004_name_people_with_their_organisation"),
    ]
    operations = [
        Protect("PostView", HOME_ONLY, instead_of=TENANT_ONLY),
        migrations.RunPython(tie, untie),
    ]
