"""The services that 21Vianet operates, by the codes that every room stores."""

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
