"""A kept answer is its caller's: whoever acts in the caller's organisation does not read it."""

from django.db import migrations

from portal.database import HOME_ONLY, TENANT_ONLY, Protect


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]
    operations = [Protect("IdempotencyKey", HOME_ONLY, instead_of=TENANT_ONLY)]
