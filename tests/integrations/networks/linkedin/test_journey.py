"""A LinkedIn page in the product: connected by clicks, published to, written to, told of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation
from integrations import registry
from integrations.engagement import Arrived
from integrations.models import Grant, SocialAccount
from integrations.services.disconnecting import disconnect
from integrations.services.looking import look_at_accounts
from lib.tenancy.scope import scope
from moderation.models import Message
from moderation.services.polling import begin_polling, poll_due
from moderation.services.reading import read_due
from moderation.services.receiving import receive
from scheduler.models import Publication
from scheduler.services.publishing import publish_due
from scheduler.states import State
from tests.factories import make_organisation, make_post, make_publication, make_user
from tests.integrations.journeys import back, consent, departure
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.linkedin.stage import HARTLEY, NADIA, LinkedInStage
from tests.integrations.networks.sandbox import Sandbox


@dataclass(frozen=True)
class Journey:
    stage: LinkedInStage
    organisation: Organisation
    client: Client

    def account(self) -> SocialAccount:
        with scope(organisation=self.organisation.pk):
            found: SocialAccount = SocialAccount.objects.select_related("grant").get()
            return found

    def messages(self) -> list[tuple[str, str]]:
        with scope(organisation=self.organisation.pk):
            return sorted(Message.objects.values_list("text", "answers_id"))


@pytest.fixture
def journey(transactional_db: None, sandbox: Sandbox, ear: Ear) -> Iterator[Journey]:
    stage, alice, client = LinkedInStage(sandbox, ear), make_user("Alice"), Client()
    client.force_login(alice)
    organisation = make_organisation("Acme", owner=alice)
    with registry.replaced({"linkedin": stage.provider}):
        base = f"/o/{organisation.slug}/accounts/"
        page = back(client, consent(departure(client, f"{base}connect/linkedin/"), member=NADIA))
        assert "Tidewater Museum" in page.content.decode()
        client.post(page.request["PATH_INFO"], {"presence": [HARTLEY]})
        yield Journey(stage=stage, organisation=organisation, client=client)


def test_a_page_is_connected_with_the_end_of_its_consent(journey: Journey) -> None:
    account = journey.account()

    assert (account.network_id, account.title) == (HARTLEY, "Hartley & Rye")
    assert set(account.capabilities) >= {"publish", "engage"}
    assert account.grant is not None
    assert account.grant.consent_ends_at is not None
    assert account.grant.consent_ends_at - timezone.now() > timedelta(days=364)
    page = journey.client.get(f"/o/{journey.organisation.slug}/accounts/{account.pk}/").content.decode()
    assert "renews itself as long as the consent lasts" in page


def test_a_publication_goes_out_and_what_is_written_under_it_comes_in(journey: Journey) -> None:
    with scope(organisation=journey.organisation.pk):
        publication = make_publication(
            post=make_post("Stollen (the good one)"), social_account=journey.account(), publish_at=timezone.now()
        )
    publish_due(timezone.now)
    with scope(organisation=journey.organisation.pk):
        published = Publication.objects.get(pk=publication.pk)
    assert published.state == State.PUBLISHED, published.reason

    journey.stage.sandbox.control("strangers/comment", network="linkedin", on=published.network_id, text="Until when?")
    begin_polling(now=timezone.now())
    poll_due(timezone.now)

    assert journey.messages() == [("Until when?", "")]


def test_linkedin_tells_by_itself_and_nobody_is_asked_for_names(journey: Journey) -> None:
    look_at_accounts(now=timezone.now())
    assert journey.account().listening == SocialAccount.Listening.TOLD
    account = journey.stage.account()
    post_id = journey.stage.post(account)
    journey.stage.comment(account, post_id, "Is it vegan?")

    for arrived in journey.stage.arrived(account):
        assert isinstance(arrived, Arrived)
        receive("linkedin", journey.stage.provider, arrived, now=timezone.now())
    read_due(timezone.now)

    assert journey.messages() == [("Is it vegan?", "")]
    assert journey.stage.sandbox.calls("linkedin.comments.get") == []


def test_the_last_account_ends_its_events_and_its_grant(journey: Journey) -> None:
    look_at_accounts(now=timezone.now())
    with scope(organisation=journey.organisation.pk):
        disconnect(journey.account(), cancel_scheduled=True, now=timezone.now())

    look_at_accounts(now=timezone.now())

    assert journey.stage.sandbox.ask("webhooks")["targets"]["linkedin"]["subscriptions"] == []
    account = journey.account()
    assert (account.listening, account.sealed) == (SocialAccount.Listening.OFF, None)
    with scope(organisation=journey.organisation.pk):
        assert Grant.objects.get().state == Grant.State.WITHDRAWN
