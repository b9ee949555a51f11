"""The simulated 21Vianet's own books, in its own SQLite file: what it received, which cases it opened, what it
still has to say.

Everything that belongs to one message is written in one transaction, and nothing is told before it is committed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from threading import RLock
from time import time
from typing import Any

from portal.vianet.envelope import Event

SCHEMA = """
CREATE TABLE IF NOT EXISTS inbox (
    message_id TEXT PRIMARY KEY, order_key TEXT NOT NULL, order_seq INTEGER NOT NULL, escalation_id TEXT NOT NULL,
    type TEXT NOT NULL, applied_at REAL NOT NULL, arrivals INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS cases (
    number INTEGER PRIMARY KEY AUTOINCREMENT, escalation_id TEXT NOT NULL UNIQUE, opened_on TEXT NOT NULL,
    last_seq INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS replies (
    id TEXT PRIMARY KEY, body BLOB NOT NULL, due_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    confirmed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS replies_due ON replies (due_at) WHERE confirmed = 0;
CREATE TABLE IF NOT EXISTS dropped (reason TEXT PRIMARY KEY, messages INTEGER NOT NULL);
"""
BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Reply:
    """One message that the portal has not confirmed yet; `attempts` have been made."""

    id: str
    body: bytes
    attempts: int


class OutOfOrder(Exception):
    """A message arrived after a later one of the same order."""


class Desk:
    """Safe to use from several threads of one process; one call at a time is served."""

    def __init__(self, path: str) -> None:
        self._guard = RLock()
        self._database = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is done inside."""
        with self._guard:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def note_arrival(self, event: Event) -> bool:
        """True when the message is new; a known one is only counted. Raises `OutOfOrder`."""
        known = self._database.execute(
            "UPDATE inbox SET arrivals = arrivals + 1 WHERE message_id = ?", [event.id]
        ).rowcount
        if known:
            return False
        last = self._one("SELECT max(order_seq) FROM inbox WHERE order_key = ?", event.order_key)
        if last is not None and event.order_seq <= last:
            raise OutOfOrder(f"Number {event.order_seq} came after number {last}.")
        self._database.execute(
            "INSERT INTO inbox (message_id, order_key, order_seq, escalation_id, type, applied_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [event.id, event.order_key, event.order_seq, event.data["escalation_id"], event.type, time()],
        )
        return True

    def open_case(self, escalation_id: str) -> str:
        """The case number of an escalation: CN20261122-000123."""
        today = datetime.now(BEIJING).strftime("%Y%m%d")
        self._database.execute(
            "INSERT OR IGNORE INTO cases (escalation_id, opened_on) VALUES (?, ?)", [escalation_id, today]
        )
        return self.case_number(escalation_id)

    def case_number(self, escalation_id: str) -> str:
        """The case number, empty when no case was opened."""
        row = self._database.execute(
            "SELECT opened_on, number FROM cases WHERE escalation_id = ?", [escalation_id]
        ).fetchone()
        return f"CN{row[0]}-{row[1]:06d}" if row else ""

    def next_seq(self, escalation_id: str) -> int:
        """The next number of a message about this escalation, from 1."""
        self._database.execute("UPDATE cases SET last_seq = last_seq + 1 WHERE escalation_id = ?", [escalation_id])
        number: int = self._one("SELECT last_seq FROM cases WHERE escalation_id = ?", escalation_id)
        return number

    def plan_reply(self, event: Event, delay: float) -> None:
        """Say this in `delay` seconds, and again until the portal has confirmed it."""
        self._database.execute(
            "INSERT INTO replies (id, body, due_at) VALUES (?, ?, ?)", [event.id, event.to_bytes(), time() + delay]
        )

    def due_replies(self, patience: float) -> list[Reply]:
        """What is to be said now; each is due again after `patience` seconds, doubled every time."""
        with self.transaction():
            rows = self._database.execute(
                "SELECT id, body, attempts FROM replies WHERE confirmed = 0 AND due_at <= ? ORDER BY due_at LIMIT 100",
                [time()],
            ).fetchall()
            for reply_id, _body, attempts in rows:
                self._database.execute(
                    "UPDATE replies SET attempts = attempts + 1, due_at = ? WHERE id = ?",
                    [time() + patience * 2 ** min(attempts, 6), reply_id],
                )
        return [Reply(*row) for row in rows]

    def confirm(self, reply_id: str) -> None:
        """The portal has stored it."""
        self._database.execute("UPDATE replies SET confirmed = 1 WHERE id = ?", [reply_id])

    def count_dropped(self, reason: str) -> None:
        """Remember that a message was thrown away."""
        self._database.execute(
            "INSERT INTO dropped VALUES (?, 1) ON CONFLICT (reason) DO UPDATE SET messages = messages + 1", [reason]
        )

    def _one(self, statement: str, *values: Any) -> Any:
        return self._database.execute(statement, values).fetchone()[0]
