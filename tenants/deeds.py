"""Deeds in words: what the audit log's codes mean to a reader. Each room tells its own from its `apps.py`.

A sentence names `%(target)s`, and may name what the deed recorded: `%(role)s`, `%(quantity)s` ...
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.audit.chain import Outcome
from portal.audit.models import AuditEntry
from portal.errors import Text
from portal.ui.separators import listed, named, side_by_side
from tenants.models import Kind, Level, Role, Standing
from tenants.models.relationship import last_moment
from tenants.models.user import LANGUAGES
from tenants.service_settings import SETTINGS
from tenants.services import Service

_sentences: dict[str, Text] = {
    "audit.chain.begun": _("Started the audit log"),
    "portal.write.refused": _("Tried a change and was refused"),
    "tenants.grant.made": _("Granted delegated administration to %(partner)s (last day: %(expires_at)s)"),
    "tenants.grant.revoked": _("Revoked the delegated administration of %(partner)s"),
    "tenants.organisation.founded": _("Added the organisation %(target)s"),
    "tenants.password.changed": _("Changed their own password"),
    "tenants.preferences.chosen": _("Chose their own language and time zone"),
    "tenants.relationship.ended": _("Ended the reseller relationship with %(partner)s"),
    "tenants.relationship.started": _("Started the reseller relationship with %(partner)s"),
    "tenants.role.assigned": _("Gave %(target)s the role %(role)s"),
    "tenants.role.removed": _("Took the role %(role)s from %(target)s"),
    "tenants.second_factor.codes_renewed": _("Made new recovery codes for their second factor"),
    "tenants.second_factor.enrolled": _("Enrolled a second factor; their other sessions ended"),
    "tenants.second_factor.removed": _("Removed their second factor"),
    "tenants.setting.changed": _("Changed the setting %(target)s"),
    "tenants.token.issued": _("Issued a token for %(target)s"),
    "tenants.token.refused": _("Tried a token of %(target)s that no longer works"),
    "tenants.token.revoked": _("Revoked a token of %(target)s"),
    "tenants.user.blocked": _("Blocked %(target)s"),
    "tenants.user.changed": _("Changed the account of %(target)s"),
    "tenants.user.created": _("Created the account of %(target)s"),
    "tenants.user.deleted": _("Deleted the account of %(target)s"),
    "tenants.user.password_reset": _("Reset the password of %(target)s"),
    "tenants.user.restored": _("Restored the account of %(target)s"),
    "tenants.user.unblocked": _("Unblocked %(target)s"),
}
_names: dict[str, Text] = {
    "code": _("Reason"),
    "confirmed": _("Confirmed"),
    "days": _("Days"),
    "display_name": _("Display name"),
    "domain": _("Domain"),
    "email": _("E-mail address"),
    "expires_at": _("Last day"),
    "kind": _("Kind"),
    "language": _("Language"),
    "level": _("Level"),
    "name": _("Name"),
    "partner": _("Partner"),
    "path": _("Address"),
    "role": _("Role"),
    "scopes": _("Rights"),
    "service": _("Service"),
    "standing": _("Standing"),
    "time_zone": _("Time zone"),
    "upn": _("Sign-in name"),
    "value": _("Value"),
}


# Why a write was refused, told to a third person; by the code of the refusal.
REFUSALS: dict[str, Text] = {
    "InvalidAuthenticationToken": _("The account was closed meanwhile."),
    "accessDenied": _("None of their roles allows it."),
    "adminRole": _("Only a global admin gives or takes admin roles."),
    "delegatedAdminMissing": _("The customer had not granted delegated administration for this."),
    "delegatedAdminTooLow": _("The customer had granted helpdesk rights only."),
    "globalAdminOnBehalf": _(
        "A global admin's account is managed only by the organisation itself, never on its behalf."
    ),
    "itemNotFound": _("It lies outside their reach, or no longer exists."),
    "mfaRequired": _("Two-step verification was not set up."),
    "notPartnerOfRecord": _("Only the partner of record can do this."),
    "notYours": _("Somebody else raised it."),
    "outOfReach": _("This belongs to another organisation."),
    "ownAccount": _("Nobody does this to their own account."),
    "ownRole": _("Nobody changes their own roles."),
    "partnerNote": _("Only global admins and admin agents write partner notes."),
    "partnerOnly": _("Only the partner can change subscriptions."),
    "partnerSuspended": _("21Vianet had suspended the partner."),
    "relationshipMissing": _("There was no reseller relationship."),
    "roleMissing": _("None of their roles allows it."),
    "scopeMissing": _("This token was not issued for this action."),
    "superuserOnly": _("Only a superuser for emergencies reads these tables."),
    "targetHoldsRoles": _("This person holds admin roles. Only a global admin can do this."),
}


def _last_day(expires_at: str) -> Text:
    """The last day of a grant that ends at this moment."""
    if not expires_at:
        return pgettext_lazy("last day", "none")
    return formats.date_format(timezone.localtime(last_moment(datetime.fromisoformat(expires_at))), "DATE_FORMAT")


Vocabulary = Mapping[str, Text] | Callable[[str], Text]
# By room and name of what was recorded: the words for its codes. The rooms' own statuses and reasons differ.
_vocabularies: dict[tuple[str, str], Vocabulary] = {
    ("", "expires_at"): _last_day,
    ("", "kind"): dict(Kind.choices),
    ("", "language"): dict(LANGUAGES),
    ("", "level"): dict(Level.choices),
    ("", "role"): dict(Role.choices),
    ("", "service"): {"": _("All services"), **dict(Service.choices)},
    ("", "services"): dict(Service.choices),
    ("", "standing"): dict(Standing.choices),
    ("portal", "code"): REFUSALS,
}
# By room: the names in the reader's language of what was recorded under these names; one query.
_translators: dict[str, Callable[[set[str]], Mapping[str, str]]] = {}
# By room and id (organisations) or recorded name (the rest): a name in the reader's language.
Names = Mapping[tuple[str, str], str]
AS_RECORDED: Names = MappingProxyType({})
# References for machines, kept in the book and of no use to a reader.
_UNSHOWN = frozenset({"id", "comment", "body_sha256", "partner_id"})
_MACHINES: dict[str, Text] = {
    "21vianet": _("21Vianet"),
    "lifecycle": pgettext_lazy("machine", "Subscription lifecycle"),
    "setup": pgettext_lazy("machine", "Portal set-up"),
}
OUTCOMES: dict[str, tuple[Text, str]] = {
    Outcome.SUCCEEDED: (pgettext_lazy("outcome", "Done"), "success"),
    Outcome.REFUSED: (pgettext_lazy("outcome", "Refused"), "danger"),
}


def tell(
    room: str,
    sentences: Mapping[str, Text],
    names: Mapping[str, Text] | None = None,
    vocabularies: Mapping[str, Vocabulary] | None = None,
    translator: Callable[[set[str]], Mapping[str, str]] | None = None,
) -> None:
    """Teach the log a room's deeds, the names of what they record, and the words for recorded codes.

    `translator`: from recorded names of the room's things to their names in the reader's language, in one query.
    """
    _sentences.update(sentences)
    _names.update(names or {})
    _vocabularies.update({(room, name): words for name, words in (vocabularies or {}).items()})
    if translator:
        _translators[room] = translator


def known() -> frozenset[str]:
    """The codes that have a sentence."""
    return frozenset(_sentences)


def things_of(entries: Iterable[AuditEntry]) -> dict[tuple[str, str], str]:
    """What the things that a page of entries names are called in the reader's language; a query for each room."""
    recorded = {(_room(entry), entry.target_name) for entry in entries}
    names: dict[tuple[str, str], str] = {}
    for room, translator in _translators.items():
        if wanted := {name for place, name in recorded if place == room}:
            names |= {(room, name): shown for name, shown in translator(wanted).items()}
    return names


def sentence(entry: AuditEntry, names: Names = AS_RECORDED) -> str:
    """The deed as a sentence in the reader's language; a code that nobody taught stands for itself."""
    template = _sentences.get(entry.deed)
    return str(template) % _Recorded(entry, names) if template else entry.deed


def machines_called(text: str) -> list[str]:
    """The machines whose name in the reader's language contains the text, whatever the case."""
    return [code for code, name in _MACHINES.items() if text.casefold() in str(name).casefold()]


def actor_name(entry: AuditEntry) -> str:
    """The person's name as it was, or the machine's."""
    return str(_MACHINES.get(entry.actor_name, entry.actor_name))


def changes(entry: AuditEntry, names: Names = AS_RECORDED) -> list[tuple[str, str, str]]:
    """(name, before, after) of everything recorded that says something, in words; data that did not change stands under
    *after*.
    """
    before, after = _before_and_after(entry, names)
    others = {name: value for name, value in entry.data.items() if name not in {"before", "after"}}
    if "confirmed" in others and not _needed_confirmation(entry):
        del others["confirmed"]
    rows = [(name, before.get(name), after.get(name)) for name in {**before, **after}]
    rows += [(name, None, value) for name, value in others.items()]
    told = [(name, _word(entry, name, old), _word(entry, name, new)) for name, old, new in rows if name not in _UNSHOWN]
    return [(str(_names.get(name, name)), old, new) for name, old, new in told if old or new]


def _before_and_after(entry: AuditEntry, names: Names) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was recorded, the partner under its name in the reader's language."""

    def named_partner(values: dict[str, Any]) -> dict[str, Any]:
        name = names.get(("tenants", values.get("partner_id", "")))
        return {**values, "partner": name} if name else values

    return named_partner(entry.data.get("before", {})), named_partner(entry.data.get("after", {}))


def _needed_confirmation(entry: AuditEntry) -> bool:
    """Whether the value that was chosen may send data abroad: of any other, *Confirmed: No* would read as a breach."""
    setting = SETTINGS.get(entry.target_name)
    return setting is None or setting.sends_abroad(entry.data.get("after", {}).get("value"))


class _Recorded(dict[str, str]):
    """What a sentence may name; a dash for what this entry did not record."""

    def __init__(self, entry: AuditEntry, names: Names) -> None:
        before, after = _before_and_after(entry, names)
        recorded = {**entry.data, **before, **after}
        said = {name: "" if value is None else value for name, value in recorded.items()}
        super().__init__({name: _word(entry, name, value) for name, value in said.items()})
        self["target"] = _target(entry, names)

    def __missing__(self, name: str) -> str:
        return "\N{EM DASH}"


def _target(entry: AuditEntry, names: Names) -> str:
    setting = SETTINGS.get(entry.target_name)
    if setting:
        return str(setting.label)
    room = _room(entry)
    return names.get((room, entry.target_id)) or names.get((room, entry.target_name)) or entry.target_name


def _room(entry: AuditEntry) -> str:
    return entry.deed.partition(".")[0]


def _word(entry: AuditEntry, name: str, value: Any) -> str:
    """A recorded value in words."""
    if name == "value" and entry.target_name in SETTINGS:
        return str(SETTINGS[entry.target_name].shown(value))
    match value:
        case None:
            return ""
        case bool():
            return gettext("Yes") if value else gettext("No")
        case int():
            return str(formats.localize(value))
        case str():
            words = _vocabularies.get((_room(entry), name)) or _vocabularies.get(("", name), {})
            return str(words(value) if callable(words) else words.get(value, value))
        case list():
            return listed(_word(entry, name, part) for part in value)
        case dict():
            return side_by_side(named(key) + _word(entry, name, part) for key, part in value.items())
    return str(value)
