"""Before a shorter rule is saved, the threads that it will take can be read, and nothing of what others may not see."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Role
from eventlog.models import Event
from integrations.models import AccountAccess
from lib.tenancy.scope import scope
from moderation.models import Thread
from privacy.models import LegalHold
from tests.houses import House, signed_in
from tests.moderation.factories import make_item, make_message, make_thread

pytestmark = pytest.mark.django_db(transaction=True)

WANTED = "retention/effect/list/?key=messages&period=P12M&mode=delete"


def fetch(user: Any, path: str) -> tuple[int, list[list[str]]]:
    async def get() -> tuple[int, str]:
        browser = AsyncClient()
        await browser.aforce_login(user)
        response: Any = await browser.get(path)
        if not response.streaming:
            return response.status_code, ""
        return response.status_code, b"".join([part async for part in response]).decode()

    status, text = async_to_sync(get)()
    return status, list(csv.reader(StringIO(text.removeprefix("\ufeff"))))[1:]


def old_thread(**fields: Any) -> Thread:
    thread = make_thread(last_activity_at=timezone.now() - timedelta(days=500), **fields)
    make_message(make_item(thread=thread))
    return thread


def test_it_names_what_the_page_counts_and_nothing_else(
    house: House, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privacy.due_lists._BATCH", 2)
    with scope(organisation=house.acme.pk):
        going = [old_thread(subject_text=f"=Stollen {number}") for number in range(5)]
        held = old_thread()
        LegalHold.objects.create(title="Claim", reason="Court", scope="thread", subject_id=held.pk)
        make_thread(last_activity_at=timezone.now())
    with scope(organisation=house.elsewhere.pk):
        old_thread()

    page = alice.get(house.path("retention/effect/?key=messages&period=P12M")).content.decode()
    status, rows = fetch(house.alice, house.path(WANTED))

    assert "List of threads" in page
    assert WANTED.partition("?")[2].replace("&", "&amp;") in page
    assert status == 200
    assert [row[0] for row in rows] == [str(thread.pk) for thread in going]
    assert rows[0][4].startswith("'=Stollen")  # no formula
    assert rows[0][5] == "1"
    with scope(organisation=house.acme.pk):
        assert Thread.objects.count() == 7
        assert Event.objects.filter(name="privacy.list.taken").exists()


def test_accounts_that_a_member_may_not_read_are_not_in_it(house: House) -> None:
    with scope(organisation=house.acme.pk):
        mine, other = old_thread(), old_thread()
        assert other.pk
    limited = house.member(Role.ADMINISTRATOR)
    with scope(organisation=house.acme.pk):
        Membership.objects.filter(pk=limited.pk).update(all_accounts=False)
        AccountAccess.objects.create(membership=limited, social_account=mine.social_account)

    _status, rows = fetch(limited.user, house.path(WANTED))

    assert [row[0] for row in rows] == [str(mine.pk)]


@pytest.mark.parametrize("query", ["key=people&period=P12M", "key=messages&period=P1D", "key=messages&period=x", ""])
def test_where_nothing_is_listed_or_allowed_there_is_none(house: House, query: str) -> None:
    assert signed_in(house.alice).get(house.path(f"retention/effect/list/?{query}")).status_code == 404
