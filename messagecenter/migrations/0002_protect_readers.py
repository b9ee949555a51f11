"""Row-level security on what readers have done. Posts belong to no customer; `visible_in` is their one door."""

from django.db import migrations

from portal.database import TENANT_ONLY, Protect


class Migration(migrations.Migration):
    dependencies = [("messagecenter", "0001_initial")]
    operations = [Protect("PostView", TENANT_ONLY)]
