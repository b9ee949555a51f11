"""The permissions that no right asks for go, and with them the rows that ties gave."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    permissions = apps.get_model("auth", "Permission").objects
    unasked = ("edit_customer", "see_service_health")
    permissions.filter(content_type__app_label="tenants", codename__in=unasked).delete()


class Migration(migrations.Migration):
    dependencies = [("tenants", "0007_name_grantable_services")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
