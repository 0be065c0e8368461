"""What test_corpus.py does not ask of Google's JSON: ids, and what has none."""

import json
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import Account, Credentials
from integrations.networks.google_business import mapping, messages

ACCOUNT = Account(network_id="2", credentials=Credentials(access_token="t"))


def reviews() -> list[dict[str, Any]]:
    path = Path(__file__).parent / "fixtures" / "reviews__every_shape.json"
    found: list[dict[str, Any]] = json.loads(path.read_text())["reviews"]
    return found


def test_an_answer_is_kept_under_its_review_and_its_moment() -> None:
    answer, review = messages.reply(reviews()[0]), messages.review(reviews()[0])

    assert answer is not None
    assert answer.network_id.startswith("AbFvOq1~")
    assert messages.review_id_of(answer.network_id) == answer.thread_id == answer.answers_id == "AbFvOq1"
    assert review.author is not None
    assert review.author.network_id == "review:AbFvOq1"
    assert review.permalink == "https://business.google.com/reviews/1"


def test_reviews_without_times_or_stars_are_reviews_too() -> None:
    *_, empty, old = (messages.review(each) for each in reviews())

    assert (empty.text, empty.rating, empty.written_at) == ("", None, None)
    assert old.network_id == "AbFvOq5"
    assert messages.reply(reviews()[3]) is None


def test_a_review_without_an_id_is_malformed() -> None:
    with pytest.raises(ValueError, match="without an id"):
        messages.review({"comment": "x"})


def test_a_profile_without_an_account_is_reached_in_any() -> None:
    assert mapping.profile_of(ACCOUNT) == "accounts/-/locations/2"
