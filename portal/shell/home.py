"""The start page of each kind of organisation."""

from typing import Any

from tenants.actor import Actor


def home_of(actor: Actor) -> tuple[str, dict[str, Any]]:
    """The template of the actor's start page, and what it shows."""
    return "shell/home.html", {"actor": actor}
