"""Django's admin as a window: a break-glass superuser looks, and nobody changes anything."""

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed, WrongMethod

READING = frozenset({"GET", "HEAD"})

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[models.Model]
    ModelPaginator = Paginator[models.Model]
else:
    ModelAdmin, ModelPaginator = admin.ModelAdmin, Paginator  # generic for the type checker only


class Countless(ModelPaginator):
    """Pages of at most so many rows; a search finds the others. To count a table whole would read it whole."""

    MOST = 1_000

    @cached_property
    def count(self) -> int:
        """Rows that can be paged through."""
        found: Any = self.object_list  # Django's list hands over a queryset
        return int(found.order_by()[: self.MOST].count())


class ReadOnlyAdmin(ModelAdmin):
    """Lists and shows; adds, changes, deletes and acts on nothing."""

    actions = None
    paginator = Countless
    show_full_result_count = False
    list_per_page = 50
    view_on_site = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))


class ReadOnlyAdminSite(admin.AdminSite):
    """405 for every method that could write, then 403 for all but a superuser. Visitors were sent to sign in before."""

    site_header = _("Tables, to read only")
    site_title = _("Tables")

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Tables that other packages register, with forms and with secrets in them, are not shown."""
        if admin_class is not None and issubclass(admin_class, ReadOnlyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Without the way from a row to its page on the site: it takes any number for an identifier."""
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def door(request: HttpRequest, *args: Any, **keywords: Any) -> Any:
            self._guard(request)
            return guarded(request, *args, **keywords)

        return door

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Signing in happens at one door only, which throttles and asks for the second factor."""
        self._guard(request)
        return self.index(request)

    def _guard(self, request: HttpRequest) -> None:
        if request.method not in READING:
            raise WrongMethod(sorted(READING))
        if not self.has_permission(request):
            raise NotAllowed(_("Only a superuser for emergencies reads these tables."), code="superuserOnly")
