"""The words of a post, spelled as in Microsoft Graph's `serviceUpdateMessage`, and their places in its bit masks."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.services import Service

Code = TypeVar("Code", bound=str)


class Category(models.TextChoices):
    """What a post asks of its readers."""

    PREVENT_OR_FIX_ISSUE = "preventOrFixIssue", _("Prevent or fix issue")
    PLAN_FOR_CHANGE = "planForChange", _("Plan for change")
    STAY_INFORMED = "stayInformed", _("Stay informed")


class Severity(models.TextChoices):
    """How much depends on it."""

    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


class Tag(models.TextChoices):
    """What a post is about, besides its services."""

    ADMIN_IMPACT = "adminImpact", _("Admin impact")
    USER_IMPACT = "userImpact", _("User impact")
    DATA_PRIVACY = "dataPrivacy", _("Data privacy")
    FEATURE_UPDATE = "featureUpdate", _("Feature update")
    MAJOR_UPDATE = "majorUpdate", _("Major update")
    NEW_FEATURE = "newFeature", _("New feature")
    RETIREMENT = "retirement", _("Retirement")
    UPDATED_MESSAGE = "updatedMessage", _("Updated message")


class Language(models.TextChoices):
    """The languages that posts are written in. Readers of any other language get English, and are told so."""

    ENGLISH = "en", _("English")
    CHINESE = "zh-hans", _("Simplified Chinese")


CATEGORY_TONES = {
    Category.PREVENT_OR_FIX_ISSUE: "danger",
    Category.PLAN_FOR_CHANGE: "warning",
    Category.STAY_INFORMED: "info",
}
SEVERITY_TONES = {Severity.NORMAL: "neutral", Severity.HIGH: "warning", Severity.CRITICAL: "danger"}


class Bits(Generic[Code]):
    """A set of codes as one integer, so that *has any of these* is one operation of the database on one column.

    The place of a code is stored in every row: it is never changed and never given to another code.
    """

    def __init__(self, places: Mapping[Code, int]) -> None:
        self.places = places

    def mask(self, codes: Iterable[Code]) -> int:
        """The integer for these codes. Raises KeyError for one without a place."""
        return sum(1 << self.places[code] for code in set(codes))

    def codes(self, mask: int) -> list[Code]:
        """The codes in the integer, in the order of their places."""
        return [code for code, place in self.places.items() if mask >> place & 1]


SERVICE_BITS: Bits[Service] = Bits(
    {
        Service.EXCHANGE: 0,
        Service.SHAREPOINT: 1,
        Service.TEAMS: 2,
        Service.OFFICE: 3,
        Service.IDENTITY: 4,
        Service.INTUNE: 5,
        Service.POWER_BI: 6,
        Service.ADMIN_PORTAL: 7,
    }
)
TAG_BITS: Bits[Tag] = Bits(
    {
        Tag.ADMIN_IMPACT: 0,
        Tag.USER_IMPACT: 1,
        Tag.DATA_PRIVACY: 2,
        Tag.FEATURE_UPDATE: 3,
        Tag.MAJOR_UPDATE: 4,
        Tag.NEW_FEATURE: 5,
        Tag.RETIREMENT: 6,
        Tag.UPDATED_MESSAGE: 7,
    }
)
# Whoever has subscribed to anything also has the directory that its people sign in with, and this portal.
EVERY_SUBSCRIBER_HAS = SERVICE_BITS.mask([Service.IDENTITY, Service.ADMIN_PORTAL])
