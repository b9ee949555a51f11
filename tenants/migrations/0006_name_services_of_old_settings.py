"""What was chosen before settings named their service gets it from its key: `sharepoint.link_days`."""

from typing import Any

from django.db import migrations


def name_services(apps: Any, schema_editor: Any) -> None:
    """Fill in the empty ones; row-level security holds for the tables' owner too."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("select set_config('portal.system', 'migration', true)")
    for name in ("ServiceSetting", "ServiceSettingChange"):
        nameless = apps.get_model("tenants", name).objects.filter(service="")
        for key in set(nameless.values_list("key", flat=True)):
            nameless.filter(key=key).update(service=key.partition(".")[0])


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_tie_deeds_letters_and_messages")]
    operations = [migrations.RunPython(name_services, migrations.RunPython.noop)]
