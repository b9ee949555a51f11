"""The list of requests opens on those that have not ended: found without walking past all that have."""

from django.db import migrations, models

OPEN = models.Q(("status__in", ("resolved", "closed")), _negated=True)


class Migration(migrations.Migration):
    dependencies = [("support", "0002_protect_requests")]

    operations = [
        migrations.AddIndex(
            model_name="supportrequest",
            index=models.Index(fields=["tenant", "-updated_at", "-id"], condition=OPEN, name="open_request_by_tenant"),
        ),
        migrations.AddIndex(
            model_name="supportrequest",
            index=models.Index(
                fields=["reach_partner", "-updated_at", "-id"], condition=OPEN, name="open_request_by_partner"
            ),
        ),
    ]
