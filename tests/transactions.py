"""Which tests use the database, and which of them commit."""

import pytest

COMMITTING = {"transactional_db", "live_server", "django_db_reset_sequences"}
USING = COMMITTING | {"db", "django_db_serialized_rollback"}


def fixtures_of(test: pytest.Item) -> set[str]:
    """The names of all that it asks for, also by way of others."""
    return set(getattr(test, "fixturenames", ()))


def uses_database(test: pytest.Item) -> bool:
    """Whether it may open a connection at all."""
    return test.get_closest_marker("django_db") is not None or bool(fixtures_of(test) & USING)


def is_transactional(test: pytest.Item) -> bool:
    """Whether it commits; in the end every table is emptied. The others are rolled back."""
    mark = test.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or bool(fixtures_of(test) & COMMITTING)
