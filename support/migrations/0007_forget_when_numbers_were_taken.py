"""Nobody ever asked when a number was given out: the request says when it was raised."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("support", "0006_keep_notes_from_the_customer")]

    operations = [migrations.RemoveField(model_name="requestnumber", name="taken_at")]
