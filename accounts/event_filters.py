"""What the event log's page lets a reader look for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from eventlog.querysets import Filter

AREAS = [
    ("", _("Everything")),
    ("scheduler", _("Posts and publications")),
    ("moderation", _("Inbox")),
    ("integrations", _("Social accounts")),
    ("gallery", _("Gallery")),
    ("accounts", _("People and settings")),
    ("privacy", _("Retention and holds")),
    ("eventlog", _("The log itself")),
]


def _members() -> list[tuple[str, str]]:
    members = Membership.objects.select_related("user").order_by("user__name")
    return [("", str(_("Everybody"))), *((str(one.user_id), str(one.user)) for one in members)]


class EventFilterForm(forms.Form):
    """A filter that cannot be wrong: what does not fit is left out."""

    actor = forms.TypedChoiceField(label=_("Who"), required=False, choices=_members, coerce=int, empty_value=None)
    area = forms.ChoiceField(label=_("About"), required=False, choices=AREAS)
    from_on = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until_on = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    subject_type = forms.SlugField(required=False, widget=forms.HiddenInput)
    subject_id = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def wanted(self) -> Filter:
        self.is_valid()
        found = self.cleaned_data
        return Filter(
            actor_id=found.get("actor"),
            area=found.get("area") or "",
            from_on=found.get("from_on"),
            until_on=found.get("until_on"),
            subject_type=found.get("subject_type") or "",
            subject_id=found.get("subject_id"),
        )
