"""Of two who correct the same account, the second learns that it was too late."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0008_forget_unasked_permissions")]
    operations = [migrations.AddField("user", "version", models.PositiveIntegerField(default=1, db_default=1))]
