"""A message that was given up by hand has a state of its own, apart from one that was withdrawn before it was sent."""

from django.db import migrations, models

STATES = ["PENDING", "LEASED", "PUBLISHED", "ACKED", "DEAD", "HELD", "CANCELLED", "DISCARDED"]
OUTCOMES = ["RECEIVED", "APPLIED", "IGNORED", "REFUSED", "PARKED", "MALFORMED", "UNSIGNED", "STALE", "DISCARDED"]


def choices(codes: list[str]) -> list[tuple[str, str]]:
    return [(code, code.title()) for code in codes]


class Migration(migrations.Migration):
    dependencies = [("outbox", "0008_find_old_bodies")]
    operations = [
        migrations.RemoveConstraint(model_name="outboundmessage", name="outbox_state_known"),
        migrations.AlterField(
            model_name="outboundmessage",
            name="state",
            field=models.CharField(choices=choices(STATES), default="PENDING", max_length=10),
        ),
        migrations.AddConstraint(
            model_name="outboundmessage",
            constraint=models.CheckConstraint(condition=models.Q(("state__in", STATES)), name="outbox_state_known"),
        ),
        migrations.RemoveIndex(model_name="outboundmessage", name="outbox_open"),
        migrations.AddIndex(
            model_name="outboundmessage",
            index=models.Index(
                condition=models.Q(("state__in", ("ACKED", "CANCELLED", "DISCARDED")), _negated=True),
                fields=["order_key", "order_seq"],
                name="outbox_open",
            ),
        ),
        # Nobody reads the names of the codes and of the tables.
        migrations.AlterField(
            model_name="inboundmessage",
            name="outcome",
            field=models.CharField(choices=choices(OUTCOMES), default="RECEIVED", max_length=10),
        ),
        migrations.AlterModelOptions(name="orderhead", options={}),
        migrations.AlterModelOptions(name="outboundmessage", options={}),
        migrations.AlterModelOptions(name="inboundmessage", options={}),
    ]
