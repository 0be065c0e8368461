"""A YouTube channel in the product: connected by clicks, a film published with all that goes with it, answered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation
from gallery.storage import storage
from integrations import registry
from integrations.models import Grant, SocialAccount
from integrations.networks.youtube import webhooks
from integrations.services.disconnecting import disconnect
from integrations.services.looking import look_at_accounts
from integrations.services.refreshing import tend_grants
from lib.tenancy.scope import scope
from moderation.models import Message, Poll, Thread
from moderation.services.polling import begin_polling, poll_due
from moderation.services.receiving import receive
from scheduler.models import PostAsset, PostShape, Publication, Queue
from scheduler.services.following_up import follow_up_due
from scheduler.services.preparing import prepare_due
from scheduler.services.publishing import publish_due
from scheduler.states import State
from tests import films
from tests.factories import make_asset, make_organisation, make_post, make_publication, make_user
from tests.integrations.journeys import back, consent, departure
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import picture
from tests.integrations.networks.youtube.stage import HARTLEY, NADIA, PLAYLIST, YouTubeStage

CORRIE = "UCcorriecycles0000000002"


@dataclass(frozen=True)
class Journey:
    stage: YouTubeStage
    organisation: Organisation
    client: Client

    def account(self, network_id: str = HARTLEY) -> SocialAccount:
        with scope(organisation=self.organisation.pk):
            found: SocialAccount = SocialAccount.objects.select_related("grant").get(network_id=network_id)
            return found

    def connect(self, channel: str) -> None:
        """Go through Google's page and choose a channel there."""
        address = departure(self.client, f"/o/{self.organisation.slug}/accounts/connect/youtube/")
        scopes = sorted(each for wanted in self.stage.provider.scopes.values() for each in wanted)
        back(self.client, consent(address, person=NADIA, identity=channel, scope=scopes))

    def plan(self) -> Publication:
        with scope(organisation=self.organisation.pk):
            content, cover = films.film(payload=b"rye" * 400_000), picture("red")
            storage().save("tests/film.mp4", content, content_type="video/mp4")
            storage().save("tests/cover.png", cover.open().read(), content_type="image/png")
            film = make_asset(
                storage_key="tests/film.mp4",
                name="oven.mp4",
                content_type="video/mp4",
                size_bytes=len(content),
                width=320,
                height=240,
                duration_ms=12_500,
            )
            picture_of_it = make_asset(
                storage_key="tests/cover.png", content_type="image/png", size_bytes=cover.size_bytes
            )
            post = make_post("From the oven.")
            PostAsset.objects.create(post=post, asset=film, position=0)
            PostShape.objects.create(
                post=post,
                network="youtube",
                options={"title": "Rye is back", "made_for_kids": False, "playlist": PLAYLIST, "tags": ["rye"]},
                first_comment="The recipe is below.",
                cover=picture_of_it,
            )
            return make_publication(
                post=post,
                social_account=self.account(),
                publish_at=timezone.now(),
                queue=Queue.MEDIA,
                is_prepared=False,
            )

    def fresh(self, publication: Publication) -> Publication:
        with scope(organisation=self.organisation.pk):
            found: Publication = Publication.objects.get(pk=publication.pk)
            return found


@pytest.fixture
def journey(transactional_db: None, sandbox: Sandbox, ear: Ear) -> Iterator[Journey]:
    stage, alice, client = YouTubeStage(sandbox, ear), make_user("Alice"), Client()
    client.force_login(alice)
    with registry.replaced({"youtube": stage.provider}):
        found = Journey(stage=stage, organisation=make_organisation("Acme", owner=alice), client=client)
        found.connect(HARTLEY)
        yield found


def later(seconds: float) -> Callable[[], datetime]:
    return lambda: timezone.now() + timedelta(seconds=seconds)


def test_the_channel_chosen_at_google_is_connected_at_once(journey: Journey) -> None:
    account = journey.account()

    assert account.title == "Hartley & Rye"
    assert set(account.capabilities) >= {"publish", "engage"}
    assert account.grant is not None
    assert account.grant.outside_id == f"{NADIA}/{HARTLEY}"


def test_another_channel_of_the_same_person_leaves_the_first_alone(journey: Journey) -> None:
    journey.connect(CORRIE)

    first, second = journey.account(HARTLEY), journey.account(CORRIE)
    assert first.state == second.state == SocialAccount.State.ACTIVE
    assert first.grant_id != second.grant_id
    with scope(organisation=journey.organisation.pk):
        disconnect(second, cancel_scheduled=True, now=timezone.now())
        assert Grant.objects.get(outside_id=f"{NADIA}/{CORRIE}").state == Grant.State.WITHDRAWN
    tend_grants(now=timezone.now())
    assert journey.stage.sandbox.calls("google.revoke") == []  # it would have ended the first channel's access too
    with scope(organisation=journey.organisation.pk):
        disconnect(journey.account(HARTLEY), cancel_scheduled=True, now=timezone.now())
    tend_grants(now=timezone.now() + timedelta(minutes=5))
    assert len(journey.stage.sandbox.calls("google.revoke")) == 1


def test_a_film_goes_out_once_and_all_that_goes_with_it_follows(journey: Journey) -> None:
    publication = journey.plan()

    prepare_due(timezone.now)
    assert journey.stage.sandbox.out("youtube", HARTLEY) == []
    publish_due(timezone.now)
    published = journey.fresh(publication)
    assert published.state == State.PUBLISHED, published.reason
    assert published.reason == "awaiting_verdict"
    journey.stage.sandbox.control("clock", move=10)
    for seconds in range(60, 400, 30):
        follow_up_due(later(seconds))

    [out] = journey.stage.sandbox.out("youtube", HARTLEY)
    assert out.text == "From the oven."
    account = journey.stage.account()
    assert journey.stage.under(account, out.network_id) == ["cover", "playlist", "The recipe is below."]
    assert journey.fresh(publication).reason == ""


def test_comments_come_in_turns_and_the_page_says_so(journey: Journey) -> None:
    look_at_accounts(now=timezone.now())
    account = journey.stage.account()
    post_id = journey.stage.post(account)
    journey.stage.comment(account, post_id, "Until when?")

    begin_polling(now=timezone.now())
    poll_due(timezone.now)

    with scope(organisation=journey.organisation.pk):
        assert list(Message.objects.values_list("text", flat=True)) == ["Until when?"]
        assert Poll.objects.get().interval_seconds == 180
    address = f"/o/{journey.organisation.slug}/accounts/{journey.account().pk}/"
    page = journey.client.get(address).content.decode()
    assert "The network tells of new films by itself, of comments it does not." in page


def test_a_new_film_is_told_and_becomes_no_message(journey: Journey) -> None:
    look_at_accounts(now=timezone.now())
    journey.stage.post(journey.stage.account())

    [arrived] = journey.stage.arrived(journey.stage.account())
    assert receive("youtube", journey.stage.provider, arrived, now=timezone.now()) == 1
    assert receive("youtube", journey.stage.provider, arrived, now=timezone.now()) == 0

    with scope(organisation=journey.organisation.pk):
        assert not Message.objects.exists()


def test_an_answer_that_its_author_took_back_is_noticed_within_a_day(journey: Journey) -> None:
    """Also under a film that was uploaded on YouTube itself, which is known here by its title alone."""
    account, sandbox = journey.stage.account(), journey.stage.sandbox
    post_id = journey.stage.post(account)
    journey.stage.comment(account, post_id, "Until when?")
    [asked] = sandbox.ask("said", network="youtube", on=post_id)["said"]
    answered = sandbox.control("strangers/reply", network="youtube", on=asked["id"], text="Until six, I think")
    begin_polling(now=timezone.now())
    poll_due(timezone.now)
    sandbox.control("strangers/delete", network="youtube", id=answered["id"])

    poll_due(later(60 * 60))
    with scope(organisation=journey.organisation.pk):
        assert set(Message.objects.values_list("visibility", flat=True)) == {"visible"}
        assert Thread.objects.get().subject_text == "The stollen"
    poll_due(later(26 * 60 * 60))

    with scope(organisation=journey.organisation.pk):
        assert dict(Message.objects.values_list("network_id", "visibility")) == {
            asked["id"]: "visible",
            answered["id"]: "deleted",
        }


def test_whether_the_hub_asked_back_is_kept_and_shown(journey: Journey) -> None:
    def asks_back(**changed: str) -> int:
        callback = webhooks._callback("https://app.example/w", HARTLEY, "our word")
        query = dict(parse_qsl(urlsplit(callback).query)) | {
            "hub.mode": "subscribe", "hub.topic": webhooks.TOPIC + HARTLEY, "hub.challenge": "c0ffee", **changed
        }  # fmt: skip
        return Client().get("/webhooks/youtube", query).status_code

    look_at_accounts(now=timezone.now())
    assert journey.account().listening == "told"  # asked for; the hub may still ask back
    look_at_accounts(now=timezone.now() + timedelta(hours=25))
    assert (journey.account().listening, journey.account().listening_reason) == ("polled", "webhook_refused")

    assert asks_back(seal="0" * 64) == 403
    assert journey.account().listening == "polled"
    assert asks_back() == 200
    assert (journey.account().listening, journey.account().listening_reason) == ("told", "")
    confirmed_at = journey.account().listening_confirmed_at
    assert asks_back(**{"hub.mode": "unsubscribe"}) == 200
    assert journey.account().listening_confirmed_at == confirmed_at

    look_at_accounts(now=timezone.now() + timedelta(hours=50))
    assert journey.account().listening == "told"
    look_at_accounts(now=timezone.now() + timedelta(days=6))
    assert journey.account().listening == "polled"
