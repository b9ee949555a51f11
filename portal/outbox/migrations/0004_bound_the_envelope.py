"""No message is longer than the contract allows (portal/vianet/envelope.py): the database's own word."""

from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_write_messages_once")]
    operations = [
        migrations.AddConstraint(
            model_name="outboundmessage",
            constraint=models.CheckConstraint(
                condition=LessThanOrEqual(Length("envelope"), 131072), name="outbox_envelope_short"
            ),
        ),
    ]
