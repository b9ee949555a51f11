"""A customer's list opens on what it has not closed: resolved requests wait for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0008_tell_who_ended_a_request")]
    operations = [
        migrations.AddIndex(
            model_name="supportrequest",
            index=models.Index(
                fields=["tenant", "-updated_at", "-id"],
                condition=models.Q(("status", "closed"), _negated=True),
                name="unclosed_request_by_tenant",
            ),
        ),
        migrations.RemoveIndex(model_name="supportrequest", name="open_request_by_tenant"),
    ]
