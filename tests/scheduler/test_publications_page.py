"""The list of publications: filters, pages by keyset, rows that come alone, and queries that do not grow."""

from datetime import timedelta

from django.utils import timezone

from accounts.permissions import Role
from integrations.models import SocialAccount
from scheduler.states import State
from tests.factories import make_post, make_publication, make_user
from tests.scheduler.pages import House, at_most


def test_it_shows_each_publication_with_its_hour_account_and_state(house: House) -> None:
    with house.scope():
        make_publication(post=make_post("Warm rolls"), social_account=house.x)

    page = house.browser().get(house.url("posts/")).content.decode()

    assert "Warm rolls" in page
    assert "@acme" in page
    assert 'data-state="scheduled"' in page


def test_filters_by_state_account_and_day(house: House) -> None:
    now = timezone.now()
    with house.scope():
        make_publication(post=make_post("Rolls"), social_account=house.x, publish_at=now)
        make_publication(
            post=make_post("Bread"), social_account=house.page, publish_at=now, state=State.FAILED, available_at=None
        )
    browser = house.browser()

    assert "Bread" not in browser.get(house.url("posts/?state=scheduled")).content.decode()
    assert "Rolls" not in browser.get(house.url("posts/?state=decide")).content.decode()
    assert "Rolls" not in browser.get(house.url(f"posts/?account={house.page.pk}")).content.decode()
    assert "Rolls" not in browser.get(house.url("posts/?day=2020-01-01")).content.decode()
    assert browser.get(house.url("posts/?day=yesterday&account=x&before=1_2&state=what")).status_code == 200


def test_held_and_late_ones_say_so(house: House) -> None:
    later = timezone.now() + timedelta(hours=30)
    with house.scope():
        SocialAccount.objects.filter(pk=house.x.pk).update(state=SocialAccount.State.LOST)
        make_publication(social_account=house.x)
        make_publication(social_account=house.page, publish_at=timezone.now(), available_at=later)

    page = house.browser().get(house.url("posts/")).content.decode()

    assert "held, authorisation lost" in page
    assert "later, at" in page


def test_pages_follow_one_another_without_gap(house: House) -> None:
    house.fill(120, publish_at=timezone.now() - timedelta(days=1))
    browser = house.browser()

    first = browser.get(house.url("posts/"))
    second = browser.get(house.url("posts/"), {"before": first.context["page"].older})
    third = browser.get(house.url("posts/"), {"before": second.context["page"].older})

    seen = [row.publication.pk for answer in (first, second, third) for row in answer.context["rows"]]
    assert len(seen) == len(set(seen)) == 120
    assert third.context["page"].older == ""


def test_a_row_comes_alone_and_strangers_get_none(house: House) -> None:
    with house.scope():
        publication = make_publication(social_account=house.page)
    url = house.url(f"publications/{publication.pk}/row/")

    answer = house.browser().get(url).content.decode()

    assert answer.strip().startswith(f'<li id="publication-{publication.pk}"')
    assert house.browser(make_user("Charlie")).get(url).status_code == 404
    assert house.browser().get(house.url("publications/999999/row/")).status_code == 404


def test_an_account_tells_what_it_holds(house: House) -> None:
    with house.scope():
        make_publication(post=make_post("Held rolls"), social_account=house.x)
    url = house.url(f"accounts/{house.x.pk}/publications/")

    assert "Held rolls" in house.browser().get(url).content.decode()


def test_an_approver_sees_no_drafts(house: House) -> None:
    house.compose()
    approver = house.join("Ruth", Role.APPROVER)

    assert "The stollen" in house.browser().get(house.url("posts/?state=draft")).content.decode()
    assert "The stollen" not in house.browser(approver.user).get(house.url("posts/?state=draft")).content.decode()


def test_a_thousand_posts_take_at_most_eight_queries(house: House) -> None:
    house.fill(1000, publish_at=timezone.now() - timedelta(hours=1))
    browser = house.browser()
    browser.get(house.url("posts/"))

    with at_most(8):
        assert browser.get(house.url("posts/")).status_code == 200
