"""Subscriptions: row-level security on PostgreSQL; on both databases triggers bind them to customer and partner.

The triggers hold what a policy on one column cannot: a subscription never changes customer or partner of record, and a
partner gives itself reach only over customers that it has a living relationship with.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from portal.database import SUBSCRIPTION, Protect

MOVED = "a subscription never changes customer or partner of record"
UNTIED = "the partner has no relationship with this customer"
IS_MOVED = "NEW.tenant_id <> OLD.tenant_id OR NEW.partner_id <> OLD.partner_id"
IS_UNTIED = (
    "NEW.reach_partner_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tenants_resellerrelationship r"
    " WHERE r.partner_id = NEW.reach_partner_id AND r.customer_id = NEW.tenant_id AND r.ended_at IS NULL)"
)
MOMENTS = {"stays": "UPDATE OF tenant_id, partner_id", "tied": "INSERT", "tied_again": "UPDATE OF reach_partner_id"}


def _sqlite() -> list[str]:
    rules = {"stays": (IS_MOVED, MOVED), "tied": (IS_UNTIED, UNTIED), "tied_again": (IS_UNTIED, UNTIED)}
    return [
        f"CREATE TRIGGER subscription_{name} BEFORE {MOMENTS[name]} ON subscriptions_subscription"
        f" WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for name, (condition, message) in rules.items()
    ]


def _function(name: str, condition: str, message: str) -> str:
    return (
        f"CREATE FUNCTION subscription_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
        f" RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )


def _postgresql() -> list[str]:
    functions = [_function("stays", IS_MOVED, MOVED), _function("tied", IS_UNTIED, UNTIED)]
    runs = {"stays": "stays", "tied": "tied", "tied_again": "tied"}
    return functions + [
        f"CREATE TRIGGER subscription_{name} BEFORE {MOMENTS[name]} ON subscriptions_subscription"
        f" FOR EACH ROW EXECUTE FUNCTION subscription_{function}()"
        for name, function in runs.items()
    ]


def bind(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in _postgresql() if schema_editor.connection.vendor == "postgresql" else _sqlite():
        schema_editor.execute(statement)


def unbind(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in MOMENTS:
            schema_editor.execute(f"DROP TRIGGER subscription_{name} ON subscriptions_subscription")
        for function in ("stays", "tied"):
            schema_editor.execute(f"DROP FUNCTION subscription_{function}()")
    else:
        for name in MOMENTS:
            schema_editor.execute(f"DROP TRIGGER subscription_{name}")


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0001_initial")]
    operations = [
        migrations.RunPython(bind, unbind),
        Protect("Subscription", SUBSCRIPTION),
    ]
