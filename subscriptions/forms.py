"""What people type about a subscription. Forms check shape; the verbs check the offer's limits, state and version."""

from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Subscription, SuspensionReason

LARGEST = 2_147_483_647  # what the column holds


class VersionedForm(forms.Form):
    """Carries the version that its page showed, so that nobody overwrites what they have not seen."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, subscription: Subscription, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        self.subscription = subscription
        super().__init__(data, initial={"version": subscription.version, **(initial or {})})


class QuantityForm(VersionedForm):
    """The number of seats that it shall have."""

    quantity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=LARGEST)

    def __init__(self, subscription: Subscription, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(subscription, data, {"quantity": subscription.quantity, **(initial or {})})
        offer, field = subscription.offer, self.fields["quantity"]
        least = max(offer.minimum_quantity, subscription.assigned_seats)
        bounds = {"least": formats.localize(least), "most": formats.localize(offer.maximum_quantity)}
        field.help_text = _("From %(least)s to %(most)s.") % bounds
        field.widget.attrs |= {"min": least, "max": offer.maximum_quantity, "inputmode": "numeric"}

    def clean_quantity(self) -> int:
        """A number that is not the present one."""
        quantity: int = self.cleaned_data["quantity"]
        if quantity == self.subscription.quantity:
            raise forms.ValidationError(_("This is the present number of seats."), code="unchanged")
        return quantity


class SuspendForm(VersionedForm):
    """Why it is suspended."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *SuspensionReason.choices],
        help_text=_("The customer sees it."),
    )


class RenameForm(VersionedForm):
    """What the customer and the partner call it."""

    friendly_name = forms.CharField(
        label=_("Nickname"), max_length=100, required=False, help_text=_("Empty: the offer's own name is shown.")
    )

    def __init__(self, subscription: Subscription, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(subscription, data, {"friendly_name": subscription.friendly_name, **(initial or {})})


class ReactivateForm(VersionedForm):
    """Nothing but the version."""
