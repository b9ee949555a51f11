"""Row-level security on what customers choose. Identity tables stay outside; the catalogue test lists them by name."""

from django.db import migrations

from portal.database import TENANT_ONLY, Protect


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [
        Protect("ServiceSetting", TENANT_ONLY),
        Protect("ServiceSettingChange", TENANT_ONLY),
    ]
