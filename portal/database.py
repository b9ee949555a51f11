"""The request's transaction, the identity that PostgreSQL's row-level security reads, and the policies themselves.

Three transaction-local settings name who is asking (docs/architecture.md): `portal.home` (the actor's organisation),
`portal.acting` (the customer in the address, once a right there was asked and held) and `portal.system` (a machine's
name). SQLite has no policies; there the application's own checks stand alone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import SeparateDatabaseAndState
from django.db.migrations.state import ProjectState
from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the database thinks is asking; an empty string means nobody."""

    home: str = ""
    acting: str = ""
    system: str = ""


NOBODY = Identity()
_identity: ContextVar[Identity] = ContextVar("portal_identity", default=NOBODY)


def current_identity() -> Identity:
    """The identity of the innermost `transaction_as` of this thread or task."""
    return _identity.get()


def _tell_database(identity: Identity) -> None:
    if connection.vendor == "postgresql" and connection.in_atomic_block and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute(
                "select set_config('portal.home', %s, true), set_config('portal.acting', %s, true),"
                " set_config('portal.system', %s, true)",
                [identity.home, identity.acting, identity.system],
            )


@contextmanager
def transaction_as(
    *, home: UUID | None = None, acting: UUID | None = None, system: str = "", atomic: bool = True
) -> Iterator[None]:
    """Open a transaction in somebody's name; the outer identity returns on exit.

    `atomic=False` names the identity without a transaction: SQLite's reading requests, where an IMMEDIATE transaction
    would take the write lock.
    """
    identity = Identity(str(home or ""), str(acting or ""), system)
    outer = _identity.get()
    token = _identity.set(identity)
    try:
        if not atomic:
            yield
            return
        with transaction.atomic():
            _tell_database(identity)
            yield
            _tell_database(outer)
    finally:
        _identity.reset(token)


def set_acting(tenant_id: UUID) -> None:
    """Let the rest of the transaction reach one customer's rows: `tenants.web.allow` does, after it has said yes."""
    identity = replace(_identity.get(), acting=str(tenant_id))
    if identity != _identity.get():
        _identity.set(identity)
        _tell_database(identity)


@contextmanager
def looking_into(tenant_id: UUID) -> Iterator[None]:
    """Reach one customer's rows for a moment, to find what an address names there before a right is asked about it."""
    outer = _identity.get()
    if outer.home == str(tenant_id):
        yield
        return
    set_acting(tenant_id)
    lost = False
    try:
        yield
    except DatabaseError:
        lost = True  # PostgreSQL answers nothing more in this transaction: telling it would hide what went wrong
        raise
    finally:
        _identity.set(outer)
        if not lost:
            _tell_database(outer)


# Two who waited for each other, transactions that cannot be put in an order, a lock that did not come in time.
_JAMS = frozenset({"40P01", "40001", "55P03"})


def is_jam(trouble: OperationalError) -> bool:
    """Whether the database gave way because of what others do at the same time: the same again may well succeed."""
    if connection.vendor == "postgresql":
        return getattr(trouble.__cause__, "pgcode", None) in _JAMS
    return "is locked" in str(trouble)


def now() -> datetime:
    """The database's clock on PostgreSQL, so that the clocks of several workers cannot disagree; this process's on
    SQLite.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


HOME = "nullif(current_setting('portal.home', true), '')::uuid"
ACTING = "nullif(current_setting('portal.acting', true), '')::uuid"
SYSTEM = "nullif(current_setting('portal.system', true), '') is not null"


@dataclass(frozen=True, slots=True)
class Policy:
    """SQL conditions per statement. `read` also guards UPDATE's and DELETE's choice of rows; an empty one forbids
    the statement.
    """

    read: str
    insert: str
    update: str
    delete: str


def _for_all(condition: str) -> Policy:
    return Policy(condition, condition, condition, condition)


# What a migration has used never changes here, or two different databases would both call themselves migrated: another
# policy takes another name, and a migration that protects the table with it `instead_of` the old one.

# Rows of one organisation that only its own people and those acting there touch.
TENANT_ONLY = _for_all(f"tenant_id = {HOME} or tenant_id = {ACTING} or {SYSTEM}")
# A customer's rows that its partner of the living relationship also works on.
CUSTOMER_OWNED = _for_all(f"tenant_id = {HOME} or tenant_id = {ACTING} or reach_partner_id = {HOME} or {SYSTEM}")
# Subscriptions: as above to read, but nobody writes except the partner of record while the relationship lives, or time.
_OF_RECORD = f"reach_partner_id = {HOME} or current_setting('portal.system', true) = 'lifecycle'"
SUBSCRIPTION = Policy(CUSTOMER_OWNED.read, _OF_RECORD, _OF_RECORD, _OF_RECORD)
# The book of deeds: read by the organisation it is about and by the organisation of who acted; never changed.
AUDIT = Policy(
    f"tenant_id = {HOME} or tenant_id = {ACTING} or actor_tenant_id = {HOME} or {SYSTEM}",
    f"actor_tenant_id = {HOME} or {SYSTEM}",
    "",
    "",
)
# Letters: read by the reader's organisation, written by whoever's verb queued them.
LETTER = Policy(f"tenant_id = {HOME} or {SYSTEM}", f"sender_id = {HOME} or {SYSTEM}", SYSTEM, SYSTEM)
# What an organisation's people have for themselves: nobody who acts there needs it.
HOME_ONLY = _for_all(f"tenant_id = {HOME} or {SYSTEM}")
# A customer's requests and escalations: its own people and the partner of the living relationship work on them. A grant
# alone opens none, and nobody deletes one. Only the partner escalates.
_WORKED_ON = f"tenant_id = {HOME} or reach_partner_id = {HOME} or {SYSTEM}"
REQUEST = Policy(_WORKED_ON, _WORKED_ON, _WORKED_ON, "")
ESCALATION = Policy(_WORKED_ON, f"reach_partner_id = {HOME} or {SYSTEM}", _WORKED_ON, "")
# What was said or sent there: written once, afterwards only machines touch it.
WRITTEN_ONCE = Policy(_WORKED_ON, _WORKED_ON, SYSTEM, "")
# ... of which the customer reads and writes what is said to everybody, never the partner's notes.
_SPOKEN = f"tenant_id = {HOME} and visibility = 'public' or reach_partner_id = {HOME} or {SYSTEM}"
COMMENT = Policy(_SPOKEN, _SPOKEN, SYSTEM, "")


class Protect(Operation):
    """Migration operation: enable and force row-level security on a model's table with one policy per statement.

    `instead_of` is the policy that an earlier migration gave the table.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, policy: Policy, instead_of: Policy | None = None) -> None:
        self.model_name = model_name
        self.policy = policy
        self.instead_of = instead_of

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return type(self).__qualname__, [self.model_name, self.policy, self.instead_of], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Policies are no part of Django's model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._replace(app_label, schema_editor, to_state, self.policy)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._replace(app_label, schema_editor, from_state, self.instead_of)

    def _replace(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState, policy: Policy | None
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        table = schema_editor.quote_name(state.apps.get_model(app_label, self.model_name)._meta.db_table)
        for statement in ("select", "insert", "update", "delete"):
            schema_editor.execute(f"DROP POLICY IF EXISTS portal_{statement} ON {table}")
        switch, force = ("ENABLE", "FORCE") if policy else ("DISABLE", "NO FORCE")
        schema_editor.execute(f"ALTER TABLE {table} {switch} ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} {force} ROW LEVEL SECURITY")
        for statement, clause in _clauses(policy) if policy else ():
            schema_editor.execute(f"CREATE POLICY portal_{statement} ON {table} FOR {statement.upper()} {clause}")

    def describe(self) -> str:
        return f"Protect {self.model_name} with row-level security"


def _clauses(policy: Policy) -> Iterator[tuple[str, str]]:
    yield "select", f"USING ({policy.read})"
    if policy.insert:
        yield "insert", f"WITH CHECK ({policy.insert})"
    if policy.update:
        yield "update", f"USING ({policy.update}) WITH CHECK ({policy.update})"
    if policy.delete:
        yield "delete", f"USING ({policy.delete})"


class Refuse(Operation):
    """Migration operation: a trigger that refuses what no policy on one row can see.

    Before each of `moments` (`INSERT`, `UPDATE OF a, b`, `DELETE`) a row for which `when` is true raises an
    IntegrityError with `message`. `when` speaks of NEW and OLD; what asks who acts (HOME, SYSTEM ...) exists
    `on_postgresql_only`. It runs with the writer's own rights: rows that a policy hides from the writer do not exist.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self,
        table: str,
        name: str,
        moments: Sequence[str],
        when: str,
        message: str,
        *,
        on_postgresql_only: bool = False,
    ) -> None:
        self.table = table
        self.name = name
        self.moments = tuple(moments)
        self.when = when
        self.message = message
        self.on_postgresql_only = on_postgresql_only

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        positional: list[object] = [self.table, self.name, self.moments, self.when, self.message]
        return type(self).__qualname__, positional, {"on_postgresql_only": self.on_postgresql_only}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of Django's model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for statement in self._made(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for statement in self._undone(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def _made(self, vendor: str) -> Iterator[str]:
        if vendor == "postgresql":
            yield (
                f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {self.when} THEN"
                f" RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
            )
            yield (
                f"CREATE TRIGGER {self.name} BEFORE {' OR '.join(self.moments)} ON {self.table}"
                f" FOR EACH ROW EXECUTE FUNCTION {self.name}()"
            )
        elif not self.on_postgresql_only:
            for number, moment in enumerate(self.moments):
                yield (
                    f"CREATE TRIGGER {self.name}_{number} BEFORE {moment} ON {self.table} WHEN {self.when}"
                    f" BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
                )

    def _undone(self, vendor: str) -> Iterator[str]:
        if vendor == "postgresql":
            yield f"DROP TRIGGER {self.name} ON {self.table}"
            yield f"DROP FUNCTION {self.name}()"
        elif not self.on_postgresql_only:
            yield from (f"DROP TRIGGER {self.name}_{number}" for number in range(len(self.moments)))

    def describe(self) -> str:
        return f"Refuse on {self.table}: {self.message}"


class KeepTriggers(SeparateDatabaseAndState):
    """Migration operation: these others on one table, whose triggers stay. SQLite forgets them where it makes a table
    anew, which it does for most changes of a column; PostgreSQL never does.
    """

    def __init__(self, table: str, operations: Sequence[Operation]) -> None:
        super().__init__(database_operations=operations, state_operations=operations)
        self.table = table

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        with self._kept(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        with self._kept(schema_editor):
            super().database_backwards(app_label, schema_editor, from_state, to_state)

    @contextmanager
    def _kept(self, schema_editor: BaseDatabaseSchemaEditor) -> Iterator[None]:
        before = self._triggers(schema_editor)
        yield
        remaining = self._triggers(schema_editor)
        for statement in before:
            if statement not in remaining:
                schema_editor.execute(statement)

    def _triggers(self, schema_editor: BaseDatabaseSchemaEditor) -> list[str]:
        if schema_editor.connection.vendor != "sqlite":
            return []
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [self.table])
            return [statement for (statement,) in cursor.fetchall()]
