"""People who can be written to, without any room."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4


@dataclass(frozen=True)
class Person:
    email: str
    language: str = "en"
    display_name: str = "Alice <admin>"
    time_zone: str = "Asia/Shanghai"
    tenant_id: UUID = field(default_factory=uuid4)
    id: UUID = field(default_factory=uuid4)
