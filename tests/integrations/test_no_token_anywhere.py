"""After a whole life (connected, refreshed, published, disconnected) no token stands anywhere but sealed."""

import base64
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from config.env import env
from integrations import budgets, registry, vault
from integrations.contract import Composition, Credentials, Progress
from integrations.errors import OutcomeUnknown
from integrations.models import ConnectAttempt
from integrations.services import looking
from integrations.services.disconnecting import disconnect
from integrations.services.refreshing import tend_grants
from lib.tenancy.scope import scope
from tests.integrations.conftest import Acme
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.twins import NADIA
from tests.integrations.test_connecting import connect_x, go_to_facebook, pages_of, rows

NOTHING: Progress = {}


class Witness(logging.Handler):
    """Keeps every line that any logger writes, down to DEBUG, with its arguments and tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{self.format(record)} {record.args!r}")


@pytest.fixture
def witness() -> Iterator[Witness]:
    handler, root = Witness(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


class Secrets:
    """Notes every token that passes the vault's door, on its way in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: set[str] = set()
        to_facts, seal_text = vault.to_facts, vault.seal_text

        def noting(credentials: Credentials) -> dict[str, object]:
            self.found |= {credentials.access_token, credentials.refresh_token} - {""}
            return to_facts(credentials)

        def noting_text(text: str, **rest: Any) -> bytes:
            if not text.startswith(("{", "[")):
                self.found.add(text)  # a PKCE verifier
            return seal_text(text, **rest)

        monkeypatch.setattr(vault, "to_facts", noting)
        monkeypatch.setattr(vault, "seal_text", noting_text)


def live_through_everything(acme: Acme, twins: Sandbox) -> None:
    now = timezone.now()
    connect_x(acme)
    page = go_to_facebook(acme, twins)
    acme.client.post(page.request["PATH_INFO"], {"presence": [each["id"] for each in pages_of(twins, NADIA)]})
    acme.client.get(acme.base)
    looking.look_at_accounts(now=now)
    tend_grants(now=now + timedelta(minutes=100))
    for account in rows(acme):
        acme.client.get(f"{acme.base}{account.pk}/")
        publish(acme, account.pk, lost=False)
        publish(acme, account.pk, lost=True, twins=twins)
    twins.control("faults", operation="x.token.refresh", fault="lost_answer")
    tend_grants(now=now + timedelta(hours=4))
    tend_grants(now=now + timedelta(hours=5))
    for account in rows(acme):
        with scope(organisation=acme.organisation.pk):
            disconnect(account, cancel_scheduled=True, now=now)
    tend_grants(now=now + timedelta(hours=6))


def publish(acme: Acme, account_id: int, *, lost: bool, twins: Sandbox | None = None) -> None:
    with scope(organisation=acme.organisation.pk):
        (account,) = vault.accounts_for_calls([account_id]).values()
        network = next(row.network for row in rows(acme) if row.pk == account_id)
    assert not isinstance(account, Exception)
    provider = registry.provider(network)
    composition = Composition(text=f"Words of {account_id}, {'lost' if lost else 'sent'}")
    if twins is None:
        provider.commit(account, composition, NOTHING, now=timezone.now())
    else:
        operation = "x.tweets" if network == "x" else "facebook.feed"
        twins.control("faults", operation=operation, fault="lost_answer")
        with pytest.raises(OutcomeUnknown) as caught:
            provider.commit(account, composition, NOTHING, now=timezone.now())
        logging.getLogger("tests").error("as a careless worker would", exc_info=caught.value)
    budgets.write_reports(now=timezone.now())


def everything_in_the_database(acme: Acme) -> Iterator[tuple[str, str]]:
    """Yield every column of every table that can hold text or bytes, as the organisation sees it."""
    with scope(organisation=acme.organisation.pk, user=acme.alice.pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea')"
            "AND has_table_privilege(format('%I.%I', table_schema, table_name), 'SELECT')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
            for (value,) in cursor.fetchall():
                raw = bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
                yield f"{table}.{column}", raw.decode("latin-1")


def everything_in_redis() -> Iterator[tuple[str, str]]:
    client = redis.Redis.from_url(env.redis_url)
    for key in client.scan_iter():
        yield "redis", f"{key!r} {client.dump(key)!r}"


def everything_in_files() -> Iterator[tuple[str, str]]:
    for folder in (env.media_root, env.key_store):
        for path in Path(folder).rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes().decode("latin-1")


def test_no_token_stands_anywhere_but_sealed(
    acme: Acme, twins: Sandbox, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Secrets(monkeypatch)

    live_through_everything(acme, twins)

    assert len(secrets.found) >= 8  # verifiers, X's pair twice, Meta's token and its pages'
    places = [
        *everything_in_the_database(acme),
        *everything_in_redis(),
        *everything_in_files(),
        *(("session", str(session.get_decoded())) for session in Session.objects.all()),
        *(("log", line) for line in witness.lines),
    ]
    assert len(places) > 100
    for secret in secrets.found:
        for form in (secret, base64.b64encode(secret.encode()).decode().rstrip("=")):
            assert [name for name, text in places if form in text] == []


def test_the_search_would_find_a_token(acme: Acme) -> None:
    """A witness against the test above: planted in the clear, a token is found."""
    with scope(organisation=acme.organisation.pk):
        ConnectAttempt.objects.create(
            network="x", user=acme.alice, state_hash="planted-token", started_at=timezone.now()
        )

    assert any("planted-token" in text for _, text in everything_in_the_database(acme))


def test_a_code_and_a_state_do_not_stay_in_an_address(acme: Acme, twins: Sandbox) -> None:
    page = connect_x(acme)

    assert "?" not in page.redirect_chain[-1][0]
    assert "code=" not in page.content.decode()
