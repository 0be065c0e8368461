"""Answering in private with a finger, in French: the narrowest place for its button."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from integrations.models import SocialAccount
from moderation.models import ModerationAction
from tests.moderation.inbox.browsers import browsing
from tests.moderation.inbox.pages import write
from tests.scheduler.pages import House, build_house

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(transactional_db: None) -> House:
    return build_house()


def test_a_comment_is_answered_in_private_by_its_own_button(
    house: House, chromium: Browser, live_server: LiveServer, page_errors: list[str]
) -> None:
    with house.scope():
        SocialAccount.objects.filter(pk=house.page.pk).update(capabilities=["publish", "engage", "messages"])
    User.objects.filter(pk=house.alice.pk).update(language="fr")
    item = write(house)

    with browsing(chromium, live_server, house.alice, page_errors, width=390) as page:
        page.goto(house.url(f"inbox/{item.pk}/"))
        expect(page.locator("#live")).to_contain_text("En direct")
        page.locator("#reply-text").fill("À la porte de côté.")
        button = page.get_by_role("button", name="Répondre en privé")
        expect(button).to_be_in_viewport(ratio=1)
        button.click()

        expect(page.locator("[data-own]")).to_contain_text("à son auteur seul")
        expect(button).to_have_count(0)

    with house.scope():
        assert [each.act for each in ModerationAction.objects.all()] == ["reply_privately"]
    assert page_errors == []
