import pytest

from integrations.networks.linkedin.text import from_little, to_little
from sandbox.networks.linkedin import little

WRITTEN = [
    "Two for one (today only) [sic] {really} <now> *bold* _so_ ~ a|b back\\slash",
    "#rye at 5 < 6, mail us @ home",
    "by @[Tidewater Museum](urn:li:organization:26000103) and #bread",
    "by @[A (b) [c](urn:li:organization:26000103)",
    "an e-mail: nadia@atelier.example, C#, #1_2, &#39;",
    "Ünïcödé 🥐 #pâtisserie\n\nsecond line",
    "",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_was_written_comes_back(text: str) -> None:
    assert from_little(to_little(text)) == text


@pytest.mark.parametrize("text", WRITTEN)
def test_nothing_ends_the_text_at_the_network(text: str) -> None:
    read = little.read(to_little(text))

    assert not read.truncated
    assert from_little(read.given_back) == text


def test_mentions_and_hashtags_keep_their_meaning_and_nothing_else_gets_one() -> None:
    sent = to_little("#rye by @[A (b)](urn:li:organization:5), {hashtag|x} @[c]")

    assert sent == (r"{hashtag|\#|rye} by @[A \(b\)](urn:li:organization:5), \{hashtag\|x\} \@\[c\]")
    assert little.read(sent).mentions == [("A (b)", "urn:li:organization:5")]
