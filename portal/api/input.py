"""Bodies in: a shape per verb. An unknown property is 400, a wrong value 422 with its `target`; nothing is dropped.

A shape is a StrictSerializer whose fields are named as on the wire (`friendlyName = CharField(source="nickname")`);
`read_body(request, Shape)` answers the values under the keywords of the verb.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from portal.api.errors import as_portal_error, unknown_names
from portal.api.query import refuse_options
from portal.errors import BadRequest, InvalidInput


class StrictSerializer(serializers.Serializer[Any]):
    """A body of our own resources. Fields are named as on the wire (camelCase), `source` names the verb's keyword.

    `@odata.type` and other annotations, which Graph's SDKs send with every object, are ignored.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = {name for name, entry in self.fields.items() if not entry.read_only}
            strangers = [str(name) for name in data if name not in known and "@odata." not in str(name)]
            if strangers:
                raise unknown_names(strangers, _("No such property."))
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A JSON string. REST framework would also write a number down as text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A JSON number without fraction: `"30"` and `30.0` are mistakes of the caller."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


def read_body(request: Request, shape: type[StrictSerializer], *, partial: bool = False) -> dict[str, Any]:
    """The body's values under the names that the verb uses; only what was sent when `partial` (PATCH).

    Raises BadRequest for options in the address, for a body that is no object, is empty where something must be named,
    or has unknown properties; InvalidInput for wrong values.
    """
    refuse_options(request)
    body = request.data
    if body is None or (hasattr(body, "__len__") and not len(body)):
        body = {}
    if not isinstance(body, Mapping):
        raise BadRequest(_("The body must be a JSON object."))
    if partial and not any("@odata." not in str(name) for name in body):
        raise BadRequest(_("The body names no property to change."))
    reader = shape(data=body, partial=partial)
    try:
        reader.is_valid(raise_exception=True)
    except ValidationError as error:
        raise as_portal_error(error) or InvalidInput() from error
    return dict(reader.validated_data)


def one_change(fields: Mapping[str, Any], verbs: Mapping[str, str]) -> str:
    """Which one verb the sent properties ask for; `verbs` maps a property to its verb's name.

    Raises BadRequest when they belong to different verbs, which could not be refused or undone together.
    """
    asked = {verbs[name] for name in fields}
    if len(asked) != 1:
        raise BadRequest(
            _("These properties cannot be changed in one call."),
            code="severalChanges",
            remedy=_("Send one request for each."),
            details=[{"target": name, "message": verbs[name]} for name in sorted(fields)],
        )
    return asked.pop()
