"""The default of the API: closed."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class DenyAll(BasePermission):
    """A view that does not say who may enter lets nobody in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False
