"""The portal's errors. A verb raises one of these with a code; `portal.problems` translates them once for pages, and
`portal.api.errors` once for REST.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Detail(TypedDict):
    """One wrong property: `target` is its name in the caller's vocabulary."""

    target: str
    message: str


class PortalError(Exception):
    """A refusal that the caller may read: what happened (`message`), what to do or who can (`remedy`), and a stable
    `code`.
    """

    status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "generalException"
    title: Text = _("Something went wrong")

    def __init__(
        self,
        message: Text = "",
        *,
        code: str | None = None,
        remedy: Text = "",
        details: Sequence[Detail] = (),
        subject: Any = None,
    ) -> None:
        self.message = message or self.title
        self.code = code or self.code
        self.remedy = remedy
        self.details = list(details)
        self.subject = subject
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class Unauthenticated(PortalError):
    """No valid session or token."""

    status = HTTPStatus.UNAUTHORIZED
    code = "InvalidAuthenticationToken"
    title = _("Sign in first")


class NotVisible(PortalError):
    """The thing does not exist, or lies outside the caller's reach: the two are never told apart."""

    status = HTTPStatus.NOT_FOUND
    code = "itemNotFound"
    title = _("Page not found")


class WrongMethod(PortalError):
    """The address exists, the method does not. `allowed` lists those that do."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    code = "methodNotAllowed"
    title = _("This address does not accept that method")

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = sorted(allowed)
        super().__init__()


class NotAllowed(PortalError):
    """Inside the caller's reach, but without the right. `subject` is the object that was refused; the refusal is
    audited.
    """

    status = HTTPStatus.FORBIDDEN
    code = "accessDenied"
    title = _("You cannot do this")


class BadRequest(PortalError):
    """Cannot be understood: unparsable, an unknown property or parameter."""

    status = HTTPStatus.BAD_REQUEST
    code = "badRequest"
    title = _("The request could not be understood")


class InvalidInput(PortalError):
    """Understood, but a value is wrong; `details` names each."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalidInput"
    title = _("Some values are not valid")


class VersionRequired(PortalError):
    """`If-Match` is missing where a lost update would cost money."""

    status = HTTPStatus.PRECONDITION_REQUIRED
    code = "preconditionRequired"
    title = _("Name the version that you are changing")


class StaleVersion(PortalError):
    """Somebody changed the object since the caller read it. `current` is the object as it is now."""

    status = HTTPStatus.PRECONDITION_FAILED
    code = "resourceModified"
    title = _("Somebody else changed this in the meantime")

    def __init__(self, message: Text = "", *, current: Any = None, **kwargs: Any) -> None:
        self.current = current
        super().__init__(message, **kwargs)


class RuleBroken(PortalError):
    """A rule of the business forbids this in the object's present state."""

    status = HTTPStatus.CONFLICT
    code = "ruleBroken"
    title = _("This cannot be done now")


class ServiceBusy(PortalError):
    """The database gave way in a jam: two who waited for each other, or a lock that did not come in time. Everything
    was rolled back; the same again will do.
    """

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "serviceNotAvailable"
    title = _("The portal is busy")
    retry_after_seconds = 1

    def __init__(self) -> None:
        super().__init__(_("Somebody else is changing the same thing. Nothing was changed; try again in a moment."))
