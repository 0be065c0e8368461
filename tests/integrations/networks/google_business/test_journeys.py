"""From the accounts page to Google and back, and a review from Google's push into the inbox."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.env import env
from integrations import register, registry, vault
from integrations.models import Grant, SocialAccount
from integrations.register import Kind
from integrations.services.disconnecting import disconnect
from integrations.services.looking import look_at_accounts
from integrations.services.refreshing import tend_grants
from lib.tenancy.scope import scope
from moderation.models import InboundEvent, Message
from moderation.services.polling import begin_polling, poll_due
from moderation.services.reading import read_due
from tests.integrations.conftest import Acme
from tests.integrations.journeys import back, consent, departure
from tests.integrations.networks.google_business.stage import HARTLEY, NADIA, OWEN, BusinessStage

MANAGE = "https://www.googleapis.com/auth/business.manage"


@pytest.fixture
def heard(told: BusinessStage) -> Iterator[BusinessStage]:
    """Google's twin, and our provider pointed at it; its pushes are kept for the test to bring."""
    with registry.replaced({"google_business": told.provider}):
        yield told


def choosing(acme: Acme, person: str) -> Any:
    """Go to Google as this person and come back to what can be chosen."""
    address = departure(acme.client, acme.base + "connect/google_business/")
    return back(acme.client, consent(address, person=person, scope=[MANAGE]))


def rows(acme: Acme) -> list[SocialAccount]:
    with scope(organisation=acme.organisation.pk):
        return list(SocialAccount.objects.order_by("pk"))


def test_any_of_two_hundred_profiles_is_found_and_chosen(acme: Acme, heard: BusinessStage) -> None:
    page = choosing(acme, OWEN)
    assert "200" in page.content.decode()

    found = acme.client.get(page.request["PATH_INFO"], {"q": "10 High Street, Wigan"}).content.decode()
    assert found.count('name="presence"') == 1
    last = "2060000000000001199"
    assert f'value="{last}"' in found
    acme.client.post(page.request["PATH_INFO"], {"presence": [last]})

    [account] = rows(acme)
    assert (account.network_id, account.name) == (last, "Pryce Opticians, 10 High Street, Wigan")
    assert account.details["profile"].endswith(f"/locations/{last}")
    assert account.capabilities == ["engage", "insights", "publish"]
    with scope(organisation=acme.organisation.pk):
        grant = Grant.objects.get()
    assert (grant.outside_id, grant.name) == (OWEN, "owen@pryceopticians.example")


def test_a_profile_that_google_does_not_show_says_so_after_the_first_look(acme: Acme, heard: BusinessStage) -> None:
    heard.sandbox.control("withdraw", network="google_business", reason="suspended", location=HARTLEY)
    page = choosing(acme, NADIA)
    acme.client.post(page.request["PATH_INFO"], {"presence": [HARTLEY]})

    look_at_accounts(now=timezone.now())

    [account] = rows(acme)
    assert account.details["standing"] == "suspended"


def test_a_pushed_review_is_in_the_inbox_with_its_words_and_stars(acme: Acme, heard: BusinessStage) -> None:
    page = choosing(acme, NADIA)
    acme.client.post(page.request["PATH_INFO"], {"presence": [HARTLEY]})
    look_at_accounts(now=timezone.now())
    [account] = rows(acme)
    assert account.listening == SocialAccount.Listening.TOLD

    heard.sandbox.control(
        "strangers/review", network="google_business", account=HARTLEY, text="Best rye in town", stars=5
    )
    # Hartley & Rye stands in two accounts, and one of them is told.
    [pushed] = heard.arrived()
    for _ in range(2):  # Pub/Sub delivers at least once
        answer = Client().post(
            "/webhooks/google_business",
            pushed.body,
            content_type="application/json",
            headers={"authorization": pushed.headers["authorization"]},
        )
        assert answer.status_code == 200
    with scope(organisation=acme.organisation.pk):
        assert InboundEvent.objects.count() == 1

    read_due(timezone.now)

    with scope(organisation=acme.organisation.pk):
        [message] = Message.objects.select_related("author")
        assert (message.text, message.rating, message.kind) == ("Best rye in town", 5, "review")
        assert message.author is not None
        assert message.author.name


def test_a_push_that_google_did_not_sign_is_refused(acme: Acme, heard: BusinessStage) -> None:
    answer = Client().post("/webhooks/google_business", b"{}", content_type="application/json")

    assert answer.status_code == 403


@pytest.mark.parametrize(("client", "is_revoked"), [("ours", False), ("another", True)])
def test_leaving_google_business_ends_a_grant_that_youtube_lives_by_only_with_a_client_of_its_own(
    acme: Acme, heard: BusinessStage, monkeypatch: pytest.MonkeyPatch, client: str, is_revoked: bool
) -> None:
    ids = replace(env, google_business_client_id="ours", youtube_client_id=client)
    monkeypatch.setattr(registry, "env", ids)
    page = choosing(acme, NADIA)
    acme.client.post(page.request["PATH_INFO"], {"presence": [HARTLEY]})
    [account] = rows(acme)
    with scope(organisation=acme.organisation.pk):
        credentials = vault.open_grant(Grant.objects.get())
        register.use("youtube", Kind.PERSON, [NADIA])

        disconnect(account, cancel_scheduled=True, now=timezone.now())
    tend_grants(now=timezone.now() + timedelta(minutes=5))

    assert bool(heard.sandbox.calls("google.revoke")) is is_revoked
    if not is_revoked:
        assert heard.provider.refresh(credentials, now=timezone.now()).access_token
    with scope(organisation=acme.organisation.pk):
        assert Grant.objects.get().sealed is None


def test_what_google_tells_nobody_is_noticed_within_a_day(acme: Acme, heard: BusinessStage) -> None:
    """That a review was removed, and that somebody changed an answer by hand, on reviews that no poll reads again."""

    def review(text: str, who: str) -> str:
        deed = heard.sandbox.control(
            "strangers/review", network="google_business", account=HARTLEY, text=text, stars=4, **{"as": who}
        )
        return str(deed["id"])

    def answer(text: str) -> None:
        heard.sandbox.control("strangers/reply", network="google_business", on=answered, text=text)

    answered, removed = review("Good rye", "Megan Price"), review("Awful", "Rhys Llewellyn")
    answer("Thank you")
    heard.sandbox.control("clock", move=3 * 60 * 60)
    page = choosing(acme, NADIA)
    acme.client.post(page.request["PATH_INFO"], {"presence": [HARTLEY]})
    review("Good buns", "Grace Mbeki")
    begin_polling(now=timezone.now())
    poll_due(timezone.now)
    heard.remove(removed)
    answer("Thank you, Megan")

    poll_due(lambda: timezone.now() + timedelta(hours=2))
    with scope(organisation=acme.organisation.pk):
        assert set(Message.objects.values_list("visibility", flat=True)) == {"visible"}
    poll_due(lambda: timezone.now() + timedelta(hours=26))

    with scope(organisation=acme.organisation.pk):
        found = [(each.text, each.origin, each.visibility) for each in Message.objects.order_by("written_at", "pk")]
    assert found == [
        ("Good rye", "stranger", "visible"),
        ("", "stranger", "deleted"),
        ("", "native", "deleted"),
        ("Good buns", "stranger", "visible"),
        ("Thank you, Megan", "native", "visible"),
    ]
