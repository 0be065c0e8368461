import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from django.utils import translation

from integrations import errors
from integrations.errors import OutcomeUnknown, PermanentError, ProviderError, RateLimited, Reach
from integrations.networks._shared import google
from integrations.networks._shared.meta import errors as meta
from integrations.networks._shared.refusals import Refusal
from integrations.networks.facebook import errors as facebook
from integrations.networks.google_business import errors as google_business
from integrations.networks.instagram import errors as instagram
from integrations.networks.linkedin import errors as linkedin
from integrations.networks.x import errors as x
from integrations.networks.youtube import errors as youtube
from integrations.sentences import NETWORK_NAMES, ON_MESSAGES, SENTENCES, About, sentence
from lib.http import Answer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TABLES = (google, meta, facebook, google_business, instagram, linkedin, x, youtube)


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
SHARED = {"form.youtube.post", "form.youtube.reel", "option.linkedin.question", "option.youtube.playlist"}


@pytest.mark.parametrize("key", sorted(SENTENCES.keys() - SHARED))
def test_every_sentence_has_its_french(key: str) -> None:
    with translation.override("fr"):
        french = sentence(key, {"found": 300, "allowed": 280, "excess": 20, "code": "1/2"}, network="x")
    with translation.override("en"):
        assert french != sentence(key, {"found": 300, "allowed": 280, "excess": 20, "code": "1/2"}, network="x")


def rows_of(module: ModuleType) -> set[Refusal]:
    """Return every row that a module of refusals holds, by itself or in a table."""
    values = [*vars(module).values()]
    values += [row for table in values if isinstance(table, Mapping) for row in table.values()]
    return {each for each in values if isinstance(each, Refusal)}


@pytest.mark.parametrize("module", TABLES, ids=lambda module: module.__name__.removeprefix("integrations.networks."))
def test_every_key_of_the_tables_has_a_sentence(module: ModuleType) -> None:
    keys = {each.key for each in rows_of(module)}

    assert len(keys) > 5
    assert keys <= SENTENCES.keys()


def weird(status: int, **body: object) -> Answer:
    return Answer(
        status=status, headers={}, body=json.dumps({"note": "quota exceeded, duplicate, 190", **body}).encode()
    )


#: By network: its judge, and an answer with a code that no table has, whose words speak of what tables do have.
UNKNOWN: Mapping[str, tuple[Callable[[Answer, bool], ProviderError], Answer]] = {
    "facebook": (
        lambda answer, once: facebook.refusal(answer, once=once, now=NOW),
        weird(400, error={"code": 77_777, "message": "Invalid OAuth 2.0 token 190"}),
    ),
    "instagram": (
        lambda answer, once: meta.refusal(answer, network="instagram", table=instagram.TABLE, once=once, now=NOW),
        weird(400, error={"code": 77_777, "message": "Media 2207026 is a duplicate"}),
    ),
    "x": (
        lambda answer, once: x.refusal(answer, once=once),
        weird(403, type="https://api.x.com/2/problems/rye", detail="You already sent duplicate content, 187."),
    ),
    "linkedin": (
        lambda answer, once: linkedin.refusal(answer, once=once, by_role=True, now=NOW),
        weird(400, code="RYE_IS_OUT", message="Content is a duplicate, token is expired"),
    ),
    "google_business": (
        lambda answer, once: google_business.refusal(answer, once=once, edits=True, now=NOW),
        weird(400, error={"status": "RYE_IS_OUT", "message": "quota RATE_LIMIT_EXCEEDED"}),
    ),
    "youtube": (
        lambda answer, once: youtube.refusal(answer, once=once, now=NOW),
        weird(400, error={"code": 400, "message": "quotaExceeded", "errors": [{"reason": "ryeIsOut"}]}),
    ),
}


@pytest.mark.parametrize("network", sorted(UNKNOWN))
def test_a_code_in_no_table_is_never_guessed_and_logged_without_its_words(
    network: str, caplog: pytest.LogCaptureFixture
) -> None:
    judge, answer = UNKNOWN[network]

    before, after = judge(answer, False), judge(answer, True)

    assert (type(before), before.key) == (PermanentError, "unrecognised")
    assert (type(after), after.key) == (OutcomeUnknown, "answer_unclear")
    assert f"{network} answered" in caplog.text
    assert "which is in no table: {" in caplog.text
    for words in ("quota", "uplicate", "OAuth", "token"):
        assert words not in caplog.text


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
