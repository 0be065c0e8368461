"""Home: who waits, what goes out today, and nothing of others but counts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.permissions import Role
from integrations.models import SocialAccount
from lib.tenancy.scope import scope
from moderation.models import Intervention
from moderation.states import ItemState
from scheduler.states import State
from scheduler.telling import LATE
from tests.factories import make_organisation, make_post, make_publication, make_social_account, make_user
from tests.moderation.inbox.pages import fill, open_accounts, write
from tests.scheduler.pages import House, at_most, build_house
from web.figures import read_home


@pytest.fixture
def house(db: None) -> House:
    return build_house()


def fill_with_needs(house: House) -> None:
    now = timezone.now()
    with house.scope():
        SocialAccount.objects.filter(pk=house.x.pk).update(state=SocialAccount.State.LOST)
        make_publication(post=make_post("Held"), social_account=house.x)
        for title, state, fields in (
            ("Doubtful", State.OUTCOME_UNKNOWN, {}),
            ("Broken", State.FAILED, {"state_changed_at": now}),
            ("Reviewed", State.IN_REVIEW, {}),
            ("Late", State.SCHEDULED, {"reason": LATE}),
        ):
            make_publication(post=make_post(title), social_account=house.page, state=state, available_at=None, **fields)


def test_it_lists_what_needs_a_person(house: House) -> None:
    fill_with_needs(house)

    page = house.browser().get(house.url()).content.decode()

    assert "Facebook may have published “Doubtful”" in page
    assert "X no longer lets us speak for @acme" in page
    assert "1 publication is held." in page
    assert "“Broken” did not go out on Facebook" in page
    assert "“Late” missed its hour" in page
    assert "1 post waits for your approval" in page


def test_an_approver_is_asked_for_approvals_only(house: House) -> None:
    fill_with_needs(house)
    approver = house.join("Ruth", Role.APPROVER)

    needs = house.browser(approver.user).get(house.url()).context["needs"]

    assert [need.action for need in needs] == ["Review"]


def test_today_stands_around_the_present(house: House) -> None:
    now = timezone.now()
    with house.scope():
        post = make_post("Both networks")
        for account in (house.page, house.x):
            make_publication(post=post, social_account=account, publish_at=now)

    day = house.browser().get(house.url()).context["day"]

    assert (day.posts, day.total) == (1, 2)
    assert [sorted(line.networks) for line in (*day.past, *day.coming)] == [["facebook", "x"]]


def test_other_organisations_show_counts_of_what_one_may_answer(house: House) -> None:
    other = make_organisation("Fournil", owner=house.alice)
    strange = make_organisation("Strangers")
    for organisation in (other, strange):
        with scope(organisation=organisation.pk):
            make_publication(
                social_account=make_social_account(),
                state=State.FAILED,
                available_at=None,
                state_changed_at=timezone.now(),
            )

    elsewhere = house.browser().get(house.url()).context["elsewhere"]

    assert [(one.organisation.name, one.count) for one in elsewhere] == [("Fournil", 1)]


def test_counts_of_other_organisations_leave_out_the_one_that_is_shown(house: House) -> None:
    other = make_organisation("Fournil", owner=house.alice)
    fill_with_needs(house)
    with house.scope():
        _figures, beside = read_home(house.alice.memberships.get(), now=timezone.now())

    assert beside.elsewhere == {other.pk: 0}


def test_few_needs_are_counted_in_words(house: House) -> None:
    browser = house.browser()
    write(house)
    assert "One thing needs you" in browser.get(house.url()).content.decode()
    fill_with_needs(house)

    assert "Six things need you" in browser.get(house.url()).content.decode()


def test_a_newcomer_is_asked_to_connect_an_account(db: None) -> None:
    owner = make_user()
    organisation = make_organisation(owner=owner)
    client = Client()
    client.force_login(owner)

    assert "Connect a first account" in client.get(f"/o/{organisation.slug}/").content.decode()


def test_the_way_in_leads_to_the_organisation_visited_last(house: House) -> None:
    other = make_organisation("Zebra", owner=house.alice)
    browser = house.browser()

    assert browser.get("/").headers["Location"] == house.url()
    browser.get(f"/o/{other.slug}/")
    assert browser.get("/").headers["Location"] == f"/o/{other.slug}/"
    browser.cookies["organisation"] = "a-strangers-place"
    assert browser.get("/").headers["Location"] == house.url()


def test_who_waits_in_the_inbox_stands_there_by_network(house: House) -> None:
    now = timezone.now()
    write(house, "Camille", "Is it back?", at=now - timedelta(hours=2))
    write(house, "Noé", at=now)
    write(house, "Lou", account=house.x)
    write(house, "Done", state=ItemState.CLOSED)
    write(house, "Unlucky", state=ItemState.REPLIED, send_failed=True)

    page = house.browser().get(house.url())

    waiting = page.context["waiting"]
    assert (waiting.count, [(one.network, one.count) for one in waiting.shares]) == (3, [("facebook", 2), ("x", 1)])
    assert [need.title for need in page.context["needs"]] == [
        "A reply to Unlucky did not reach Facebook",
        "3 people wait for an answer",
    ]
    assert "Camille has waited longest: “Is it back?”" in page.content.decode()


def answered(house: House, name: str, *, minutes: int, at: datetime, account: Any = None) -> None:
    item = write(house, name, state=ItemState.REPLIED, account=account)
    with house.scope():
        Intervention.objects.create(
            item=item, opened_at=at, waiting_since=at - timedelta(minutes=minutes), first_reply_at=at
        )


def test_todays_pace_is_the_median_wait_for_a_first_answer(house: House) -> None:
    now = timezone.now()
    for name, minutes in (("Camille", 5), ("Noé", 14), ("Lou", 300)):
        answered(house, name, minutes=minutes, at=now)
    answered(house, "Long ago", minutes=1, at=now - timedelta(days=2))
    agent = house.join("Ines", Role.AGENT)
    answered(house, "On X", minutes=90, at=now, account=house.x)
    with house.scope():
        open_accounts(agent, house.x)

    page = house.browser(agent.user).get(house.url())

    assert house.browser().get(house.url()).context["answered_in"] == timedelta(minutes=52)
    assert page.context["answered_in"] == timedelta(minutes=90)
    assert "1 h 30" in page.content.decode()


def test_who_waits_is_told_to_those_who_may_answer(house: House) -> None:
    write(house)
    planner, contributor = (house.browser(house.join("Pat", role).user) for role in (Role.PLANNER, Role.CONTRIBUTOR))

    assert planner.get(house.url()).context["needs"] == []
    assert planner.get(house.url()).context["waiting"].count == 1
    assert contributor.get(house.url()).context["waiting"] is None


def test_who_waits_elsewhere_is_counted(house: House) -> None:
    other = build_house(owner=house.alice, name="Fournil")
    write(other)

    elsewhere = house.browser().get(house.url()).context["elsewhere"]

    assert [(one.organisation.name, one.count) for one in elsewhere] == [("Fournil", 1)]


def test_a_thousand_posts_and_messages_take_at_most_eight_queries(house: House) -> None:
    make_organisation("Fournil", owner=house.alice)
    fill(house, 1000)
    fill_with_needs(house)
    house.fill(1000, publish_at=timezone.now() - timedelta(minutes=1))
    house.fill(200, publish_at=timezone.now(), state=State.FAILED)
    browser = house.browser()
    browser.get(house.url())

    with at_most(8):
        assert browser.get(house.url()).status_code == 200
