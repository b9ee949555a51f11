"""REST: `/v1.0/supportRequests`, the portal's own resource."""

from django.urls import path

from support.api.comments import CommentsViewSet
from support.api.requests import SupportRequestsViewSet, SupportRequestViewSet
from support.api.steps import StepsViewSet
from support.references import REFERENCE

STEPS = ("escalate", "withdraw", "resolve", "close", "reopen")
ALL = "supportRequests"
ONE = f"{ALL}/{REFERENCE}"
api_urlpatterns = [
    path(ALL, SupportRequestsViewSet.as_view({"get": "list", "post": "create"}), name="support_requests"),
    path(ONE, SupportRequestViewSet.as_view({"get": "retrieve"}), name="support_request"),
    path(
        f"{ONE}/comments", CommentsViewSet.as_view({"get": "list", "post": "create"}), name="support_request_comments"
    ),
    *(path(f"{ONE}/{step}", StepsViewSet.as_view({"post": step}), name=f"support_request_{step}") for step in STEPS),
]
