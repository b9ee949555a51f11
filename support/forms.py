"""Forms check shape; the verbs check truth."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from support.asking import CHOOSE_PARTNER, IMPACT_NEEDED, NOTE_ASKS_NOBODY
from support.limits import LONGEST_IMPACT, LONGEST_STEPS, LONGEST_TEXT, LONGEST_TITLE
from support.models import Reason, Severity, SupportRequest, Visibility
from tenants.actor import Actor
from tenants.models import Tenant
from tenants.services import Service

# What the verbs and the API call otherwise than the forms.
FIELDS = {"content": "text", "stepsTried": "tried"}


def _paragraphs(label: Any, most: int, *, rows: int = 5, required: bool = True, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "maxlength": most})
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text, widget=widget)


class ListFilter(forms.Form):
    """Whose requests to list: those of one customer of the reader's, where its overview leads here."""

    customer = forms.ModelChoiceField(Tenant.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Tenant.objects.visible_to(actor)  # type: ignore[attr-defined] # a ModelChoiceField


class RaiseForm(forms.Form):
    """A new request. `partners`: whom the customer may ask, chosen only where there are several. `services`: about
    which.
    """

    partner = forms.ChoiceField(
        label=_("Partner"),
        error_messages={"required": CHOOSE_PARTNER, "invalid_choice": CHOOSE_PARTNER},
    )
    service = forms.ChoiceField(label=_("Service"))
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=Severity.choices,
        initial=Severity.MODERATE,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_TITLE, help_text=_("What is wrong, in one line. One problem per request.")
    )
    description = _paragraphs(
        _("Description"),
        LONGEST_TEXT,
        rows=8,
        help_text=_("What you did, what you expected, what happened instead, since when, and for whom."),
    )
    impact = _paragraphs(
        _("Business impact"),
        LONGEST_IMPACT,
        rows=3,
        required=False,
        help_text=_("Who cannot work, and by when it must be solved. A critical request needs it."),
    )
    impact.error_messages["required"] = IMPACT_NEEDED

    def __init__(self, *args: Any, partners: list[Tenant], services: list[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partners = {str(partner.pk): partner for partner in partners}
        offered = [(service.value, service.label) for service in services]
        self.fields["service"].choices = [("", _("Choose a service")), *offered]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["impact"].required = self.data.get("severity") == Severity.CRITICAL
        if len(partners) > 1 or (partners and self._asks_somebody_else()):
            known = [(key, str(partner)) for key, partner in self.partners.items()]
            self.fields["partner"].choices = [("", _("Choose a partner")), *known]  # type: ignore[attr-defined] # a ChoiceField
        else:
            del self.fields["partner"]

    def _asks_somebody_else(self) -> bool:
        """Whether a partner was chosen who has gone since: what was written to one goes to no other by itself."""
        return self.data.get("partner", "") not in {"", *self.partners}

    def answers(self) -> dict[str, Any]:
        """What was filled in, under the keywords of `raise_request`."""
        answers = dict(self.cleaned_data)
        chosen = answers.pop("partner", "")
        return answers | {"partner": self.partners.get(chosen)}


class CommentForm(forms.Form):
    """A line of the conversation. The partner also chooses who may read it, and whether the customer has to answer."""

    text = _paragraphs(_("Comment"), LONGEST_TEXT, rows=4)
    visibility = forms.ChoiceField(
        label=_("Who may read this"),
        choices=[
            (Visibility.PUBLIC, _("Everybody on this request")),
            (Visibility.INTERNAL, _("Internal note: only your colleagues")),
        ],
        initial=Visibility.PUBLIC,
        widget=forms.RadioSelect,
    )
    awaits_customer = forms.BooleanField(label=_("The customer has to answer"), required=False)

    def __init__(self, *args: Any, support_request: SupportRequest, for_partner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not for_partner:
            del self.fields["visibility"]
        # What was ticked before the request ended is not dropped in silence: the verb refuses it.
        if not for_partner or (support_request.has_ended and "awaits_customer" not in self.data):
            del self.fields["awaits_customer"]

    def clean(self) -> dict[str, Any]:
        """What only colleagues read asks the customer for nothing."""
        answers = super().clean() or {}
        if answers.get("visibility") == Visibility.INTERNAL and answers.get("awaits_customer"):
            self.add_error("awaits_customer", NOTE_ASKS_NOBODY)
        return answers


class EscalateForm(forms.Form):
    """Why the partner needs 21Vianet, and what it has done."""

    reason = forms.ChoiceField(label=_("Why do you need 21Vianet?"), choices=Reason.choices, widget=forms.RadioSelect)
    tried = _paragraphs(
        _("What you have tried"),
        LONGEST_STEPS,
        rows=6,
        help_text=_("Every step and its result. 21Vianet sends back what a partner could have solved."),
    )
    impact = _paragraphs(_("Business impact"), LONGEST_IMPACT, rows=3, required=False)


class ResolveForm(forms.Form):
    """A word to the customer with the resolution; it becomes a public comment, as does the one below."""

    text = _paragraphs(_("Comment for the customer"), LONGEST_TEXT, rows=4, required=False)


class ReopenForm(forms.Form):
    """A word to the partner with the reopening."""

    text = _paragraphs(_("Comment for your partner"), LONGEST_TEXT, rows=4, required=False)


class WithdrawForm(forms.Form):
    """Why 21Vianet need not go on."""

    reason = _paragraphs(
        _("Reason"),
        LONGEST_IMPACT,
        rows=3,
        required=False,
        help_text=_("21Vianet reads it if the escalation has been sent already."),
    )
