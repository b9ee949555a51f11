"""The services that 21Vianet operates, by the codes that every room stores."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Service(models.TextChoices):
    """A subset of the services in 21Vianet's service level agreement (February 2023). Product names are not translated
    there.
    """

    EXCHANGE = "exchange", _("Exchange Online")
    SHAREPOINT = "sharepoint", _("SharePoint Online")
    TEAMS = "teams", _("Teams")
    OFFICE = "office", _("Office apps")
    IDENTITY = "identity", _("Identity Service")
    INTUNE = "intune", _("Intune")
    POWER_BI = "powerbi", _("Power BI Pro")
    ADMIN_PORTAL = "portal", _("Admin portal")


# As other systems write them, in no reader's language: 21Vianet on the wire, programs in the API.
ENGLISH_NAMES: Mapping[Service, str] = {
    Service.EXCHANGE: "Exchange Online",
    Service.SHAREPOINT: "SharePoint Online",
    Service.TEAMS: "Teams",
    Service.OFFICE: "Office apps",
    Service.IDENTITY: "Identity Service",
    Service.INTUNE: "Intune",
    Service.POWER_BI: "Power BI Pro",
    Service.ADMIN_PORTAL: "Admin portal",
}
BY_ENGLISH_NAME: Mapping[str, Service] = {name: service for service, name in ENGLISH_NAMES.items()}
