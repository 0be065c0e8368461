"""Numbers without holes, in the order of commits, whatever is rolled back meanwhile."""

import random
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import Membership, Organisation
from lib.tenancy.scope import NoScope, scope
from live.changes import record_change
from live.models import LiveEvent, LiveSequence
from tests.factories import make_organisation


@pytest.fixture
def acme(db: None) -> Organisation:
    return make_organisation("Acme")


def events(organisation: Organisation) -> list[LiveEvent]:
    with scope(organisation=organisation.pk):
        return list(LiveEvent.objects.after(0))


def told(organisation: Organisation) -> list[tuple[int, int]]:
    return [(each.sequence, each.subject_id) for each in events(organisation)]


class Unlucky(Exception):
    pass


def test_a_transactions_changes_follow_one_another(acme: Organisation) -> None:
    with scope(organisation=acme.pk):
        record_change("publication", 7)
        record_change("account", 3, social_account=3)
        record_change("notice", 5, user=5)

    assert [(each.sequence, each.kind, each.subject_id) for each in events(acme)] == [
        (1, "publication", 7),
        (2, "account", 3),
        (3, "notice", 5),
    ]
    assert [(each.social_account_id, each.user_id) for each in events(acme)] == [(None, None), (3, None), (None, 5)]


def test_without_a_version_of_its_own_a_change_has_its_number(acme: Organisation) -> None:
    with scope(organisation=acme.pk):
        record_change("publication", 7)
        record_change("publication", 8, version=40)

    assert [each.version for each in events(acme)] == [1, 40]


def test_what_is_said_twice_is_told_once_with_its_newest_version(acme: Organisation) -> None:
    with scope(organisation=acme.pk):
        record_change("publication", 7, version=41)
        record_change("publication", 7, version=40)

    assert [(each.subject_id, each.version) for each in events(acme)] == [(7, 41)]


def test_what_a_savepoint_took_back_was_never_said(acme: Organisation) -> None:
    with scope(organisation=acme.pk):
        record_change("publication", 1)
        with pytest.raises(Unlucky), transaction.atomic():
            record_change("publication", 2)
            with transaction.atomic():
                record_change("publication", 3)
            raise Unlucky
        with transaction.atomic():
            record_change("publication", 4)

    assert told(acme) == [(1, 1), (2, 4)]


def test_what_a_nested_scope_took_back_was_never_said(acme: Organisation) -> None:
    with scope(organisation=acme.pk):
        with pytest.raises(Unlucky), scope(organisation=acme.pk):
            record_change("publication", 2)
            raise Unlucky
        record_change("publication", 1)

    assert told(acme) == [(1, 1)]


def test_a_scope_that_fails_says_nothing_and_leaves_nothing_for_the_next(acme: Organisation) -> None:
    with pytest.raises(Unlucky), scope(organisation=acme.pk):
        record_change("publication", 1)
        raise Unlucky
    with scope(organisation=acme.pk):
        record_change("publication", 2)
        transaction.set_rollback(True)
    with scope(organisation=acme.pk):
        record_change("publication", 3)

    assert told(acme) == [(1, 3)]


def test_each_organisation_counts_for_itself_and_sees_its_own(acme: Organisation) -> None:
    other = make_organisation("Other")
    with scope(organisation=acme.pk):
        record_change("publication", 1)
        with scope(organisation=other.pk):
            record_change("publication", 2)
        record_change("publication", 3)

    assert told(acme) == [(1, 1), (2, 3)]
    assert told(other) == [(1, 2)]


def test_it_asks_for_a_scope_and_a_kind_that_is_known(acme: Organisation) -> None:
    with pytest.raises(NoScope):
        record_change("publication", 1)
    with scope(organisation=acme.pk), pytest.raises(LookupError, match="register_kind"):
        record_change("weather", 1)


def statements(act: Any) -> list[str]:
    made: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        made.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    return made


@pytest.mark.django_db(transaction=True)
def test_they_are_one_statement_and_the_last_before_commit() -> None:
    acme = make_organisation("Acme")

    def act() -> None:
        with scope(organisation=acme.pk):
            for number in range(50):
                record_change("publication", number)
            LiveSequence.objects.count()

    made = statements(act)

    assert [sql.startswith("SELECT live_write_changes") for sql in made] == [False, True]


@pytest.mark.django_db(transaction=True)
def test_concurrent_transactions_leave_no_hole_and_number_in_the_order_of_their_commits() -> None:
    """Each writer also notes, in its transaction, what it had committed itself before: order is seen from outside."""
    acme = make_organisation("Acme")
    said: list[tuple[int, int]] = []
    threads = [threading.Thread(target=storm, args=(acme.pk, number, said)) for number in range(6)]
    watching = Watcher(acme.pk)
    watching.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watching.stop()

    found = events(acme)
    assert [each.sequence for each in found] == list(range(1, len(found) + 1))
    assert sorted((each.subject_id, each.version) for each in found) == sorted(said)
    for writer in range(6):
        assert [each.version for each in found if each.subject_id == writer] == sorted(
            version for subject, version in said if subject == writer
        )
    assert watching.holes == []


def perhaps_fail(chance: random.Random, share: float) -> None:
    if chance.random() < share:
        raise Unlucky


def storm(organisation_id: int, writer: int, said: list[tuple[int, int]]) -> None:
    """Say forty things in transactions some of which, or whose savepoints, are rolled back."""
    chance = random.Random(writer)
    try:
        for version in range(1, 41):
            kept: list[tuple[int, int]] = []
            try:
                with scope(organisation=organisation_id):
                    record_change("publication", writer, version=version)
                    kept.append((writer, version))
                    try:
                        with transaction.atomic():
                            record_change("account", 1000 + writer, version=version)
                            perhaps_fail(chance, 0.5)
                            kept.append((1000 + writer, version))
                    except Unlucky:
                        pass
                    perhaps_fail(chance, 0.3)
            except Unlucky:
                continue
            said += kept
    finally:
        connection.close()


class Watcher(threading.Thread):
    """Reads all the while what is committed: a number must never appear behind one that was already seen."""

    def __init__(self, organisation_id: int) -> None:
        super().__init__()
        self.organisation_id = organisation_id
        self.holes: list[tuple[int, list[int]]] = []
        self.ended = threading.Event()

    def run(self) -> None:
        try:
            seen = 0
            while not self.ended.is_set():
                numbers = list(self.read(seen))
                if numbers != list(range(seen + 1, seen + 1 + len(numbers))):
                    self.holes.append((seen, numbers))
                seen = max([seen, *numbers])
        finally:
            connection.close()

    def read(self, seen: int) -> Iterator[int]:
        with scope(organisation=self.organisation_id):
            yield from LiveEvent.objects.after(seen).values_list("sequence", flat=True)

    def stop(self) -> None:
        self.ended.set()
        self.join()


def test_a_page_says_as_of_which_number_it_is_and_a_part_does_not(
    acme: Organisation, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope(organisation=acme.pk):
        record_change("publication", 1)
        owner = Membership.objects.select_related("user").get()
    client.force_login(owner.user)

    page = client.get("/o/acme/posts/")
    part = client.get("/o/acme/posts/", headers={"HX-Request": "true"})

    assert 'data-live-cursor="1"' in page.content.decode()
    assert not hasattr(part.wsgi_request, "live_cursor")
