"""One organisation gives a person's grant back while another connects through the same person: nobody is cut unseen."""

import time
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection

from integrations import register
from integrations.models import ConnectAttempt, Grant
from integrations.services import connecting
from integrations.services.refreshing import tend_grants
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from tests.factories import make_organisation, make_user
from tests.integrations.test_disconnecting import Client

NOW = datetime(2026, 12, 9, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


class Newcomer:
    """An organisation on its way back from the network."""

    def __init__(self) -> None:
        self.user = make_user("Bob")
        self.organisation_id = make_organisation("Newcomer", owner=self.user).pk
        self.leave_for_network()

    def leave_for_network(self) -> None:
        with scope(organisation=self.organisation_id, user=self.user.pk):
            departure = connecting.start("memory", user=self.user, redirect_uri="http://127.0.0.1/", now=NOW)
        self.attempt_id = departure.attempt_id

    def arrive(self) -> None:
        connecting.arrive(
            self.attempt_id,
            organisation_id=self.organisation_id,
            user_id=self.user.pk,
            code=f"code-{self.attempt_id}",
            denied=False,
            redirect_uri="http://127.0.0.1/",
            now=NOW,
        )

    def arrive_in_thread(self) -> Thread:
        def run() -> None:
            try:
                self.arrive()
            finally:
                connection.close()

        thread = Thread(target=run)
        thread.start()
        return thread

    @property
    def attempt(self) -> ConnectAttempt:
        with scope(organisation=self.organisation_id):
            found: ConnectAttempt = ConnectAttempt.objects.get(pk=self.attempt_id)
            return found


def users() -> list[int]:
    return register.users_of("memory", register.Kind.PERSON, "person-1")


def test_who_connects_during_a_revocation_waits_for_it_and_is_told(
    memory: InMemoryProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving, newcomer = Client("Acme", memory), Newcomer()
    leaving.leave()
    threads: list[Thread] = []
    revoke = memory.revoke

    def revoke_while_somebody_arrives(*args: Any, **named: Any) -> None:
        threads.append(newcomer.arrive_in_thread())
        for _ in range(100):
            if users() == [newcomer.organisation_id]:
                break
            time.sleep(0.05)
        time.sleep(0.3)
        assert memory.calls["list_presences"] == 1  # of those who leave: the newcomer waits
        revoke(*args, **named)
        connection.close()

    monkeypatch.setattr(memory, "revoke", revoke_while_somebody_arrives)
    tend_grants(now=NOW)
    for each in threads:
        each.join(timeout=10)

    assert (newcomer.attempt.step, newcomer.attempt.reason) == ("failed", "connect_failed")
    assert users() == []
    monkeypatch.setattr(memory, "revoke", revoke)
    newcomer.leave_for_network()
    newcomer.arrive()
    assert newcomer.attempt.step == "choosing"


def test_who_has_arrived_before_the_last_question_keeps_access(
    memory: InMemoryProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The use is noted before the network is asked for more: a revocation that is about to begin does not."""
    leaving, newcomer = Client("Acme", memory), Newcomer()
    leaving.leave()
    listing, may_list = Event(), Event()
    list_presences = memory.list_presences

    def slowly(*args: Any, **named: Any) -> Any:
        listing.set()
        assert may_list.wait(10)
        return list_presences(*args, **named)

    monkeypatch.setattr(memory, "list_presences", slowly)
    thread = newcomer.arrive_in_thread()
    assert listing.wait(10)
    tend_grants(now=NOW)
    may_list.set()
    thread.join(timeout=10)

    assert memory.calls["revoke"] == 0
    assert newcomer.attempt.step == "choosing"
    with scope(organisation=leaving.organisation_id):
        assert Grant.objects.get().sealed is None


def test_who_died_on_the_way_holds_no_revocation_up_for_ever(
    memory: InMemoryProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomer = Newcomer()

    def die(*args: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(memory, "list_presences", die)
    with pytest.raises(KeyboardInterrupt):
        newcomer.arrive()
    assert users() == [newcomer.organisation_id]
    assert newcomer.attempt.reason == "connect_interrupted"

    with scope(organisation=newcomer.organisation_id):
        connecting.tidy(now=NOW + connecting.CHOOSE_WITHIN * 2)

    assert users() == []
