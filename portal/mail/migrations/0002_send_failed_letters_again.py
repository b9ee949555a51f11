from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="resent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(condition=models.Q(("state", "failed")), fields=["created_at"], name="letter_failed"),
        ),
    ]
