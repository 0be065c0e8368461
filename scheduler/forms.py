"""What people send: the composer's page, and the hour to which a publication moves."""

import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from integrations.models import SocialAccount
from integrations.registry import provider
from lib.numbers import number_in
from scheduler.hours import Hour, Oddity, read_hour
from scheduler.services.composing import FIRST_VERSION, Picture, Shape, Words
from scheduler.shapes import read_shape

LONGEST_TEXT = 100_000  # above what any network takes; the networks' own limits are told as checks, not refused here
LONGEST_LINK = 2000
LONGEST_ALT_TEXT = 1000
MOST_PICTURES = 40
NO_SHAPES: Mapping[str, Shape] = MappingProxyType({})


class HourForm(forms.Form):
    """A day and an hour in the organisation's zone."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    hour = forms.TimeField(label=_("Hour"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._zone = ZoneInfo(organisation.time_zone)

    @property
    def planned(self) -> Hour:
        """The instant that was meant; only of a valid form."""
        return read_hour(self.cleaned_data["day"], self.cleaned_data["hour"], self._zone)


class WordsForm(forms.Form):
    """Other words for a post that is out."""

    text = forms.CharField(
        label=_("Words"),
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8, "autofocus": True}),
        error_messages={"required": _("There are no words left. Write some, or delete the post.")},
    )

    def clean_text(self) -> str:
        return _lines(self.cleaned_data["text"])


class ComposerForm(forms.Form):
    """The composer's page as it is sent, for every save.

    Own texts come as own-<network>, their links as own-link-<network>, alt texts as alt-<asset>; pictures stand in the
    order in which they are sent. What a post is on each network comes as scheduler.shapes names it.
    """

    key = forms.UUIDField()
    version = forms.IntegerField(min_value=0)
    text = forms.CharField(required=False, strip=False, max_length=LONGEST_TEXT)
    link = forms.CharField(required=False)
    day = forms.DateField(required=False)
    hour = forms.TimeField(required=False)
    account = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(
        self,
        data: QueryDict,
        *,
        accounts: Sequence[SocialAccount],
        organisation: Organisation,
        shapes: Mapping[str, Shape] = NO_SHAPES,
    ) -> None:
        """`shapes` are those that stand: what the page had no field for stays as it is."""
        super().__init__(data)
        self._sent = data
        self._shapes = shapes
        self._networks = {one.network for one in accounts}
        self._zone = ZoneInfo(organisation.time_zone)
        self.fields["account"].choices = [(one.pk, str(one)) for one in accounts]  # type: ignore[attr-defined]

    @property
    def page_key(self) -> uuid.UUID:
        key: uuid.UUID = self.cleaned_data["key"]
        return key

    @property
    def known_version(self) -> int:
        """The version that the page began with. A new page sends 0 until it hears of what its first save has made."""
        return self.cleaned_data["version"] or FIRST_VERSION

    @property
    def oddity(self) -> Oddity:
        return self._hour.oddity if self._hour else Oddity.NONE

    @property
    def words(self) -> Words:
        """All that was typed; only of a valid form."""
        return Words(
            text=_lines(self.cleaned_data["text"]),
            own_texts=self._own_texts(),
            link=_lines(self.cleaned_data["link"])[:LONGEST_LINK],
            own_links=self._own_links(),
            account_ids=frozenset(self.cleaned_data["account"]),
            pictures=self._pictures(),
            planned_at=self._hour.at if self._hour else None,
            shapes={**self._shapes, **self._sent_shapes()},
        )

    @property
    def _hour(self) -> Hour | None:
        day, clock = self.cleaned_data.get("day"), self.cleaned_data.get("hour")
        return read_hour(day, clock, self._zone) if day and clock else None

    def describes(self, asset_id: int) -> bool:
        """Tell whether the page had a field for this picture's description, be it empty."""
        return f"alt-{asset_id}" in self._sent

    def _own_texts(self) -> dict[str, str]:
        sent = {network: self._sent.get(f"own-{network}") for network in sorted(self._networks)}
        return {network: _lines(text)[:LONGEST_TEXT] for network, text in sent.items() if text is not None}

    def _own_links(self) -> dict[str, str]:
        sent = {network: self._sent.get(f"own-link-{network}", "") for network in self._own_texts()}
        return {network: _lines(link).strip()[:LONGEST_LINK] for network, link in sent.items() if link.strip()}

    def _sent_shapes(self) -> dict[str, Shape]:
        return {
            network: read_shape(
                self._sent, provider(network), known=self._shapes.get(network, Shape()), zone=self._zone
            )
            for network in sorted(self._networks)
        }

    def _pictures(self) -> tuple[Picture, ...]:
        sent = dict.fromkeys(
            number for value in self._sent.getlist("picture") if (number := number_in(value)) is not None
        )
        return tuple(
            Picture(asset_id=key, alt_text=_lines(self._sent.get(f"alt-{key}", ""))[:LONGEST_ALT_TEXT])
            for key in list(sent)[:MOST_PICTURES]
        )


class SendBackForm(forms.Form):
    """What a reviewer asks for."""

    note = forms.CharField(
        label=_("What should change"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what should change, so that the author can go on.")},
    )


def _lines(text: str) -> str:
    """Browsers send lines ended by CR LF; networks count and show that as two characters. NUL cannot be stored."""
    return text.replace("\r\n", "\n").replace("\0", "")
