from datetime import UTC, datetime, timedelta

import pytest

from integrations.contract import Findings, Sighting
from integrations.fingerprints import fingerprint, judge, resembles

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OURS = "Stollen from today, mince pies from Monday."


def seen(network_id: str, text: str = OURS, *, minutes: int = 0, media: int = 0) -> Sighting:
    return Sighting(
        network_id=network_id,
        permalink=f"https://network.example/{network_id}",
        text=text,
        published_at=NOON + timedelta(minutes=minutes),
        media_count=media,
    )


def judged(*sightings: Sighting, known: tuple[str, ...] = ()) -> Findings:
    wanted = fingerprint(OURS, media_count=0)
    return judge(
        sightings,
        text=OURS,
        is_ours=lambda each: fingerprint(each.text, media_count=each.media_count) == wanted,
        since=NOON,
        known=known,
        covered=True,
    )


def test_one_match_proves_it() -> None:
    findings = judged(seen("1"), seen("2", "Another text"))

    assert findings.published is not None
    assert findings.published.network_id == "1"


def test_two_matches_go_to_a_person() -> None:
    findings = judged(seen("1"), seen("2"))

    assert findings.published is None
    assert [each.network_id for each in findings.candidates] == ["1", "2"]


def test_of_two_matches_the_one_that_is_anothers_does_not_count() -> None:
    findings = judged(seen("1"), seen("2"), known=("1",))

    assert findings.published is not None
    assert findings.published.network_id == "2"


def test_what_is_older_than_the_attempt_is_not_ours() -> None:
    assert judged(seen("1", minutes=-2)) == Findings()


def test_clocks_may_differ_a_little() -> None:
    assert judged(seen("1", minutes=-1)).published is not None


def test_a_text_the_network_changed_goes_to_a_person() -> None:
    findings = judged(seen("1", "STOLLEN from today – mince pies, from Monday!"), seen("2", "Nothing like it"))

    assert [each.network_id for each in findings.candidates] == ["1"]


def test_another_number_of_pictures_goes_to_a_person() -> None:
    assert [each.network_id for each in judged(seen("1", media=1)).candidates] == ["1"]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Stollen from today, mince pies from…", OURS, True),
        ("Stollen", OURS, False),
        ("Menu of day 17", "Menu of day 18", False),
        ("", "", True),
        ("", OURS, False),
        ("🎄", "🎅", True),  # no letter in either: only a person can tell
    ],
)
def test_likeness(one: str, other: str, alike: bool) -> None:
    assert resembles(one, other) is alike


def test_white_space_and_composition_of_letters_do_not_matter() -> None:
    assert fingerprint("Caf\u00e9  au\r\nlait ", media_count=1) == fingerprint("Cafe\u0301 au lait", media_count=1)
    assert fingerprint("a", media_count=1) != fingerprint("a", media_count=2)
