"""The pages about how messages come in: one account's reading, more from before, what could not be read."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.permissions import Role
from integrations.services.lanes import ensure_lanes
from moderation.models import InboundEvent, Poll
from moderation.services.polling import begin_polling
from tests.houses import signed_in
from tests.moderation.conftest import Inbox


@pytest.fixture
def alice(inbox: Inbox) -> Client:
    with inbox.scope():
        inbox.account.capabilities = ["publish", "engage"]
        inbox.account.save()
    begin_polling(now=timezone.now())
    return signed_in(inbox.house.alice)


def dead_event(inbox: Inbox, key: str) -> InboundEvent:
    with inbox.scope():
        found: InboundEvent = InboundEvent.objects.create(
            network="memory",
            social_account=inbox.account,
            lane=ensure_lanes(inbox.account, ["intake"])["intake"],
            key=key,
            payload={"text": "An almond allergy"},
            state=InboundEvent.State.DEAD,
            reason="event_unreadable",
        )
        return found


def test_the_panel_says_when_an_account_was_asked(inbox: Inbox, alice: Client) -> None:
    path = inbox.house.path(f"inbox/accounts/{inbox.account.pk}/")

    assert "Not asked yet" in alice.get(path).content.decode()
    with inbox.scope():
        Poll.objects.update(polled_at=timezone.now(), reason="over_budget")
    answer = alice.get(path).content.decode()

    assert "Last asked" in answer
    assert "takes no more for now" in answer


def test_more_is_brought_in_from_a_chosen_period(inbox: Inbox, alice: Client) -> None:
    path = inbox.house.path(f"inbox/accounts/{inbox.account.pk}/fill/")

    answer = alice.post(path, {"days": "30"}, follow=True)

    assert "last 30 days is being brought in" in answer.content.decode()
    with inbox.scope():
        poll = Poll.objects.get()
        assert timedelta(days=29) < timezone.now() - poll.since < timedelta(days=31)
        assert poll.cursor == {}
    refused = alice.post(path, {"days": "3000"}, follow=True)
    assert "7, 30, 90 days are allowed" in refused.content.decode()
    assert inbox.house.browser_of(Role.AGENT).post(path, {"days": "7"}).status_code == 403


def test_what_could_not_be_read_is_listed_and_read_again(inbox: Inbox, alice: Client) -> None:
    first, second = dead_event(inbox, "one"), dead_event(inbox, "two")
    page = alice.get(inbox.house.path("inbox/unread/")).content.decode()
    assert page.count("does not understand. It is kept") == 2
    assert "almond" not in page

    alice.post(inbox.house.path("inbox/unread/read/"), {"event": first.pk})
    with inbox.scope():
        assert dict(InboundEvent.objects.values_list("pk", "state")) == {first.pk: "waiting", second.pk: "dead"}
    alice.post(inbox.house.path("inbox/unread/read/"))

    with inbox.scope():
        assert not InboundEvent.objects.filter(state="dead").exists()
