"""What the inbox's pages send."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import validate_email
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from moderation.models import Contact, Draft, SavedReply
from moderation.services.answering import Seen


class CommandForm(forms.Form):
    """A command for one item: the version that the page showed, the key it drew, and what the command itself needs."""

    key = forms.UUIDField()
    version = forms.IntegerField(min_value=0)
    to = forms.IntegerField(required=False)
    until = forms.DateTimeField(required=False)
    reviewed = forms.BooleanField(required=False)


class ReplyForm(forms.Form):
    """An answer, with the newest words that its author has seen."""

    text = forms.CharField(required=False, strip=False)
    key = forms.UUIDField()
    seen_message = forms.IntegerField(min_value=0)
    seen_own = forms.IntegerField(min_value=0)
    seen_note = forms.IntegerField(min_value=0)
    anyway = forms.BooleanField(required=False)
    privately = forms.BooleanField(required=False)

    @property
    def seen(self) -> Seen:
        found = self.cleaned_data
        return Seen(message_id=found["seen_message"], own_id=found["seen_own"], note_id=found["seen_note"])


class NoteForm(forms.Form):
    note = forms.CharField(required=False, strip=False)
    note_key = forms.UUIDField()


class DraftForm(forms.Form):
    """What stands in the field now."""

    purpose = forms.ChoiceField(choices=Draft.Purpose.choices)
    text = forms.CharField(required=False, strip=False)


class BulkForm(forms.Form):
    """A command for several items: those named as `id:version`, or all that the view holds."""

    key = forms.UUIDField()
    name = forms.CharField()
    to = forms.IntegerField(required=False)
    everything = forms.BooleanField(required=False)

    @cached_property
    def items(self) -> list[tuple[int, int]]:
        """Return (id, version) of those named; what is not such a pair is left out."""
        pairs = (one.partition(":") for one in self.data.getlist("item"))  # type: ignore[attr-defined]
        return [
            (int(pk), int(version))
            for pk, _colon, version in pairs
            if pk.isdecimal() and version.isdecimal() and len(pk) <= 18 and len(version) <= 9
        ]


class SavedReplyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Words to use again, under a name by which they are found."""

    class Meta:
        model = SavedReply
        fields: ClassVar[list[str]] = ["name", "text"]
        labels: ClassVar[dict[str, Any]] = {"name": _("Name"), "text": _("Text")}
        widgets: ClassVar[dict[str, Any]] = {"text": forms.Textarea(attrs={"rows": 4})}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if SavedReply.objects.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another saved reply has this name. Choose one that tells them apart."))
        return name


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """What agents know of a person."""

    emails = forms.CharField(label=_("E-mail addresses"), required=False, help_text=_("Several are parted by commas."))
    phones = forms.CharField(label=_("Telephone numbers"), required=False, help_text=_("Several are parted by commas."))
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    class Meta:
        model = Contact
        fields: ClassVar[list[str]] = ["name", "company", "language", "remark"]
        labels: ClassVar[dict[str, Any]] = {
            "name": _("Name"),
            "company": _("Company"),
            "language": _("Language"),
            "remark": _("What every agent should know"),
        }
        widgets: ClassVar[dict[str, Any]] = {"remark": forms.Textarea(attrs={"rows": 3})}

    def clean_emails(self) -> list[str]:
        found = _several(self.cleaned_data["emails"])
        for one in found:
            validate_email(one)
        return found

    def clean_phones(self) -> list[str]:
        found = _several(self.cleaned_data["phones"])
        if any(sum(letter.isdigit() for letter in one) < 3 for one in found):
            raise forms.ValidationError(_("A telephone number has digits. Write several with commas between them."))
        return found


def _several(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
