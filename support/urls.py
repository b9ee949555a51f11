"""Addresses of this room."""

from django.urls import path

from support.references import REFERENCE
from support.views import detail, lists, raising, steps

app_name = "support"
urlpatterns = [
    path("requests/", lists.request_list, name="list"),
    path("organisations/<uuid:customer_id>/requests/new/", raising.request_new, name="new"),
    path(f"requests/{REFERENCE}/", detail.request_detail, name="detail"),
    path(f"requests/{REFERENCE}/comment/", detail.request_comment, name="comment"),
    path(f"requests/{REFERENCE}/standing/", detail.request_standing, name="standing"),
    path(f"requests/{REFERENCE}/escalate/", steps.request_escalate, name="escalate"),
    path(f"requests/{REFERENCE}/withdraw/", steps.request_withdraw, name="withdraw"),
    path(f"requests/{REFERENCE}/resolve/", steps.request_resolve, name="resolve"),
    path(f"requests/{REFERENCE}/close/", steps.request_close, name="close"),
    path(f"requests/{REFERENCE}/reopen/", steps.request_reopen, name="reopen"),
]
