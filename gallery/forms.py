from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.models import Asset


class AltTextForm(forms.Form):
    """What a picture shows, in words."""

    alt_text = forms.CharField(
        label=_("Alt text"),
        required=False,
        max_length=Asset._meta.get_field("alt_text").max_length,
        help_text=_("What is seen, in a sentence or two, for those who do not see it. Each post may say it anew."),
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
    )

    @classmethod
    def of(cls, asset: Asset) -> "AltTextForm":
        return cls(initial={"alt_text": asset.alt_text})
