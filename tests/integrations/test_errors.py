import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation

from integrations import errors
from integrations.errors import PermanentError, RateLimited, Reach
from integrations.networks.facebook import errors as facebook
from integrations.networks.x import errors as x
from integrations.sentences import NETWORK_NAMES, ON_MESSAGES, SENTENCES, About, sentence


def test_an_error_prints_codes_only() -> None:
    error = PermanentError(
        "text_too_long", network="x", status=403, reason="forbidden", detail="Dear Alice, your text", reach=Reach.POST
    )

    assert str(error) == "x 403/forbidden: text_too_long"
    assert "Alice" not in repr(error)


def test_its_facts_are_what_a_row_may_keep() -> None:
    reset_at = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=15)
    error = RateLimited("rate_limited", network="x", status=429, reach=Reach.ACCOUNT, reset_at=reset_at)

    facts = error.facts()

    assert facts["outcome"] == "rate_limited"
    assert facts["key"] == "rate_limited"
    assert facts["reach"] == "account"


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_every_sentence_takes_what_it_is_given(key: str) -> None:
    text = sentence(key, {"found": 300, "allowed": 280, "excess": 20, "code": "1/2"}, network="x")

    assert "%(" not in text


def test_a_sentence_says_what_was_found_and_what_is_allowed() -> None:
    text = sentence("text_too_long", {"found": 300, "allowed": 280, "excess": 20}, network="x")

    assert text == "This text has 300 characters; X takes 280. Shorten it by 20."


def test_a_key_of_a_newer_version_still_says_something() -> None:
    assert sentence("from_the_future", {}, network="linkedin").startswith("LinkedIn refused this post.")


@pytest.mark.parametrize("key", sorted(ON_MESSAGES))
def test_an_answer_that_was_refused_is_not_called_a_post(key: str) -> None:
    texts = {}
    for language in ("en", "fr"):
        with translation.override(language):
            texts[language] = sentence(key, {"code": "1/2"}, network="x", about=About.MESSAGE)

    assert "post" not in texts["en"].lower()
    assert "publication" not in texts["fr"].lower()
    assert texts["en"] != texts["fr"]
    assert key in SENTENCES


def test_the_six_networks_have_names() -> None:
    assert len(NETWORK_NAMES) == 6


#: Labels of one word that both languages share.
SHARED = {"option.linkedin.question", "option.youtube.playlist"}


@pytest.mark.parametrize("key", sorted(SENTENCES.keys() - SHARED))
def test_every_sentence_has_its_french(key: str) -> None:
    with translation.override("fr"):
        french = sentence(key, {"found": 300, "allowed": 280, "excess": 20, "code": "1/2"}, network="x")
    with translation.override("en"):
        assert french != sentence(key, {"found": 300, "allowed": 280, "excess": 20, "code": "1/2"}, network="x")


def test_every_key_of_the_tables_has_a_sentence() -> None:
    rows = [*facebook.TABLE.values(), *x.TABLE.values(), *x.TOKEN_TABLE.values()]

    assert {each.key for each in rows} <= SENTENCES.keys()


def test_every_key_in_the_code_has_a_sentence() -> None:
    root = Path(errors.__file__).parent
    code = "\n".join(path.read_text() for path in root.rglob("*.py"))
    raised = re.findall(
        r'(?:PermanentError|TransientError|RateLimited|AuthorisationLost|OutcomeUnknown)\(\s*"(\w+)"', code
    )
    judged = re.findall(r'(?:refused|doubtful|too_long)\([^,()]+, "(\w+)"', code)

    assert len(raised) > 10
    assert len(judged) > 10
    assert {*raised, *judged} <= SENTENCES.keys()
