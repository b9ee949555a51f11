"""The conversation about one request."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.collections import graph_list
from portal.api.input import StrictSerializer, Text, read_body
from portal.api.query import Rules, read_query
from support.actions import comment
from support.api.rows import PartyRow
from support.limits import LONGEST_TEXT
from support.models import Comment, Side, SupportRequest, Visibility
from tenants.access import Permission
from tenants.rest import VisibleViewSet
from tenants.web import allow

RULES = Rules(order=("created_at", "id"))
COLUMNS = ("id", "text", "visibility", "side", "author_id", "author_name", "created_at")


class CommentBody(StrictSerializer):
    """POST. `internal` is the partner's own note; the customer never learns that it exists."""

    content = Text(max_length=LONGEST_TEXT, source="text")
    visibility = serializers.ChoiceField(Visibility.values, default=Visibility.PUBLIC.value)


class CommentRow(serializers.Serializer[Any]):
    """A row, for the API's description."""

    id = serializers.UUIDField()
    content = serializers.CharField()
    visibility = serializers.ChoiceField(Visibility.values)
    authorSide = serializers.ChoiceField(Side.values)
    author = PartyRow()
    createdDateTime = serializers.DateTimeField()


class CommentsViewSet(VisibleViewSet):
    """What was said, as far as the caller may read it."""

    path = ((SupportRequest, "reference"),)
    # A note and a comment take different rights: `create` asks once it knows which of them the body names.
    rights: ClassVar = {"list": Permission.REQUEST_READ, "create": Permission.REQUEST_READ}
    answers: ClassVar = {"list": CommentRow, "create": CommentRow}
    shapes: ClassVar = {"create": CommentBody}
    repeatable: ClassVar = {"create"}
    query_rules = RULES

    def list(self, request: Request, reference: str) -> Response:
        """Oldest first."""
        query = read_query(request, RULES)
        lines = Comment.objects.visible_to(self.actor).filter(support_request=self.objects[0])
        lines = lines.exclude(text="")  # a milestone without a word
        page = query.page(lines.values_list(*COLUMNS, named=True))
        context = f"supportRequests('{reference}')/comments"
        return graph_list(request, page, [_row(line) for line in page], context=context)

    def create(self, request: Request, reference: str) -> Response:
        """Say something."""
        wants = request.data.get("visibility") if isinstance(request.data, dict) else None
        right = Permission.REQUEST_NOTE if wants == Visibility.INTERNAL else Permission.REQUEST_COMMENT
        allow(request._request, right, self.objects[0])  # type: ignore[arg-type] # the middleware made it a PortalRequest
        body = read_body(request, CommentBody)

        def act() -> Response:
            line = comment(self.objects[0], actor=self.actor, **body)
            return Response(_row(line), 201)

        return self.once(act)


def _row(line: Any) -> dict[str, Any]:
    return {
        "id": line.id,
        "content": line.text,
        "visibility": line.visibility,
        "authorSide": line.side,
        "author": {"id": line.author_id, "displayName": line.author_name},
        "createdDateTime": line.created_at,
    }
