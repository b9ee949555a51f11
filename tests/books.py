"""A look into the books of the simulated 21Vianet."""

from collections.abc import Mapping
from typing import Any

from portal.vianet.desk import Desk


def rows(desk: Desk, table: str) -> list[Mapping[str, Any]]:
    """Everything in one of the tables: inbox, cases, replies or dropped."""
    with desk._guard:
        cursor = desk._database.execute(f"SELECT * FROM {table}")  # noqa: S608 - the tests name it
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]
