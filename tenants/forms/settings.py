"""The form of one setting, made from its declaration."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.ui.separators import aside
from tenants.service_settings import Kind, Setting, Value

SWITCH = (("on", _("On")), ("off", _("Off")))


class SettingForm(forms.Form):
    """`value`, the version that was read, and, once a value was sent that may send data abroad, the box to tick."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    confirmed = forms.BooleanField(required=False, label=_("I understand that data may leave the country."))

    def __init__(self, *args: Any, setting: Setting, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.setting = setting
        self.fields["value"] = field_of(setting)
        self.order_fields(["value", "confirmed", "version"])

    @property
    def chosen(self) -> Value:
        """The value, of the declared type."""
        value = self.cleaned_data["value"]
        if self.setting.kind is Kind.BOOL:
            return bool(value == "on")
        return int(value) if self.setting.kind is Kind.INT else str(value)

    @property
    def ticked(self) -> bool:
        """Whether the consequences were confirmed."""
        return bool(self.cleaned_data["confirmed"])


def field_of(setting: Setting) -> forms.Field:
    """The control for one kind of value."""
    if setting.kind is Kind.INT:
        label = f"{setting.label}{aside(setting.unit)}" if setting.unit else str(setting.label)
        return forms.IntegerField(label=label, min_value=setting.least, max_value=setting.most)
    choices = SWITCH if setting.kind is Kind.BOOL else list(setting.choices.items())
    return forms.ChoiceField(label=str(setting.label), choices=choices, widget=forms.RadioSelect)


def written(setting: Setting, value: Value) -> str:
    """A value as the form writes it."""
    if setting.kind is Kind.BOOL:
        return "on" if value else "off"
    return str(value)
