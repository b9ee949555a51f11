"""A line of the conversation may say that its author resolved, closed or reopened the request."""

from django.db import migrations, models

from portal.database import KeepTriggers

MILESTONES = [("resolved", "Resolved"), ("closed", "Closed"), ("reopened", "Reopened")]


class Migration(migrations.Migration):
    dependencies = [("support", "0007_forget_when_numbers_were_taken")]
    operations = [
        KeepTriggers(
            "support_comment",
            [
                migrations.AddField(
                    model_name="comment",
                    name="milestone",
                    field=models.CharField(blank=True, choices=MILESTONES, db_default="", default="", max_length=10),
                ),
                migrations.AddConstraint(
                    model_name="comment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("milestone__in", ["", "resolved", "closed", "reopened"])),
                        name="comment_milestone",
                    ),
                ),
            ],
        ),
    ]
