"""The request's transaction, the identity that PostgreSQL's row-level security reads, and the policies themselves.

Three transaction-local settings name who is asking (docs/architecture.md): `portal.home` (the actor's organisation),
`portal.acting` (the customer in the address, once the actor may open it) and `portal.system` (a machine's name). SQLite
has no policies; there the application's own checks stand alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
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
    """Let the rest of the transaction reach one customer's rows: called by `visible_or_404` once the actor may open
    it.
    """
    identity = replace(_identity.get(), acting=str(tenant_id))
    _identity.set(identity)
    _tell_database(identity)


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


class Protect(Operation):
    """Migration operation: enable and force row-level security on a model's table with one policy per statement."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, policy: Policy) -> None:
        self.model_name = model_name
        self.policy = policy

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return type(self).__qualname__, [self.model_name, self.policy], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Policies are no part of Django's model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        table = schema_editor.quote_name(to_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for statement, clause in self._clauses():
            schema_editor.execute(f"CREATE POLICY portal_{statement} ON {table} FOR {statement.upper()} {clause}")

    def _clauses(self) -> Iterator[tuple[str, str]]:
        yield "select", f"USING ({self.policy.read})"
        if self.policy.insert:
            yield "insert", f"WITH CHECK ({self.policy.insert})"
        if self.policy.update:
            yield "update", f"USING ({self.policy.update}) WITH CHECK ({self.policy.update})"
        if self.policy.delete:
            yield "delete", f"USING ({self.policy.delete})"

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        table = schema_editor.quote_name(from_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        for statement in ("select", "insert", "update", "delete"):
            schema_editor.execute(f"DROP POLICY IF EXISTS portal_{statement} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Protect {self.model_name} with row-level security"
