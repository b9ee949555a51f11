import uuid

from django.db import migrations, models

from portal.database import TENANT_ONLY, Protect


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tenant_id", models.UUIDField(editable=False, null=True)),
                ("caller_id", models.UUIDField(editable=False)),
                ("route", models.CharField(max_length=300)),
                ("key", models.CharField(max_length=255)),
                ("payload_hash", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["created_at"], name="idempotency_key_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("caller_id", "route", "key"), name="idempotency_key_once")
                ],
            },
        ),
        Protect("IdempotencyKey", TENANT_ONLY),
    ]
