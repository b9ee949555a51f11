"""Addresses of this room."""

from django.urls import path, register_converter

from support.views import detail, lists, raising, steps


class ReferenceConverter:
    """`SR-2026-000123`."""

    regex = "SR-[0-9]{4}-[0-9]{6,12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ReferenceConverter, "request_reference")
app_name = "support"
urlpatterns = [
    path("requests/", lists.request_list, name="list"),
    path("organisations/<uuid:customer_id>/requests/new/", raising.request_new, name="new"),
    path("requests/<request_reference:reference>/", detail.request_detail, name="detail"),
    path("requests/<request_reference:reference>/comment/", detail.request_comment, name="comment"),
    path("requests/<request_reference:reference>/standing/", detail.request_standing, name="standing"),
    path("requests/<request_reference:reference>/escalate/", steps.request_escalate, name="escalate"),
    path("requests/<request_reference:reference>/withdraw/", steps.request_withdraw, name="withdraw"),
    path("requests/<request_reference:reference>/resolve/", steps.request_resolve, name="resolve"),
    path("requests/<request_reference:reference>/close/", steps.request_close, name="close"),
    path("requests/<request_reference:reference>/reopen/", steps.request_reopen, name="reopen"),
]
