"""The bodies of old replies are dropped every hour: those that are left are found without reading the whole table."""

from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan


class Migration(migrations.Migration):
    dependencies = [("outbox", "0007_find_what_a_partner_reaches")]
    operations = [
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(GreaterThan(Length("body"), 0)), fields=["received_at"], name="inbox_body"
            ),
        ),
    ]
