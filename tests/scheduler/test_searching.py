"""Finding posts by their words: folded, by beginnings, in one organisation, with the filters and pages of the list."""

import importlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import Membership
from lib.tenancy.scope import scope
from scheduler.models import Post, Publication
from scheduler.services import composing
from scheduler.services.composing import Words
from tests.factories import make_organisation, make_user
from tests.scheduler.pages import House, at_most

NOW = datetime(2026, 12, 9, 12, 0, tzinfo=UTC)


def write(house: House, text: str, own_texts: dict[str, str] | None = None) -> Post:
    """A post of Alice's on both accounts, as the composer saves it."""
    words = Words(
        text=text,
        own_texts=own_texts or {},
        account_ids=frozenset({house.page.pk, house.x.pk}),
        planned_at=NOW,
    )
    with house.scope():
        return composing.create_post(uuid.uuid4(), words, member=Membership.objects.get(user=house.alice), now=NOW)


def found(house: House, question: str, **filters: Any) -> set[str]:
    answer = house.browser().get(house.url("posts/"), {"state": "draft", "q": question, **filters})
    return {row.publication.post.text for row in answer.context["rows"]}


def test_accents_and_capitals_do_not_matter_and_beginnings_do(house: House) -> None:
    buche = write(house, "La Bûche aux marrons, dès vendredi")
    write(house, "Les horaires de Noël")

    for question in ("bûche", "BUCHE", "buch", "marr bûc", "  vendredi, marrons!"):
        assert found(house, question) == {buche.text}, question
    assert found(house, "bûche Noël") == set()
    assert found(house, "arrons") == set()


def test_a_networks_own_words_are_found_too(house: House) -> None:
    post = write(house, "The stollen is back", own_texts={"x": "Marzipan, at last"})

    assert found(house, "marzipan") == {post.text}


def test_words_follow_what_is_saved(house: House) -> None:
    post = write(house, "The stollen is back")
    with house.scope():
        words = Words(text="The panettone is back", account_ids=frozenset({house.page.pk}))
        composing.save_post(post.pk, words, version=1, member=Membership.objects.get(user=house.alice), now=NOW)

    assert found(house, "stollen") == set()
    assert found(house, "panettone") == {words.text}


def test_it_goes_with_the_other_filters_and_is_kept_from_page_to_page(house: House) -> None:
    write(house, "Warm rolls")

    page = house.browser().get(house.url("posts/"), {"state": "draft", "q": "Warm & rolls"}).content.decode()

    assert found(house, "rolls", account=house.x.pk, day="2026-12-09") == {"Warm rolls"}
    assert found(house, "rolls", day="2026-12-10") == set()
    assert "q=Warm+%26+rolls" in page
    assert 'value="Warm &amp; rolls"' in page


@pytest.mark.parametrize("question", ["'", "\\", "a' | 'b", "':*", "& !", "%", "\0", "é" * 500, "1:2"])
def test_no_question_breaks_it(house: House, question: str) -> None:
    write(house, "Warm rolls")

    assert house.browser().get(house.url("posts/"), {"q": question}).status_code == 200


@pytest.mark.parametrize(
    "words", [["rolls"], ["zzz' | '{other}:rolls"], ["zzz':* | '{other}:rolls"], ["\\' | rolls"], [""]]
)
def test_no_word_leads_to_another_organisations_posts(house: House, words: list[str]) -> None:
    write(house, "Warm rolls")
    elsewhere = make_organisation("Elsewhere", owner=make_user("Charlie"))
    asked = [word.replace("{other}", str(house.organisation.pk)) for word in words]

    with scope(organisation=elsewhere.pk), connection.cursor() as cursor:
        cursor.execute("SELECT passage.posts_with_words(%s)", [asked])
        assert cursor.fetchall() == []


def test_without_a_scope_nothing_is_found(house: House) -> None:
    write(house, "Warm rolls")

    with connection.cursor() as cursor:
        cursor.execute("SELECT passage.posts_with_words('{rolls}')")
        assert cursor.fetchall() == []


def test_a_thousand_posts_take_no_more_queries(house: House) -> None:
    house.fill(1000, publish_at=NOW - timedelta(days=1))
    with house.scope():
        Post.objects.update(search_words=f"'{house.organisation.pk}:post'")
    browser = house.browser()
    browser.get(house.url("posts/?q=post"))

    with at_most(8):
        answer = browser.get(house.url("posts/?q=post"))

    assert len(answer.context["rows"]) == 50
    assert answer.context["page"].older


def test_posts_from_before_get_their_words(house: House) -> None:
    migration = importlib.import_module("scheduler.migrations.0005_fill_post_search_words")
    with house.scope():
        before = write(house, "Bûche à l’ancienne, Łódź", own_texts={"x": "Le cœur"})
        written = Post.objects.values_list("search_words", flat=True).get(pk=before.pk)
        Post.objects.update(search_words=None)

        migration.fill(apps, None)

        assert Post.objects.values_list("search_words", flat=True).get(pk=before.pk) == written
        assert Publication.objects.with_words(["buche", "coeur"]).count() == 2
