"""Errands share a round trip and nothing else: each has its own transaction, its own scope and its own failure."""

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError

from lib.tenancy.errands import Errand, Statement, run_errands
from lib.tenancy.scope import scope
from scheduler.models import Post
from tests.tenancy.conftest import Two

TEXTS = Statement("SELECT text FROM scheduler_post")
SHOUT = Statement("UPDATE scheduler_post SET text = upper(text) || %s RETURNING text", ["!"])
FAIL = Statement("SELECT 1 / 0")


def test_each_sees_its_own_organisations_rows_only(two_committed: Two) -> None:
    acme, other = two_committed.acme.pk, two_committed.other.pk

    found = run_errands([Errand(acme, [TEXTS]), Errand(other, [TEXTS]), Errand(acme, [TEXTS])])

    mine, theirs = [[{"text": "Acme's words"}]], [[{"text": "Other's words"}]]
    assert found == [mine, theirs, mine]


def test_nothing_is_in_scope_afterwards(two_committed: Two) -> None:
    run_errands([Errand(two_committed.acme.pk, [TEXTS])])

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scheduler_post")
        assert cursor.fetchone() == (0,)


def test_each_has_a_transaction_of_its_own(two_committed: Two) -> None:
    who = Statement("SELECT pg_current_xact_id()::text AS id")

    [first, second] = run_errands([Errand(two_committed.acme.pk, [who, who]), Errand(two_committed.other.pk, [who])])

    assert first[0] == first[1]  # type: ignore[index]
    assert first[0] != second[0]  # type: ignore[index]


def test_one_that_fails_is_undone_and_takes_no_other_with_it(two_committed: Two) -> None:
    acme, other = two_committed.acme.pk, two_committed.other.pk

    before, failed, after = run_errands([Errand(other, [TEXTS]), Errand(acme, [SHOUT, FAIL]), Errand(other, [SHOUT])])

    assert isinstance(failed, DatabaseError)
    assert (before, after) == ([[{"text": "Other's words"}]], [[{"text": "OTHER'S WORDS!"}]])
    with scope(organisation=acme):
        assert Post.objects.get().text == "Acme's words"
    with scope(organisation=other):
        assert Post.objects.get().text == "OTHER'S WORDS!"


def test_a_statement_without_rows_answers_with_none(two_committed: Two) -> None:
    touch = Statement("UPDATE scheduler_post SET text = text")

    assert run_errands([Errand(two_committed.acme.pk, [touch, TEXTS])]) == [[[], [{"text": "Acme's words"}]]]


def test_they_refuse_to_share_somebody_elses_transaction(two_committed: Two) -> None:
    with transaction.atomic(), pytest.raises(TransactionManagementError):
        run_errands([Errand(two_committed.acme.pk, [TEXTS])])


def test_a_database_that_goes_away_is_heard_of(two_committed: Two) -> None:
    leave = Statement("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):
        run_errands([Errand(two_committed.acme.pk, [leave])])
    connection.close()

    assert run_errands([]) == []
