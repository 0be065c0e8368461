"""The composer's fields for what a post is on each network: made from the provider, kept, judged at their place."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations import registry
from integrations.contract import Form
from integrations.errors import TransientError
from integrations.testing import InMemoryProvider
from scheduler.models import Post
from scheduler.services.composing import Shape, shapes_of
from scheduler.states import State
from tests.factories import make_asset
from tests.scheduler.pages import House

EVENT = {
    "shown-facebook": [
        "form",
        "audience",
        "topics",
        "quiet",
        "title",
        "details",
        "tickets",
        "starts_at",
        "first_comment",
    ],
    "form-facebook": "event",
    "option-facebook-audience": "followers",
    "option-facebook-topics": "bread\r\n\r\nyeast ",
    "option-facebook-quiet": "on",
    "option-facebook-title": " Stollen evening ",
    "option-facebook-starts_at": "2026-12-12T18:00",
    "first_comment-facebook": "Open from seven.",
}


@pytest.fixture
def network() -> Iterator[InMemoryProvider]:
    """Both networks as the one in memory plays them; Facebook's accounts have access."""
    facebook = InMemoryProvider(key="facebook")
    with registry.replaced({"facebook": facebook, "x": InMemoryProvider(key="x")}):
        yield facebook


def shape(post: Post, house: House) -> Shape:
    with house.scope():
        return shapes_of(Post.objects.get(pk=post.pk)).get("facebook", Shape())


def test_a_page_keeps_what_it_sends_of_each_network(house: House, network: InMemoryProvider) -> None:
    post = house.compose(**EVENT)

    assert shape(post, house) == Shape(
        form=Form.EVENT,
        options={
            "audience": "followers",
            "topics": ["bread", "yeast"],
            "quiet": True,
            "title": "Stollen evening",
            "starts_at": "2026-12-12T18:00:00+00:00",
        },
        first_comment="Open from seven.",
    )
    page = house.browser().get(house.url(f"posts/{post.pk}/edit/")).content.decode()
    assert '<option value="event" selected>Event</option>' in page
    assert 'value="Stollen evening"' in page
    assert 'value="2026-12-12T18:00"' in page
    assert "Open from seven." in page


def test_fields_of_another_form_are_not_shown_and_not_lost(house: House, network: InMemoryProvider) -> None:
    post = house.compose(**EVENT)
    page = house.sent(
        key=str(post.key),
        version="1",
        account=[house.page.pk],
        **{"shown-facebook": ["form"], "form-facebook": "post"},
    )

    answer = (
        house.browser().post(house.url(f"posts/{post.pk}/edit/"), page, headers={"X-Autosave": "1"}).content.decode()
    )

    assert 'id="option-facebook-title"' not in answer
    found = shape(post, house)
    assert (found.form, found.options["title"]) == (Form.POST, "Stollen evening")
    assert network.validate(_composition(post, house)) == ()


def _composition(post: Post, house: House) -> Any:
    from scheduler.compositions import composition_of

    with house.scope():
        return composition_of(Post.objects.get(pk=post.pk), "facebook")


def test_a_page_without_these_fields_leaves_them_as_they_are(house: House, network: InMemoryProvider) -> None:
    post = house.compose(**EVENT)

    page = house.sent(key=str(post.key), version="1", account=[house.page.pk], text="Other words")
    house.browser().post(house.url(f"posts/{post.pk}/edit/"), page, headers={"X-Autosave": "1"})

    assert shape(post, house).form is Form.EVENT


def test_a_plain_form_keeps_what_usually_holds_unsaid(house: House, network: InMemoryProvider) -> None:
    post = house.compose(**{"shown-facebook": ["form", "audience", "quiet"], "option-facebook-audience": "everyone"})

    assert shape(post, house) == Shape()


def test_what_is_wrong_is_said_at_its_field_and_leads_there(house: House, network: InMemoryProvider) -> None:
    post = house.compose(**{**EVENT, "option-facebook-starts_at": "", "option-facebook-title": "a" * 61})

    page = house.browser().get(house.url(f"posts/{post.pk}/edit/")).content.decode()

    assert 'href="#option-facebook-starts_at" data-goes' in page
    assert 'aria-invalid="true" aria-describedby="option-facebook-title-error"' in page
    assert 'id="option-facebook-starts_at-error"' in page


def test_what_a_network_would_refuse_is_not_scheduled(house: House, network: InMemoryProvider) -> None:
    sent = house.sent(account=[house.page.pk], act="now", **{**EVENT, "option-facebook-starts_at": ""})

    answer = house.browser().post(house.url("compose/"), sent)

    assert answer.status_code == 422
    with house.scope():
        assert {one.state for one in Post.objects.get().publications.all()} == {State.DRAFT}


def test_a_thread_has_a_field_for_the_next_part(house: House, network: InMemoryProvider) -> None:
    sent = {"shown-facebook": ["form", "parts"], "form-facebook": "thread", "part-facebook": ["Second", " ", "Third"]}
    post = house.compose(**sent)

    assert shape(post, house).parts == ("Second", "Third")
    page = house.browser().get(house.url(f"posts/{post.pk}/edit/")).content.decode()
    assert page.count('name="part-facebook"') == 3
    assert 'id="part-facebook-2"' in page


def test_a_film_may_have_a_cover_from_the_gallery(house: House, network: InMemoryProvider) -> None:
    with house.scope():
        film = make_asset(content_type="video/mp4", name="oven.mp4", duration_ms=9000)
        cover = make_asset(name="crust.jpg")
    sent = {"picture": [film.pk], "shown-facebook": ["cover"], "cover-facebook": cover.pk}
    post = house.compose(**sent)

    assert shape(post, house).cover_id == cover.pk
    page = house.browser().get(house.url(f"posts/{post.pk}/edit/")).content.decode()
    assert f'<option value="{cover.pk}" selected>crust.jpg</option>' in page


def test_another_organisations_picture_is_no_cover(house: House, network: InMemoryProvider) -> None:
    post = house.compose(**{"shown-facebook": ["cover"], "cover-facebook": "987654"})

    assert shape(post, house).cover_id is None


def test_choices_of_the_account_are_asked_of_its_network(house: House, network: InMemoryProvider) -> None:
    from django.utils import timezone

    from integrations import vault

    with house.scope():
        grant = house.page.grant
        grant.sealed = vault.seal(
            network.access(now=timezone.now()),
            organisation_id=grant.organisation_id,
            purpose=vault.person(grant.network, grant.outside_id),
        )
        grant.save()
    url = house.url(f"accounts/{house.page.pk}/choices/album/?chosen=album-2")

    answer = house.browser().get(url).content.decode()
    network.fail_next("choices", TransientError("unavailable", network="facebook"))
    troubled = house.browser().get(url)

    assert '<option value="album-2" selected>Cakes</option>' in answer
    assert '<option value="album-2" selected>album-2</option>' in troubled.content.decode()
    assert "disturbance" in troubled["HX-Trigger"]
    assert house.browser().get(house.url(f"accounts/{house.page.pk}/choices/nothing/")).status_code == 404


def test_the_preview_tells_all_that_goes_out(house: House, network: InMemoryProvider) -> None:
    post = house.compose(**EVENT)

    page = house.browser().get(house.url(f"posts/{post.pk}/edit/")).content.decode()
    preview = page[page.index('id="composer-previews"') :]

    assert "Stollen evening" in preview
    assert "12 December 2026, 18:00" in preview
    assert "Open from seven." in preview


def test_everything_is_escaped(house: House, network: InMemoryProvider) -> None:
    post = house.compose(**{**EVENT, "first_comment-facebook": "</textarea><script>x</script>"})

    page = house.browser().get(house.url(f"posts/{post.pk}/edit/")).content.decode()

    assert "<script>x" not in page
