"""People write a message and read it; everything else about it is for machines. A grant alone opens none."""

from django.db import migrations

from portal.database import CUSTOMER_OWNED, WRITTEN_ONCE, Protect


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_protect_the_messages")]
    operations = [Protect("OutboundMessage", WRITTEN_ONCE, instead_of=CUSTOMER_OWNED)]
