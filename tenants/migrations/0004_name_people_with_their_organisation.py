"""What composite foreign keys of other rooms point at: a person together with its organisation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_number_sessions_and_name_services")]
    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("id", "tenant"), name="user_and_its_tenant"),
        ),
    ]
