"""When a relationship ends, its messages are found without reading the whole table, which is kept for ever."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0006_begin_anew_after_a_replay")]
    operations = [
        migrations.AddIndex(
            model_name="outboundmessage",
            index=models.Index(
                condition=models.Q(("reach_partner_id__isnull", False)),
                fields=["tenant_id", "reach_partner_id"],
                name="outbox_reach",
            ),
        ),
    ]
