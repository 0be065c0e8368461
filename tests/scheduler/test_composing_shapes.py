"""The composer's fields for what a post is on each network: made from the provider, kept, judged at their place."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations import registry
from integrations.contract import Form, Option, OptionType
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
    assert f'name="cover-facebook" value="{cover.pk}" checked>' in page
    assert f'<img src="{house.url(f"gallery/{cover.pk}/thumbnail/")}"' in page


def test_another_organisations_picture_is_no_cover(house: House, network: InMemoryProvider) -> None:
    post = house.compose(**{"shown-facebook": ["cover"], "cover-facebook": "987654"})

    assert shape(post, house).cover_id is None


def give_access(house: House, network: InMemoryProvider) -> None:
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


def test_choices_of_the_account_are_asked_of_its_network(house: House, network: InMemoryProvider) -> None:
    give_access(house, network)
    url = house.url(f"accounts/{house.page.pk}/choices/album/?option-facebook-album=album-2%09Cakes")

    answer = house.browser().get(url).content.decode()
    network.fail_next("choices", TransientError("unavailable", network="facebook"))
    troubled = house.browser().get(url)

    assert '<option value="album-2\tCakes" selected>Cakes</option>' in answer
    assert '<option value="album-1\tBread">Bread</option>' in answer
    assert '<option value="album-2\tCakes" selected>Cakes</option>' in troubled.content.decode()
    assert "disturbance" in troubled["HX-Trigger"]
    assert house.browser().get(house.url(f"accounts/{house.page.pk}/choices/nothing/")).status_code == 404


def test_choosing_what_the_account_has_works_without_scripts(house: House, network: InMemoryProvider) -> None:
    give_access(house, network)
    with house.scope():
        picture = make_asset()
    sent = house.sent(
        account=[house.page.pk],
        picture=[picture.pk],
        act=f"ask {house.page.pk} album",
        **{"shown-facebook": ["album"], "option-facebook-album": "album-2\tCakes"},
    )

    page = house.browser().post(house.url("compose/"), sent, follow=True)

    with house.scope():
        post = Post.objects.get()
    assert (page.status_code, page.redirect_chain[0][0]) == (
        200,
        house.url(f"posts/{post.pk}/choose/{house.page.pk}/album/"),
    )
    answer = page.content.decode()
    assert '<option value="album-1\tBread">Bread</option>' in answer
    assert '<option value="album-2\tCakes" selected>Cakes</option>' in answer
    assert "<dd>Cakes</dd>" in answer  # the preview knows it by its name, and so does the post from now on
    found = shape(post, house)
    assert (found.options, found.option_names) == ({"album": "album-2"}, {"album": "Cakes"})


@pytest.mark.parametrize(
    ("answer", "kept", "told"),
    [("", {}, None), ("yes", {"for_children": True}, "yes"), ("no", {"for_children": False}, "no")],
)
def test_a_question_that_must_be_answered_is_open_until_it_is(
    house: House, network: InMemoryProvider, answer: str, kept: dict[str, bool], told: str | None
) -> None:
    network.options = (*network.options, Option(name="for_children", type=OptionType.FLAG, required=True))
    sent = {"shown-facebook": ["for_children"], **({"option-facebook-for_children": answer} if answer else {})}
    post = house.compose(**sent)

    page = house.browser().get(house.url(f"posts/{post.pk}/edit/")).content.decode()

    assert shape(post, house).options == kept
    assert page.count('name="option-facebook-for_children"') == 2
    assert (f'value="{told}" checked' in page, f"<dd>{told}</dd>" in page) == (told is not None, told is not None)
    assert ("Say yes or no." in page) == (told is None)
    assert [each.key for each in network.validate(_composition(post, house))] == ["option_unanswered"] * (told is None)


def test_what_stands_in_a_field_by_itself_is_told_to_a_network_that_asks(
    house: House, network: InMemoryProvider
) -> None:
    lasts = Option(name="lasts", type=OptionType.CHOICE, choices=("1", "7"), default="7", required=True)
    network.options = (*network.options, lasts)
    post = house.compose(**{"shown-facebook": ["lasts"], "option-facebook-lasts": "7"})

    found = _composition(post, house)

    assert shape(post, house).options == {}
    assert found.options == {"lasts": "7"}
    assert network.validate(found) == ()


def test_two_versions_are_compared_in_all_that_they_say(house: House, network: InMemoryProvider) -> None:
    with house.scope():
        cover, film = make_asset(name="crust.jpg"), make_asset(content_type="video/mp4", name="oven.mp4", duration_ms=9)
    post = house.compose(**EVENT)
    theirs = house.sent(
        key=str(post.key),
        version=str(post.version),
        account=[house.page.pk],
        picture=[film.pk],
        link="https://bakery.example/stollen",
        **{**EVENT, "option-facebook-title": "Stollen night", "shown-facebook": [*EVENT["shown-facebook"], "cover"]},
        **{"cover-facebook": cover.pk},
    )
    mine = {**theirs, "picture": [], "link": "", "cover-facebook": "", "day": "2026-12-11", "hour": "09:30"}
    mine["option-facebook-title"] = "Stollen evening"
    address = house.url(f"posts/{post.pk}/edit/")
    house.browser().post(address, theirs, headers={"X-Autosave": "1"})

    answer = house.browser().post(address, mine, headers={"X-Autosave": "1"})

    assert answer.status_code == 409
    assert [(one.what, one.theirs, one.ours) for one in answer.context["differences"]] == [
        ("Link", "https://bakery.example/stollen", "—"),
        ("Files", "oven.mp4", "—"),
        ("Hour", "—", "11 December 2026, 09:30"),
        ("Facebook: Title of the film", "Stollen night", "Stollen evening"),
        ("Facebook: cover", "crust.jpg", "—"),
    ]
    assert "The shared text is the same in both." in answer.content.decode()


def test_a_link_goes_with_the_post_and_own_words_have_their_own(house: House, network: InMemoryProvider) -> None:
    from scheduler.compositions import composition_of

    post = house.compose(
        account=[house.page.pk, house.x.pk],
        link=" https://bakery.example ",
        **{"own-x": "Stollen!", "own-link-x": "https://x.bakery.example"},
    )
    page = house.browser().get(house.url(f"posts/{post.pk}/edit/")).content.decode()

    with house.scope():
        found = Post.objects.get(pk=post.pk)
        links = {each: composition_of(found, each).link for each in ("facebook", "x")}
        found.own_links = {}
        assert composition_of(found, "x").link == ""  # words of its own without a link have none
    assert links == {"facebook": "https://bakery.example", "x": "https://x.bakery.example"}
    assert 'value="https://x.bakery.example"' in page


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
