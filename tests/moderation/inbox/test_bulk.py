"""Several at once, as pages ask for it."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from moderation.models import BulkCommand, Item
from moderation.services.bulk import UNDO_WINDOW, run_due
from moderation.states import ItemState
from tests.moderation.inbox.pages import browser, fill, join, write
from tests.scheduler.pages import House


def start(house: House, items: list[Item], name: str = "ignore", query: str = "", **fields: Any) -> Any:
    pairs = [f"{one.pk}:{one.version}" for one in items]
    fields = {"key": str(uuid.uuid4()), "name": name, "item": pairs, **fields}
    return house.browser().post(house.url(f"inbox/bulk/{query}"), fields)


def let_it_run() -> None:
    later = timezone.now() + UNDO_WINDOW + timedelta(seconds=1)
    run_due(lambda: later)


def started(house: House) -> BulkCommand:
    with house.scope():
        found: BulkCommand = BulkCommand.objects.get()
        return found


def test_it_waits_runs_and_says_what_was_left_alone(house: House) -> None:
    items = [write(house) for _ in range(3)]
    with house.scope():
        Item.objects.filter(pk=items[0].pk).update(version=9)

    answer = start(house, items)
    assert "About to be done for 3 items." in answer.content.decode()
    assert "Undo" in answer.content.decode()
    let_it_run()
    progress = house.browser().get(house.url(f"inbox/bulk/{started(house).pk}/")).content.decode()

    assert "Done for 2 items." in progress
    assert "1 left alone: it had changed meanwhile" in progress
    assert "Undo" not in progress


def test_it_can_be_taken_back_before_it_begins(house: House) -> None:
    item = write(house)
    start(house, [item])

    answer = house.browser().post(house.url(f"inbox/bulk/{started(house).pk}/undo/"))
    let_it_run()

    assert "Taken back: nothing was done." in answer.content.decode()
    with house.scope():
        assert Item.objects.get().state == ItemState.NEW


def test_all_of_a_view_is_what_its_filters_hold(house: House) -> None:
    fill(house, 60)
    write(house, account=house.x)

    start(house, [], query=f"?account={house.page.pk}", everything="on")

    assert len(started(house).item_ids) == 60


def test_a_colleagues_command_is_absent(house: House) -> None:
    start(house, [write(house)])
    marek = browser(join(house, "Marek"))

    assert marek.get(house.url(f"inbox/bulk/{started(house).pk}/")).status_code == 404
    assert marek.post(house.url(f"inbox/bulk/{started(house).pk}/undo/")).status_code == 404


def test_an_unknown_command_is_refused(house: House) -> None:
    answer = start(house, [write(house)], "explode")

    assert answer.status_code == 422
    assert "cannot be given for several items" in answer.content.decode()
