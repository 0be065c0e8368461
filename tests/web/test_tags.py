from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone, translation

NOON = datetime(2026, 12, 9, 12, 0, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load face %}" + source).render(Context(context)).strip()


def test_an_icon_beside_a_word_is_hidden_from_readers() -> None:
    assert 'aria-hidden="true"' in render('{% icon "plug" %}')


def test_an_icon_alone_has_a_name() -> None:
    assert 'role="img" aria-label="Close &amp; go"' in render('{% icon "x" label=words %}', words="Close & go")


def test_a_state_has_its_shape_its_word_and_its_tone() -> None:
    told = render('{% state "outcome_unknown" %}')

    assert 'data-state="outcome-unknown"' in told
    assert "#circle-help" in told
    assert "Outcome unknown" in told


def test_what_is_being_sent_shows_the_voice() -> None:
    assert 'class="voice"' in render('{% state "sending" %}')


def test_a_state_speaks_french() -> None:
    with translation.override("fr"):
        assert "Programmée" in render('{% state "scheduled" %}')


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Hartley & Rye", "HR"),
        ("portevoix", "P"),
        ("nadia.benali@example.com", "NB"),
        ("Île-de-France", "ÎF"),
        ("<b>", "?"),
        ("", "?"),
    ],
)
def test_an_avatar_shows_initials(name: str, letters: str) -> None:
    assert f">{letters}</span>" in render("{% avatar name %}", name=name)


@pytest.mark.parametrize(
    ("at", "style", "words"),
    [
        (NOON, "near", "13:00"),
        (NOON - timedelta(days=1), "near", "8 Dec at 13:00"),
        (NOON - timedelta(days=365), "near", "9 Dec 2025 at 13:00"),
        (NOON - timedelta(days=1), "short", "yesterday"),
        (NOON, "second", "13:00:00"),
        (NOON, "day", "9 Dec"),
        (NOON, "full", "Wednesday 9 December at 13:00"),
        (NOON - timedelta(seconds=30), "ago", "just now"),
        (NOON - timedelta(minutes=59), "ago", "59 min ago"),
        (NOON - timedelta(hours=23), "ago", "23 h ago"),
        (NOON - timedelta(days=2), "ago", "2 days ago"),
    ],
)
def test_a_moment_is_told_in_the_organisations_zone(at: datetime, style: str, words: str) -> None:
    with timezone.override(ZoneInfo("Europe/Paris")):
        told = render("{% moment at style now=now %}", at=at, style=style, now=NOON)

    assert f">{words}</time>" in told


@pytest.mark.parametrize(
    ("at", "style", "words"),
    [
        (NOON, "day", "9 déc."),
        (NOON - timedelta(days=365), "day", "9 déc. 2025"),
    ],
)
def test_a_moment_reads_as_the_french_write_it(at: datetime, style: str, words: str) -> None:
    with timezone.override(ZoneInfo("Europe/Paris")), translation.override("fr"):
        assert f">{words}</time>" in render("{% moment at style now=now %}", at=at, style=style, now=NOON)


def test_a_moment_names_its_zone() -> None:
    with timezone.override(ZoneInfo("Europe/Paris")):
        assert "Europe/Paris (CET)" in render("{% moment at %}", at=NOON)


def test_a_moment_that_was_shown_before_reads_anew_in_another_zone_language_and_day() -> None:
    seen = []
    for zone, language, now in [
        ("Europe/Paris", "en", NOON),
        ("Asia/Tokyo", "en", NOON),
        ("Asia/Tokyo", "fr", NOON + timedelta(days=1)),
        ("Europe/Paris", "en", NOON),
    ]:
        with timezone.override(ZoneInfo(zone)), translation.override(language):
            seen.append(render("{% moment at now=now %}", at=NOON, now=now).split(">")[1].split("<")[0])

    assert seen == ["13:00", "21:00", "9 déc. à 21:00", "13:00"]


def test_an_absent_moment_is_a_dash() -> None:
    assert render("{% moment at %}", at=None) == "–"


class Sample(forms.Form):
    hour = forms.RegexField(r"^\d\d:\d\d$", label="Hour", help_text="In London.")
    by_mail = forms.BooleanField(label="By mail", required=False)


def test_a_field_ties_its_hint_and_its_error_to_the_control() -> None:
    shown = render("{% field form.hour %}", form=Sample({"hour": "<25>"}))

    assert '<label for="id_hour">' in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_hour_helptext id_hour_error"' in shown
    assert 'id="id_hour_helptext">In London.' in shown
    assert 'id="id_hour_error"' in shown
    assert "&lt;25&gt;" in shown


def test_a_whole_form_is_rendered_from_the_same_elements() -> None:
    shown = render("{{ form }}", form=Sample())

    assert 'class="input"' in shown
    assert '<label class="check">' in shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes"), (900, "15 minutes")],
)
def test_a_short_wait_is_counted_up(seconds: int, words: str) -> None:
    assert render("{{ seconds|waiting }}", seconds=seconds) == words
