"""What a customer may choose for its services. A page, a form and a history come with each declaration here.

Defaults and warnings follow what is documented of the services operated by 21Vianet: external sharing and translation
are off until the customer turns them on; sharing contacts with iCloud is on, and advised off.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from tenants.services import Service

Value = bool | int | str


class Kind(StrEnum):
    """The shape of a value."""

    BOOL = "bool"
    CHOICE = "choice"
    INT = "int"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `choices` for a CHOICE, `least` and `most` for an INT.

    Choosing a value in `abroad` may send data out of the country: it must be confirmed, and `consequence` says what
    happens.
    """

    key: str
    service: Service
    group: Text
    label: Text
    help: Text
    kind: Kind
    default: Value
    choices: Mapping[str, Text] = field(default_factory=dict)
    least: int = 0
    most: int = 0
    unit: Text = ""
    abroad: frozenset[Value] = frozenset()
    consequence: Text = ""

    def allows(self, value: object) -> bool:
        """Whether this is a value of the setting: of the right type, and one of those allowed."""
        match self.kind:
            case Kind.BOOL:
                return isinstance(value, bool)
            case Kind.INT:
                return type(value) is int and self.least <= value <= self.most
            case Kind.CHOICE:
                return isinstance(value, str) and value in self.choices

    def sends_abroad(self, value: Value) -> bool:
        """Whether this value may send data out of the country."""
        return value in self.abroad

    def shown(self, value: Value) -> Text:
        """The value in words."""
        if self.kind is Kind.BOOL:
            return _("On") if value else _("Off")
        if self.kind is Kind.CHOICE:
            return self.choices.get(str(value), str(value))
        return f"{value} {self.unit}" if self.unit else str(value)


SHARING, MAIL, DEVICES = _("Sharing"), _("Mail flow"), _("Devices")
CONTENT, SITES = _("Content"), _("Sites")

DECLARED = (
    Setting(
        key="exchange.icloud_contacts",
        service=Service.EXCHANGE,
        group=SHARING,
        label=_("Share contacts with iCloud"),
        help=_(
            "People may keep their work contacts in step with a personal iCloud account. We recommend turning this off."
        ),
        kind=Kind.BOOL,
        default=True,
        abroad=frozenset({True}),
        consequence=_("Names, numbers and addresses of your contacts may be copied to servers outside mainland China."),
    ),
    Setting(
        key="exchange.calendar_sharing",
        service=Service.EXCHANGE,
        group=SHARING,
        label=_("Share calendars with people outside"),
        help=_("How much of a calendar your people may show to somebody of another organisation."),
        kind=Kind.CHOICE,
        default="times",
        choices={
            "off": _("Nothing"),
            "times": _("Only when somebody is busy"),
            "full": _("Everything, with subjects and places"),
        },
        abroad=frozenset({"full"}),
        consequence=_("Subjects, places and participants of meetings may be read outside mainland China."),
    ),
    Setting(
        key="exchange.forwarding_outside",
        service=Service.EXCHANGE,
        group=MAIL,
        label=_("Forward mail automatically to addresses outside"),
        help=_("Whether a rule or a mailbox may forward every e-mail to another organisation's address."),
        kind=Kind.BOOL,
        default=False,
        abroad=frozenset({True}),
        consequence=_("E-mails and attachments leave your organisation unchecked, and may leave mainland China."),
    ),
    Setting(
        key="exchange.mobile_devices",
        service=Service.EXCHANGE,
        group=DEVICES,
        label=_("Mail on mobile devices"),
        help=_("Telephones and tablets may fetch mail, calendars and contacts."),
        kind=Kind.BOOL,
        default=True,
    ),
    Setting(
        key="sharepoint.external_sharing",
        service=Service.SHAREPOINT,
        group=SHARING,
        label=_("Share files and sites with people outside"),
        help=_("With whom your people may share from SharePoint and OneDrive. Off until you turn it on."),
        kind=Kind.CHOICE,
        default="off",
        choices={
            "off": _("Nobody outside"),
            "known": _("Guests you already know"),
            "invited": _("New and known guests, who must sign in"),
            "anyone": _("Anybody who has the link"),
        },
        abroad=frozenset({"known", "invited", "anyone"}),
        consequence=_("Files and sites that are shared may be read, copied and stored outside mainland China."),
    ),
    Setting(
        key="sharepoint.link_days",
        service=Service.SHAREPOINT,
        group=SHARING,
        label=_("Shared links expire after"),
        help=_("A link for people outside expires after this many days, from 1 to 365."),
        kind=Kind.INT,
        default=30,
        least=1,
        most=365,
        unit=_("days"),
    ),
    Setting(
        key="sharepoint.translation",
        service=Service.SHAREPOINT,
        group=CONTENT,
        label=_("Translate documents automatically"),
        help=_("People may have documents translated. Off until you turn it on."),
        kind=Kind.BOOL,
        default=False,
        abroad=frozenset({True}),
        consequence=_("The text of translated documents is sent to a service that runs outside mainland China."),
    ),
    Setting(
        key="sharepoint.rights_management",
        service=Service.SHAREPOINT,
        group=CONTENT,
        label=_("Protect downloaded files"),
        help=_("Files of libraries with rights management stay encrypted when they are downloaded."),
        kind=Kind.BOOL,
        default=False,
    ),
    Setting(
        key="sharepoint.site_creation",
        service=Service.SHAREPOINT,
        group=SITES,
        label=_("People may create sites"),
        help=_("Otherwise only admins create site collections."),
        kind=Kind.BOOL,
        default=True,
    ),
)
SETTINGS: Mapping[str, Setting] = {setting.key: setting for setting in DECLARED}
