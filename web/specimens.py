"""Invented content for the page that shows every element in its states. It is for those who build screens: English."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from scheduler.states import State
from web.states import NETWORK_NAMES

NOW = datetime(2026, 12, 9, 9, 41, tzinfo=UTC)


class SpecimenForm(forms.Form):
    """A field of each kind."""

    title = forms.CharField(label="Name of the set", help_text="Colleagues see it too.")
    period = forms.ChoiceField(label="Kept for", choices=[("1", "1 year"), ("2", "2 years")])
    hour = forms.RegexField(
        r"^([01]\d|2[0-3]):[0-5]\d$",
        label="Hour",
        error_messages={"invalid": "This is no hour. Write 00:00 to 23:59."},
    )
    day = forms.DateField(label="Day", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    by_mail = forms.BooleanField(label="Tell me by mail", required=False)
    role = forms.ChoiceField(
        label="Role", widget=forms.RadioSelect, choices=[("planner", "Planner"), ("agent", "Agent")]
    )


def specimens() -> dict[str, Any]:
    """Return the context of web/elements.html."""
    filled = {"title": "Bristol bakeries", "period": "2", "hour": "25:10", "by_mail": "on", "role": "planner"}
    return {
        "form": SpecimenForm(filled),
        "states": State.values,
        "networks": list(NETWORK_NAMES),
        "styles": ["near", "hour", "second", "day", "full", "ago"],
        "moments": [NOW, NOW - timedelta(days=1), NOW - timedelta(days=400)],
        "now": NOW,
        "page": {"newer": "1", "older": "2"},
        "people": ["Tom Whitlock", "Inès Carrel", "Marek Dvořák", "nadia.benali@example.com"],
    }
