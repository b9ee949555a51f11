"""The OpenAPI document: what a view says of itself, in Graph's dialect.

A view may say, by action: `shapes` (the body it reads), `answers` (the serializer that describes a row), `statuses` (of
success, where unusual), and as sets of actions `versioned` (needs `If-Match`), `repeatable` (takes `Idempotency-Key`).
`query_rules` belongs to its collection.
"""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from portal.api.query import Rules

ANYTHING = {"type": "object", "additionalProperties": True}
TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "required": ["status", "error"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "instance": {"type": "string", "format": "uri"},
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": TEXT,
                "message": TEXT,
                "details": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"target": TEXT, "message": TEXT}},
                },
                "innerError": {
                    "type": "object",
                    "properties": {
                        "request-id": TEXT,
                        "client-request-id": TEXT,
                        "date": {"type": "string", "format": "date-time"},
                    },
                },
            },
        },
    },
}
REFUSALS = {
    400: "Not understood: unparsable, an unknown property or parameter.",
    401: "No valid bearer token.",
    403: "Within reach, but without the right; the message says why.",
    404: "Not there, or outside the caller's reach.",
    405: "No such method here.",
}
WRITE_REFUSALS = {
    409: "A rule of the business forbids it now.",
    412: "Somebody changed it in the meantime.",
    422: "A value is wrong; details name it.",
    428: "If-Match is missing.",
}


class GraphSchema(AutoSchema):
    """REST framework's DEFAULT_SCHEMA_CLASS."""

    def _of_action(self, name: str) -> Any:
        """What the view says about the action at hand under `name`."""
        said = getattr(self.view, name, {})
        action = getattr(self.view, "action", None)
        return said.get(action) if isinstance(said, dict) else action in said

    def _is_collection(self) -> bool:
        return getattr(self.view, "action", "") == "list"

    def _is_list_view(self, serializer: Any = None) -> bool:
        """False: the envelope is written by hand, not wrapped around an array by drf-spectacular."""
        return False

    def get_operation_id(self) -> str:
        """A collection and one of its things share the words of their address."""
        name: str = super().get_operation_id()
        return f"{name.removesuffix('_retrieve')}_list" if self._is_collection() else name

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = []
        rules = getattr(self.view, "query_rules", None)
        if self._is_collection() and isinstance(rules, Rules):
            parameters += _options(rules)
        if getattr(self.view, "action", "") == "retrieve":
            known = sorted(name for name in getattr(self.view, "known_options", ()) if name.startswith("$"))
            parameters += [OpenApiParameter(name, str, description="Of one thing.") for name in known]
        if self._of_action("versioned"):
            parameters.append(_header("If-Match", "The @odata.etag that was read.", required=True))
        if self._of_action("repeatable"):
            parameters.append(_header("Idempotency-Key", "Names this attempt: sent again, it acts once."))
        return parameters

    def get_request_serializer(self) -> Any:
        return self._of_action("shapes")

    def get_response_serializers(self) -> Any:
        row = self._of_action("answers")
        reference = self._row_schema(row)
        status = self._of_action("statuses") or {"POST": 201, "DELETE": 204}.get(self.method, 200)
        responses: dict[int, Any] = {status: None if status == 204 else reference}
        if self._is_collection():
            responses[status] = _envelope(reference)
        refusals = REFUSALS if self.method == "GET" else REFUSALS | WRITE_REFUSALS
        return responses | {code: self._problem() for code in refusals}

    def get_auth(self) -> list[dict[str, list[str]]]:
        scheme = {"type": "http", "scheme": "bearer"}
        self._component("bearer", ResolvedComponent.SECURITY_SCHEMA, scheme)
        return [{"bearer": []}]

    def map_renderers(self, attribute: str) -> list[str]:
        return ["application/json"] if attribute == "media_type" else []

    def map_parsers(self) -> list[str]:
        return ["application/json"]

    def _row_schema(self, row: Any) -> dict[str, Any]:
        return dict(self.resolve_serializer(row, "response").ref) if row else dict(ANYTHING)

    def _problem(self) -> dict[str, Any]:
        return self._component("Problem", ResolvedComponent.SCHEMA, PROBLEM)

    def _component(self, name: str, kind: str, schema: dict[str, Any]) -> dict[str, Any]:
        component = ResolvedComponent(name, kind, schema, name)
        self.registry.register_on_missing(component)
        return dict(component.ref)

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **kwargs: Any) -> Any:
        describe: Any = super()._get_response_for_code
        response = describe(serializer, status_code, *args, **kwargs)
        meaning = (REFUSALS | WRITE_REFUSALS).get(int(status_code))
        if meaning:
            response["description"] = meaning
        return response


def _envelope(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["value"],
        "properties": {
            "@odata.context": TEXT,
            "@odata.count": {"type": "integer"},
            "@odata.nextLink": {"type": "string", "format": "uri"},
            "value": {"type": "array", "items": row},
        },
    }


def _header(name: str, meaning: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required, description=meaning)


def _options(rules: Rules) -> list[OpenApiParameter]:
    properties = ", ".join(sorted(rules.properties))
    options: list[tuple[str, type, str]] = [
        ("$top", int, "Rows per page, 1 to 999."),
        ("$skiptoken", str, "From @odata.nextLink."),
        ("$skip", int, "Rows to leave out."),
    ]
    if properties:
        options += [("$filter", str, f"On: {properties}."), ("$orderby", str, "A property, then asc or desc.")]
    if rules.select:
        options.append(("$select", str, f"Of: {', '.join(sorted(rules.select))}."))
    if rules.countable:
        options.append(("$count", bool, "Whether to count what there is."))
    return [OpenApiParameter(name, kind, description=meaning) for name, kind, meaning in options]
