"""A customer's session reads and writes no internal note, whatever statement it sends."""

from django.db import migrations

from portal.database import COMMENT, WRITTEN_ONCE, Protect


class Migration(migrations.Migration):
    dependencies = [("support", "0005_word_what_21vianet_accepts")]
    operations = [Protect("Comment", COMMENT, instead_of=WRITTEN_ONCE)]
