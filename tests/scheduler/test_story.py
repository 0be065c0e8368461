"""One publication's story: what happened, the evidence, and decisions that are taken once."""

from datetime import timedelta

from accounts.permissions import Role
from scheduler.comparison import Comparison, Seen
from scheduler.models import Delivery, Look, Publication, Queue
from scheduler.states import Outcome, State
from tests.factories import NOON, make_post, make_publication, make_user
from tests.scheduler.pages import House

SENT = "Meet Aisha, Callum and Jo. Two places are open."


def lost(house: House, *, sightings: list[dict[str, object]] | None = None) -> Publication:
    """A publication whose answer was lost, with one look at the network."""
    publication = make_publication(
        post=make_post(SENT, author=house.alice),
        social_account=house.x,
        state=State.OUTCOME_UNKNOWN,
        queue="reconcile",
        available_at=None,  # the looks are over: it waits for a person
    )
    delivery = Delivery.objects.create(
        publication=publication,
        number=1,
        lease_token=1,
        fingerprint="9f3c" * 16,
        text=SENT,
        media_count=1,
        outcome=Outcome.UNKNOWN,
        started_at=NOON,
        ended_at=NOON + timedelta(seconds=30),
    )
    verdict = Look.Verdict.ALIKE if sightings else Look.Verdict.NOTHING
    Look.objects.create(
        delivery=delivery, looked_at=NOON + timedelta(minutes=1), verdict=verdict, sightings=sightings or []
    )
    return publication


SIGHTING: dict[str, object] = {
    "network_id": "777",
    "permalink": "https://x.com/acme/status/777",
    "text": "Meet Aisha, Callum and Jo.",
    "published_at": (NOON + timedelta(seconds=49)).isoformat(),
    "media_count": 0,
}


def test_it_shows_what_was_sent_beside_what_the_network_shows(house: House) -> None:
    with house.scope():
        publication = lost(house, sightings=[SIGHTING])

    page = house.browser().get(house.url(f"publications/{publication.pk}/")).content.decode()

    assert "<del> Two places are open.</del>" in page
    assert "49 s after our call" in page
    assert "first 26 of 47 characters" in page
    assert "0 of 1" in page
    assert 'data-keys="1"' in page
    assert 'data-keys="2"' in page


def test_network_text_is_escaped() -> None:
    delivery = Delivery(text="<b>ours</b>", media_count=0, started_at=NOON)
    seen = Seen(network_id="1", permalink="", text="<script>x</script>", published_at=None, media_count=0)

    comparison = Comparison(delivery=delivery, seen=seen)

    assert "<script>" not in comparison.seen_marked
    assert "<b>" not in comparison.sent_marked


def test_recognising_it_records_what_was_seen_once(house: House) -> None:
    with house.scope():
        publication = lost(house, sightings=[SIGHTING])
    url = house.url(f"publications/{publication.pk}/recognise/")

    for _time in range(2):
        assert house.browser().post(url, {"seen": "777"}).status_code == 302

    with house.scope():
        publication.refresh_from_db()
    assert publication.state == State.PUBLISHED
    assert publication.network_id == "777"
    assert publication.permalink == "https://x.com/acme/status/777"


def test_a_post_that_no_look_found_is_recognised_by_its_address(house: House) -> None:
    with house.scope():
        publication = lost(house)
    url = house.url(f"publications/{publication.pk}/recognise/")

    assert house.browser().post(url, {"address": "somewhere"}).status_code == 422
    house.browser().post(url, {"address": "https://x.com/acme/status/123456789"})

    with house.scope():
        publication.refresh_from_db()
    assert (publication.state, publication.network_id) == (State.PUBLISHED, "123456789")


def test_sending_again_schedules_it_once(house: House) -> None:
    with house.scope():
        publication = lost(house)
    url = house.url(f"publications/{publication.pk}/send-again/")

    for _time in range(2):
        house.browser().post(url)

    with house.scope():
        publication.refresh_from_db()
    assert publication.state == State.SCHEDULED


def test_it_is_not_sent_again_before_portevoix_has_looked(house: House) -> None:
    with house.scope():
        publication = lost(house)
        Publication.objects.filter(pk=publication.pk).update(available_at=NOON, queue=Queue.RECONCILE)
    page = house.browser().get(house.url(f"publications/{publication.pk}/")).content.decode()

    house.browser().post(house.url(f"publications/{publication.pk}/send-again/"))

    assert "once Portevoix has looked" in page
    assert 'data-keys="2"' not in page
    with house.scope():
        publication.refresh_from_db()
    assert publication.state == State.OUTCOME_UNKNOWN


def test_a_failure_is_explained_and_can_be_sent_again(house: House) -> None:
    with house.scope():
        publication = make_publication(
            social_account=house.x,
            state=State.FAILED,
            available_at=None,
            reason="media_refused",
            reason_data={"key": "media_refused", "parameters": {}, "detail": "<i>bad</i> image"},
        )
    browser = house.browser()

    page = browser.get(house.url(f"publications/{publication.pk}/")).content.decode()
    assert "X cannot use the picture." in page
    assert "&lt;i&gt;bad&lt;/i&gt; image" in page

    browser.post(house.url(f"publications/{publication.pk}/retry/"))
    with house.scope():
        publication.refresh_from_db()
    assert publication.state == State.SCHEDULED


def test_only_planners_decide_and_strangers_find_nothing(house: House) -> None:
    with house.scope():
        publication = lost(house)
    contributor = house.join("Carol", Role.CONTRIBUTOR)

    for deed in ("cancel", "move", "retry", "send-now", "recognise", "send-again"):
        url = house.url(f"publications/{publication.pk}/{deed}/")
        assert house.browser(contributor.user).post(url).status_code == 403
        assert house.browser(make_user()).post(url).status_code == 404
        assert house.browser().post(house.url(f"publications/999999/{deed}/")).status_code in {404, 422}

    assert house.browser(make_user()).get(house.url(f"publications/{publication.pk}/")).status_code == 404


def test_an_hour_in_the_past_is_refused_and_another_taken(house: House) -> None:
    with house.scope():
        publication = make_publication(social_account=house.page)
    url = house.url(f"publications/{publication.pk}/move/")

    assert house.browser().post(url, {"day": "soon"}).status_code == 422
    house.browser().post(url, {"day": "2020-01-01", "hour": "08:00"})
    with house.scope():
        publication.refresh_from_db()
        assert publication.publish_at == NOON
    house.browser().post(url, {"day": "2030-07-01", "hour": "08:00"})

    with house.scope():
        publication.refresh_from_db()
    assert publication.publish_at is not None
    assert publication.publish_at.isoformat() == "2030-07-01T07:00:00+00:00"


def test_the_story_is_in_order(house: House) -> None:
    post = house.compose()
    publication = house.publications(post)[0]

    page = house.browser().get(house.url(f"publications/{publication.pk}/"))

    assert [chapter.text for chapter in page.context["story"]] == ["Alice wrote it"]
