"""The filter of the list of customers."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CustomerFilter(forms.Form):
    """Above the list of customers."""

    q = forms.CharField(label=_("Name or domain"), required=False, widget=forms.SearchInput, max_length=100)
