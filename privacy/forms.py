"""What the retention page sends."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.models import LegalHold
from privacy.page import KEPT
from privacy.periods import Period, parse_period
from privacy.record_classes import RECORD_CLASSES, Mode
from privacy.services.holds import Wanted
from privacy.services.policies import Choice


class ChoiceForm(forms.Form):
    """One rule's new period and mode."""

    key = forms.ChoiceField(choices=[(key, key) for key, each in RECORD_CLASSES.items() if each.is_chosen])
    period = forms.CharField(max_length=8)
    mode = forms.ChoiceField(choices=[(mode.value, mode.value) for mode in Mode], required=False)

    def clean_period(self) -> Period | None:
        code = str(self.cleaned_data["period"])
        try:
            return None if code == KEPT else parse_period(code)
        except ValueError as error:
            raise forms.ValidationError(_("This is no period; choose one of the list.")) from error

    def choice(self) -> Choice:
        found = self.cleaned_data
        return Choice(key=found["key"], period=found["period"], mode=Mode(found["mode"] or Mode.DELETE))


class HoldForm(forms.Form):
    """A legal hold to be placed."""

    title = forms.CharField(label=_("Name"), max_length=120)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))
    ground = forms.ChoiceField(label=_("Ground"), choices=LegalHold.Ground.choices)
    scope = forms.ChoiceField(label=_("What is kept"), choices=LegalHold.Scope.choices)
    record_class = forms.ChoiceField(
        label=_("Rule"),
        required=False,
        choices=[("", "–"), *((key, each.title) for key, each in RECORD_CLASSES.items())],
        help_text=_("Where one rule is held."),
    )
    subject_id = forms.IntegerField(
        label=_("Number"),
        required=False,
        min_value=1,
        help_text=_(
            "Where one thread, contact or person is held; a link beside a conversation in the inbox fills it in."
        ),
    )
    review_on = forms.DateField(
        label=_("Looked at again on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        found = dict(super().clean() or {})
        scope = found.get("scope")
        if scope == LegalHold.Scope.RECORD_CLASS and not found.get("record_class"):
            self.add_error("record_class", _("Choose which rule is held."))
        if scope in {"thread", "contact", "identity"} and not found.get("subject_id"):
            self.add_error("subject_id", _("Give the number of what is held."))
        return found

    def wanted(self) -> Wanted:
        found = self.cleaned_data
        scope = found["scope"]
        return Wanted(
            title=found["title"],
            reason=found["reason"],
            ground=found["ground"],
            scope=scope,
            record_class=found["record_class"] if scope == LegalHold.Scope.RECORD_CLASS else "",
            subject_id=found["subject_id"] if scope in {"thread", "contact", "identity"} else None,
            review_on=found["review_on"],
        )


class ErasureForm(forms.Form):
    """How a person is to be erased, and what else they are called."""

    wanted = forms.ChoiceField(
        label=_("What happens"),
        required=False,
        choices=[
            (Mode.DELETE.value, _("Delete them: who they are, what they wrote, what was noted")),
            (Mode.ANONYMISE.value, _("Blank who they are: their words stay, without an author")),
        ],
    )
    more = forms.CharField(
        label=_("Also called"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Other full names, handles, addresses or numbers, one a line: taken out wherever they stand."),
    )

    def clean_more(self) -> list[str]:
        lines = [line.strip() for line in str(self.cleaned_data["more"]).splitlines()]
        return [line for line in lines if line][:50]

    def mode(self) -> Mode:
        value = self.cleaned_data.get("wanted") if hasattr(self, "cleaned_data") else ""
        return Mode(value or Mode.DELETE)


class EndForm(forms.Form):
    """The end of the organisation: its name typed, the days until then."""

    typed_name = forms.CharField(label=_("Type the organisation’s name"), max_length=200)
    days = forms.IntegerField(label=_("Days until then"), min_value=0, max_value=90, required=False)
    at_once = forms.BooleanField(
        label=_("With 0 days: end it at once. I have this in writing, and know that it cannot be undone."),
        required=False,
    )

    def __init__(self, *args: Any, usual: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["days"] = usual
        self.fields["days"].help_text = _("0 to 90; by your rule for “%(rule)s”: %(days)s.") % {
            "rule": RECORD_CLASSES["contract_end"].title,
            "days": usual,
        }
