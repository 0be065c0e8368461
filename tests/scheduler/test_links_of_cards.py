"""The links that LinkedIn's cards once had as an option become links like all others."""

from importlib import import_module

from django.db import connection

from scheduler.models import Post, PostShape
from tests.factories import make_post
from tests.scheduler.pages import House


def test_a_cards_link_moves_to_where_links_are_and_only_once(house: House) -> None:
    fill = import_module("scheduler.migrations.0012_links_of_cards").FILL
    with house.scope():
        post, other = make_post("Stollen!", author=house.alice), make_post("Cake", author=house.alice)
        PostShape.objects.create(post=post, network="linkedin", options={"link": "https://a.example", "title": "Cards"})
        PostShape.objects.create(post=other, network="facebook", options={"title": "Oven"})

        for _again in range(2):
            with connection.cursor() as cursor:
                cursor.execute(fill)

        found, untouched = Post.objects.get(pk=post.pk), Post.objects.get(pk=other.pk)
        assert (found.own_texts, found.own_links) == ({"linkedin": "Stollen!"}, {"linkedin": "https://a.example"})
        assert PostShape.objects.get(post=post).options == {"title": "Cards"}
        assert (untouched.own_texts, untouched.own_links) == ({}, {})
