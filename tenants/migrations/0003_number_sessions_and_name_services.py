"""Sessions end by a number on the account; a setting names its service, so that one service can be granted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_protect_service_settings")]
    operations = [
        migrations.AddField("user", "session_number", models.PositiveIntegerField(default=0)),
        migrations.AddField(
            "servicesetting", "service", models.CharField(max_length=40, default=""), preserve_default=False
        ),
        migrations.AddField(
            "servicesettingchange", "service", models.CharField(max_length=40, default=""), preserve_default=False
        ),
    ]
