"""Broker errors in a row are counted apart from attempts, and a message knows when it was last sent on its way."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0005_let_people_give_replies_up")]
    operations = [
        migrations.AddField(
            model_name="outboundmessage",
            name="failures",
            field=models.PositiveIntegerField(default=0, db_default=0),
        ),
        migrations.AddField(
            model_name="outboundmessage",
            name="restarted_at",
            field=models.DateTimeField(null=True),
        ),
    ]
