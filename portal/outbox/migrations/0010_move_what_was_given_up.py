"""What was given up by hand was CANCELLED, and its error began with a word that said so."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Value
from django.db.models.functions import Concat, Left, Substr

from portal.database import transaction_as

WORD = "Discarded: "
LONGEST_ERROR = 1000


def move(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    messages = apps.get_model("outbox", "OutboundMessage").objects
    with transaction_as(system="migration"):
        given_up = messages.filter(state="CANCELLED", last_error__startswith=WORD)
        given_up.update(state="DISCARDED", last_error=Substr("last_error", len(WORD) + 1))


def move_back(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    messages = apps.get_model("outbox", "OutboundMessage").objects
    with transaction_as(system="migration"):
        error = Left(Concat(Value(WORD), "last_error"), LONGEST_ERROR)
        messages.filter(state="DISCARDED").update(state="CANCELLED", last_error=error)


class Migration(migrations.Migration):
    dependencies = [("outbox", "0009_state_what_was_given_up")]
    operations = [migrations.RunPython(move, move_back)]
