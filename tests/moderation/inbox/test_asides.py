"""Private answers and blocking as the page of an item offers them."""

import uuid

import pytest

from accounts.permissions import Role
from integrations.models import SocialAccount
from moderation.models import Identity, Message, ModerationAction
from moderation.states import WayOut
from tests.moderation.inbox.pages import browser, join, write
from tests.scheduler.pages import House

BUTTON = 'name="privately"'


@pytest.fixture(autouse=True)
def messages_allowed(house: House) -> None:
    with house.scope():
        SocialAccount.objects.filter(pk=house.page.pk).update(capabilities=["publish", "engage", "messages"])


def test_a_comment_is_answered_in_private_from_its_page(house: House) -> None:
    item = write(house)
    client = house.browser()
    assert BUTTON in client.get(house.url(f"inbox/{item.pk}/")).content.decode()
    fields = {"seen_message": item.last_stranger_message_id, "seen_own": 0, "seen_note": 0, "privately": "on"}

    answer = client.post(
        house.url(f"inbox/{item.pk}/reply/"), {"text": "At the side door.", "key": str(uuid.uuid4()), **fields}
    )

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Handed over: it goes to its author alone, on Facebook." in html
    assert "to its author alone" in html
    assert BUTTON not in client.get(house.url(f"inbox/{item.pk}/")).content.decode()
    with house.scope():
        action = ModerationAction.objects.select_related("reply").get()
        assert (action.act, action.state, action.reply.kind) == ("reply_privately", WayOut.WAITING, "private")


def test_an_author_is_blocked_and_the_page_says_so(house: House) -> None:
    item = write(house)
    client = house.browser()
    with house.scope():
        message = Message.objects.get(item=item)
    url = house.url(f"inbox/messages/{message.pk}")

    answer = client.post(f"{url}/block/", {"key": str(uuid.uuid4())})

    assert "Its author is being blocked on Facebook." in answer.content.decode()
    with house.scope():
        Identity.objects.filter(items=item).update(blocked_by=[house.page.pk])
    html = client.get(house.url(f"inbox/{item.pk}/")).content.decode()
    assert f"{url}/unblock/" in html
    assert f"{url}/block/" not in html
    assert "Blocked by" in html


def test_who_may_not_moderate_is_offered_no_block(house: House) -> None:
    item = write(house)
    analyst = join(house, "Vera Vogel", role=Role.ANALYST)
    with house.scope():
        message = Message.objects.get(item=item)

    answer = browser(analyst).post(house.url(f"inbox/messages/{message.pk}/block/"), {"key": str(uuid.uuid4())})

    assert answer.status_code == 403
    with house.scope():
        assert not ModerationAction.objects.exists()
