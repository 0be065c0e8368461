"""The inbox's list: its views, filters, counters and pages, and what each member may see of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.permissions import Role
from integrations.engagement import MessageKind
from moderation import searching
from moderation.models import Item, Message
from moderation.states import ItemState
from tests.moderation.inbox.pages import browser, fill, join, make_findable, names_in, open_accounts, write
from tests.scheduler.pages import House, at_most


def test_to_do_holds_those_who_wait_the_last_to_write_first(house: House) -> None:
    now = timezone.now()
    write(house, "Early", at=now - timedelta(hours=2))
    write(house, "Late", at=now - timedelta(minutes=1), state=ItemState.ASSIGNED, assignee=house.alice)
    write(house, "Closed", state=ItemState.CLOSED)

    page = house.browser().get(house.url("inbox/"))

    assert names_in(page) == ["Late", "Early"]


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("new", ["New"]),
        ("mine", ["Mine"]),
        ("assigned", ["Mine", "Theirs"]),
        ("deferred", ["Deferred"]),
        ("answered", ["Answered"]),
        ("closed", ["Closed"]),
        ("all", ["New", "Mine", "Theirs", "Deferred", "Answered", "Closed"]),
        ("nobody-gave-this", ["New", "Mine", "Theirs"]),
    ],
)
def test_each_view_holds_its_states(house: House, view: str, names: list[str]) -> None:
    now = timezone.now()
    colleague = join(house, "Marek").user
    written: dict[str, dict[str, Any]] = {
        "New": {},
        "Mine": {"state": ItemState.ASSIGNED, "assignee": house.alice},
        "Theirs": {"state": ItemState.ASSIGNED, "assignee": colleague},
        "Deferred": {"state": ItemState.DEFERRED, "deferred_until": now + timedelta(hours=1)},
        "Answered": {"state": ItemState.REPLIED},
        "Closed": {"state": ItemState.CLOSED},
    }
    for minutes, (name, fields) in enumerate(written.items()):
        write(house, name, at=now - timedelta(minutes=minutes), **fields)

    page = house.browser().get(house.url(f"inbox/?view={view}"))

    assert names_in(page) == names
    tab = page.context["queue"].tab
    assert tab.count == len(names)


def test_filters_stand_in_the_address_and_count_by_account(house: House) -> None:
    write(house, "On Facebook")
    write(house, "Privately", kind=MessageKind.PRIVATE)
    write(house, "On X", account=house.x, kind=MessageKind.MENTION)

    on_x = house.browser().get(house.url(f"inbox/?account={house.x.pk}"))
    private = house.browser().get(house.url("inbox/?kind=private"))

    assert (names_in(on_x), on_x.context["queue"].tab.count) == (["On X"], 1)
    assert (names_in(private), private.context["queue"].tab.count) == (["Privately"], None)


@pytest.mark.parametrize(
    ("flag", "fields"),
    [
        ("not-sent", {"send_failed": True}),
        ("hidden", {"is_hidden": True}),
        ("deleted", {"is_deleted": True}),
        ("muted", {"is_muted": True}),
    ],
)
def test_a_flag_narrows_a_view_and_keeps_the_other_filters(house: House, flag: str, fields: dict[str, Any]) -> None:
    write(house, "Flagged", state=ItemState.REPLIED, **fields)
    write(house, "Flagged on X", state=ItemState.REPLIED, account=house.x, **fields)
    write(house, "Plain", state=ItemState.REPLIED)

    page = house.browser().get(house.url(f"inbox/?view=answered&flag={flag}&account={house.page.pk}"))

    assert names_in(page) == ["Flagged"]
    assert page.context["queue"].tab.count is None
    filters = page.context["filters"]
    assert filters.without_flag == f"view=answered&account={house.page.pk}"
    assert filters.without_account == f"view=answered&flag={flag}"
    assert ("Of the last 90 days." in page.content.decode()) == (flag != "not-sent")


def test_a_kind_in_history_looks_back_ninety_days_unless_told(house: House) -> None:
    write(house, "Old", at=timezone.now() - timedelta(days=200), state=ItemState.CLOSED)

    recent = house.browser().get(house.url("inbox/?view=all&kind=comment"))
    everything = house.browser().get(house.url("inbox/?view=all&kind=comment&history=all"))

    assert names_in(recent) == []
    assert "Of the last 90 days." in recent.content.decode()
    assert names_in(everything) == ["Old"]


def test_pages_go_on_where_the_last_row_stood_both_ways(house: House) -> None:
    fill(house, 120)
    client = house.browser()

    first = client.get(house.url("inbox/"))
    second = client.get(house.url("inbox/"), {"before": first.context["queue"].page.older})
    back = client.get(house.url("inbox/"), {"after": second.context["queue"].page.newer})

    assert names_in(first) == [f"Person {number}" for number in range(50)]
    assert names_in(second) == [f"Person {number}" for number in range(50, 100)]
    assert names_in(back) == names_in(first)


def test_a_member_sees_open_accounts_only(house: House) -> None:
    agent = join(house, "Ines")
    write(house, "Open", account=house.x, kind=MessageKind.MENTION)
    shut = write(house, "Shut")
    with house.scope():
        open_accounts(agent, house.x)
    client = browser(agent)

    page = client.get(house.url("inbox/?view=all"))

    assert names_in(page) == ["Open"]
    assert page.context["queue"].tab.count == 1
    assert "Acme Bakery" not in page.content.decode()
    absent = client.get(house.url("inbox/987654321/"))
    for path in ("", "person/", "others/"):
        assert client.get(house.url(f"inbox/{shut.pk}/{path}")).status_code == 404 == absent.status_code
    assert b"row-" not in client.get(house.url(f"inbox/rows/?id={shut.pk}")).content


def test_contributors_have_no_inbox_and_planners_only_read_it(house: House) -> None:
    contributor, planner = (browser(join(house, "Pat", role)) for role in (Role.CONTRIBUTOR, Role.PLANNER))
    item = write(house)

    assert contributor.get(house.url("inbox/")).status_code == 403
    assert "/inbox/" not in contributor.get(house.url()).content.decode()
    page = planner.get(house.url(f"inbox/{item.pk}/")).content.decode()
    assert 'id="thread"' in page
    assert 'id="reply"' not in page
    assert "data-command" not in page


def test_the_rail_counts_who_waits(house: House) -> None:
    write(house)
    write(house, state=ItemState.CLOSED)

    page = house.browser().get(house.url()).content.decode()

    assert '<span class="count" data-tone="wait">1<span class="aside-text"> waiting for an answer' in page


def test_changed_rows_come_with_the_counters_and_say_what_has_left(house: House) -> None:
    stays, leaves = write(house, "Stays"), write(house, "Leaves")
    with house.scope():
        Item.objects.filter(pk=leaves.pk).update(state=ItemState.CLOSED)

    answer = house.browser().get(house.url(f"inbox/rows/?id={stays.pk}&id={leaves.pk}&id=987654321")).content.decode()

    assert f'id="row-{stays.pk}"' in answer
    assert answer.count("data-left") == 1
    assert '<data value="1" data-view="">' in answer
    assert f'<data value="1" data-account="{house.page.pk}">' in answer


def test_a_thousand_items_take_at_most_eight_statements(house: House) -> None:
    fill(house, 1000)
    with house.scope():
        first = Item.objects.order_by("-last_activity_at")[0]
    client = house.browser()
    client.get(house.url("inbox/"))

    with at_most(8):
        assert client.get(house.url("inbox/?view=all")).status_code == 200
    with at_most(8):
        assert client.get(house.url(f"inbox/{first.pk}/")).status_code == 200
    with at_most(8):
        assert client.get(house.url("inbox/?view=new&kind=comment")).status_code == 200


def test_words_find_what_was_said_in_any_state_whatever_its_accents(house: House) -> None:
    write(house, "Camille", "La bûche pralinée, c’est pour le 24")
    write(house, "Noé", "Une autre buche", state=ItemState.CLOSED)
    write(house, "Lou", "Rien de tel")
    with house.scope():
        for message in Message.objects.all():
            make_findable(message)

    page = house.browser().get(house.url("inbox/?view=all&q=BUCH"))

    assert sorted(names_in(page)) == ["Camille", "Noé"]
    assert page.context["queue"].tab.count is None


def test_what_shut_accounts_received_hides_no_match_of_open_ones(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_MATCHES", 2)
    agent = join(house, "Ines")
    write(house, "Open", "Is the stollen back?", account=house.x, kind=MessageKind.MENTION)
    for number in range(3):
        write(house, f"Shut {number}", "Is the stollen back?")
    with house.scope():
        open_accounts(agent, house.x)
        for message in Message.objects.all():
            make_findable(message)

    found = browser(agent).get(house.url("inbox/?view=all&q=stollen"))
    on_x = house.browser().get(house.url(f"inbox/?view=all&q=stollen&account={house.x.pk}"))

    assert names_in(found) == names_in(on_x) == ["Open"]


def test_searching_with_an_item_open_takes_at_most_eight_statements(house: House) -> None:
    item = write(house)
    with house.scope():
        make_findable(Message.objects.get(item=item))
    client = house.browser()
    address = house.url(f"inbox/{item.pk}/?view=all&q=stollen")
    assert names_in(client.get(address)) == ["Camille Fontaine"]

    with at_most(8):
        client.get(address)


def test_of_more_matches_than_are_looked_through_the_newest_are_found(house: House) -> None:
    items = [write(house, text="Is the stollen back?") for _ in range(3)]
    with house.scope():
        for item in items:
            make_findable(Message.objects.get(item=item))
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM passage.items_with_words(%s, %s, NULL)", [["stoll"], 2])
            found = {row[0] for row in cursor.fetchall()}

    assert found == {items[1].pk, items[2].pk}
