"""No verb names the occasion of a letter: each writes once, in its own transaction."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mail", "0002_send_failed_letters_again")]
    operations = [migrations.RemoveField(model_name="letter", name="dedupe_key")]
