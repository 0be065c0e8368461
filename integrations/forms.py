"""Forms of the accounts pages."""

from django import forms
from django.utils.translation import gettext_lazy as _


class LinkForm(forms.Form):
    """For whom a link is made."""

    name = forms.CharField(label=_("For whom"), max_length=100, strip=True)
