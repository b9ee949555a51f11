"""What the frame of every page shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the actor, the customer in the address, navigation and languages."""
    return {"actor": getattr(request, "actor", None), "customer": getattr(request, "customer", None), "languages": settings.LANGUAGES}
