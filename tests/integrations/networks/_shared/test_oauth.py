from datetime import UTC, datetime, timedelta

import pytest

from integrations.networks._shared.oauth import basic_authorisation, code_challenge, expiry

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    challenge = code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")

    assert challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_keys_with_a_colon_are_encoded_first() -> None:
    assert basic_authorisation("a:b", "c d") == "Basic YSUzQWI6YyUyMGQ="


@pytest.mark.parametrize(
    ("said", "life"),
    [(7200, timedelta(hours=2)), ("60", timedelta(minutes=1)), (0, None), (None, None), ("soon", None)],
)
def test_a_life_that_is_not_said_is_unknown(said: object, life: timedelta | None) -> None:
    assert expiry(said, now=NOON) == (NOON + life if life else None)
