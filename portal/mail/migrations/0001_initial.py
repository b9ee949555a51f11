import uuid

from django.db import migrations, models

from portal.database import LETTER, Protect


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tenant_id", models.UUIDField(editable=False)),
                ("sender_id", models.UUIDField(editable=False, null=True)),
                ("recipient_id", models.UUIDField(editable=False)),
                ("address", models.EmailField(max_length=254)),
                ("recipient_name", models.CharField(blank=True, max_length=256)),
                ("language", models.CharField(max_length=10)),
                ("time_zone", models.CharField(max_length=64)),
                ("template", models.CharField(max_length=100)),
                ("context", models.JSONField(default=dict)),
                ("secret", models.BooleanField(default=False)),
                ("dedupe_key", models.CharField(max_length=200, null=True, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("leased", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("lease", models.UUIDField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("body", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "leased"])), fields=["due_at"], name="letter_due"
                    ),
                    models.Index(fields=["recipient_id", "-created_at", "-id"], name="letter_mailbox"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "leased", "sent", "failed"])),
                        name="letter_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lease__isnull", False), ("state", "leased")),
                            models.Q(models.Q(("state", "leased"), _negated=True), ("lease__isnull", True)),
                            _connector="OR",
                        ),
                        name="letter_leased_by_one",
                    ),
                ],
            },
        ),
        Protect("Letter", LETTER),
    ]
