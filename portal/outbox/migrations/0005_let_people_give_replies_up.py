"""A reply that needs a person can be given up; what needs a person is counted without reading the whole tables."""

from django.db import migrations, models

OUTCOMES = [
    ("RECEIVED", "Stored, waiting to be handled"),
    ("APPLIED", "Applied"),
    ("IGNORED", "Overtaken by a later message"),
    ("REFUSED", "Refused by a rule of the portal"),
    ("PARKED", "Parked: needs a person"),
    ("MALFORMED", "Not understood"),
    ("UNSIGNED", "Not signed by 21Vianet"),
    ("STALE", "Signed too long ago"),
    ("DISCARDED", "Given up by hand"),
]


class Migration(migrations.Migration):
    dependencies = [("outbox", "0004_bound_the_envelope")]
    operations = [
        migrations.RemoveConstraint(model_name="inboundmessage", name="inbox_outcome_known"),
        migrations.AlterField(
            model_name="inboundmessage",
            name="outcome",
            field=models.CharField(choices=OUTCOMES, default="RECEIVED", max_length=10),
        ),
        migrations.AddConstraint(
            model_name="inboundmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", [outcome for outcome, _label in OUTCOMES])),
                name="inbox_outcome_known",
            ),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(("outcome__in", ("PARKED", "REFUSED", "MALFORMED"))),
                fields=["received_at"],
                name="inbox_needs_a_person",
            ),
        ),
        migrations.AddIndex(
            model_name="outboundmessage",
            index=models.Index(condition=models.Q(("state", "DEAD")), fields=["created_at"], name="outbox_parked"),
        ),
    ]
