"""What happened to one thing: an object's own page shows its history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_protect_the_book")]
    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["target_id", "-at", "-id"], name="audit_by_target"),
        ),
    ]
