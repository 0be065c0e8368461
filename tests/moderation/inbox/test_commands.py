"""Commands as pages give them: what each answers, and what is refused without anything being done or lost."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Role
from integrations.engagement import Act
from moderation.models import Draft, Item, Message, ModerationAction, Note, SavedReply
from moderation.states import ItemState, WayOut
from tests.moderation.inbox.pages import browser, join, open_accounts, write
from tests.scheduler.pages import House


def give(house: House, item: Item, name: str, *, by: Any = None, version: int | None = None, **fields: Any) -> Any:
    client = by or house.browser()
    fields = {"key": str(uuid.uuid4()), "version": item.version if version is None else version, **fields}
    return client.post(house.url(f"inbox/{item.pk}/commands/{name}/"), fields)


def fresh(house: House, item: Item) -> Item:
    with house.scope():
        found: Item = Item.objects.get(pk=item.pk)
        return found


def said(answer: Any) -> str:
    found = re.search(r'<output id="said"[^>]*>(.*?)</output>', answer.content.decode(), re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("name", "fields", "state", "words"),
    [
        ("engage", {}, ItemState.ASSIGNED, "It is in your hands."),
        ("defer", {"until": (timezone.now() + timedelta(hours=1)).isoformat()}, ItemState.DEFERRED, "It comes back on"),
        ("close", {"reviewed": "on"}, ItemState.CLOSED, "Closed."),
        ("ignore", {}, ItemState.IGNORED, "Ignored."),
        ("mute", {}, ItemState.NEW, "Muted"),
    ],
)
def test_each_is_done_and_said(house: House, name: str, fields: dict[str, Any], state: str, words: str) -> None:
    item = write(house)

    answer = give(house, item, name, **fields)

    assert answer.status_code == 200
    assert said(answer).startswith(words)
    assert fresh(house, item).state == state
    assert f'id="row-{item.pk}"' in answer.content.decode()
    assert 'id="counters"' in answer.content.decode()


def test_one_can_be_given_to_a_colleague_and_back_to_everybody(house: House) -> None:
    item, marek = write(house), join(house, "Marek Dvorak")

    given = give(house, item, "assign", to=marek.user_id)
    back = give(house, fresh(house, item), "assign")

    assert said(given) == "Given to Marek Dvorak."
    assert said(back) == "Given back to everybody."
    assert fresh(house, item).assignee is None


def test_those_who_may_answer_are_offered(house: House) -> None:
    item = write(house)
    join(house, "Marek Dvorak")
    join(house, "Ann Alyst", Role.ANALYST)
    elsewhere = join(house, "Ines Carrel")
    with house.scope():
        open_accounts(elsewhere, house.x)

    menu = house.browser().get(house.url(f"inbox/{item.pk}/colleagues/")).content.decode()

    assert "Marek Dvorak" in menu
    assert "Ann Alyst" not in menu
    assert "Ines Carrel" not in menu


def test_a_command_on_what_has_changed_does_nothing_and_shows_it(house: House) -> None:
    item = write(house)
    give(house, item, "mute")

    answer = give(house, item, "ignore", version=item.version)

    assert answer.status_code == 409
    assert "has changed since this page was drawn" in said(answer)
    assert fresh(house, item).state == ItemState.NEW
    assert 'data-version="2"' in answer.content.decode()


def test_what_a_colleague_has_is_named_and_can_be_taken_over(house: House) -> None:
    marek = join(house, "Marek Dvorak")
    item = write(house, state=ItemState.ASSIGNED, assignee=marek.user)

    answer = give(house, item, "engage")

    assert answer.status_code == 409
    assert said(answer) == "Marek Dvorak already has it in hand."
    assert f'data-offer="assign" data-offer-words="Take it over" data-offer-to="{house.alice.pk}"' in (
        answer.content.decode()
    )


def test_closing_what_nobody_answered_asks_first(house: House) -> None:
    item = write(house)

    answer = give(house, item, "close")

    assert answer.status_code == 422
    assert 'data-offer="close-reviewed"' in answer.content.decode()
    assert fresh(house, item).state == ItemState.NEW


def test_the_same_key_again_does_nothing_more(house: House) -> None:
    item, key = write(house), str(uuid.uuid4())

    give(house, item, "ignore", key=key)
    again = give(house, item, "ignore", key=key)

    assert again.status_code == 200
    assert fresh(house, item).version == item.version + 1


def test_a_command_can_be_undone(house: House) -> None:
    item, key = write(house), str(uuid.uuid4())
    give(house, item, "ignore", key=key)

    answer = house.browser().post(house.url(f"inbox/{item.pk}/undo/"), {"key": key})

    assert said(answer) == "Undone."
    assert fresh(house, item).state == ItemState.NEW


def test_an_account_that_is_shut_takes_no_command(house: House) -> None:
    item, agent = write(house), join(house, "Ines")
    with house.scope():
        open_accounts(agent, house.x)
        message = Message.objects.get(item=item)
    client = browser(agent)

    for path in ("commands/ignore/", "undo/", "reply/", "note/", "draft/", "colleagues/"):
        method = client.get if path == "colleagues/" else client.post
        assert method(house.url(f"inbox/{item.pk}/{path}")).status_code == 404
    assert client.post(house.url(f"inbox/messages/{message.pk}/hide/")).status_code == 404


# -- answering ---------------------------------------------------------------------------------------------------------


def reply(house: House, item: Item, text: str = "It is.", *, by: Any = None, **fields: Any) -> Any:
    fields = {
        "text": text,
        "key": str(uuid.uuid4()),
        "seen_message": item.last_stranger_message_id,
        "seen_own": item.last_own_message_id,
        "seen_note": item.last_note_id,
        **fields,
    }
    return (by or house.browser()).post(house.url(f"inbox/{item.pk}/reply/"), fields)


def test_an_answer_is_handed_over_and_shown_on_its_way(house: House) -> None:
    item = write(house)

    answer = reply(house, item)

    assert answer.status_code == 200
    assert said(answer) == "Handed over: it goes to Facebook now."
    assert "waits to be sent" in answer.content.decode()
    assert fresh(house, item).state == ItemState.REPLIED


def test_a_colleagues_answer_stops_it_keeps_the_text_and_shows_what_was_missed(house: House) -> None:
    item, marek = write(house), join(house, "Marek Dvorak")
    reply(house, item, "Marek was here.", by=browser(marek))

    answer = reply(house, item, "My own words.")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing was sent: Marek Dvorak answered at" in page
    with house.scope():
        theirs = Message.objects.get(user=marek.user)
        assert Draft.objects.get(user=house.alice).text == "My own words."
        assert not Message.objects.filter(user=house.alice).exists()
    assert f'data-missed="message-{theirs.pk}"' in page
    assert f'data-seen-own="{theirs.pk}"' in page

    seen = {"seen_own": theirs.pk}
    assert reply(house, item, "My own words.", anyway="on", **seen).status_code == 200


def test_a_colleagues_note_stops_it_too(house: House) -> None:
    item, marek = write(house), join(house, "Marek Dvorak")
    note = {"note": "Wait for me.", "note_key": str(uuid.uuid4())}
    browser(marek).post(house.url(f"inbox/{item.pk}/note/"), note)

    answer = reply(house, item)

    assert answer.status_code == 409
    assert "Marek Dvorak left a note at" in answer.content.decode()


def test_what_a_colleague_has_in_hand_is_guarded(house: House) -> None:
    marek = join(house, "Marek Dvorak")
    item = write(house, state=ItemState.ASSIGNED, assignee=marek.user)

    assert "Marek Dvorak has it in hand" in reply(house, item).content.decode()
    assert reply(house, item, anyway="on").status_code == 200


@pytest.mark.parametrize("text", ["   ", "x" * 9000])
def test_what_the_network_would_not_take_is_said_and_kept(house: House, text: str) -> None:
    item = write(house)

    answer = reply(house, item, text)

    assert answer.status_code == 422
    assert said(answer)
    with house.scope():
        assert [one.text for one in Draft.objects.all()] == ([text] if text.strip() else [])


def test_a_note_tells_those_it_names(house: House) -> None:
    item, marek = write(house), join(house, "Marek Dvorak")
    join(house, "Nobody Else")

    note = {"note": "Ask @marek about the nuts.", "note_key": str(uuid.uuid4())}
    answer = house.browser().post(house.url(f"inbox/{item.pk}/note/"), note)

    assert "Ask @marek about the nuts." in answer.content.decode()
    with house.scope():
        assert [one.pk for one in Note.objects.get().mentioned.all()] == [marek.user_id]


def test_drafts_are_kept_as_typed_counted_and_shown_again(house: House) -> None:
    item = write(house)
    client = house.browser()

    kept = client.post(house.url(f"inbox/{item.pk}/draft/"), {"purpose": "reply", "text": "Dear Cam"})
    page = client.get(house.url(f"inbox/{item.pk}/")).content.decode()
    emptied = client.post(house.url(f"inbox/{item.pk}/draft/"), {"purpose": "reply", "text": ""})

    assert "8 / 8000" in kept.content.decode()
    assert "kept at" in kept.content.decode()
    assert ">Dear Cam</textarea>" in page
    assert "kept at" not in emptied.content.decode()
    with house.scope():
        assert not Draft.objects.exists()


# -- acting ------------------------------------------------------------------------------------------------------------


def test_hiding_is_put_on_its_way_and_can_be_taken_back(house: House) -> None:
    item = write(house)
    client = house.browser()
    with house.scope():
        message = Message.objects.get(item=item)

    answer = client.post(house.url(f"inbox/messages/{message.pk}/hide/"), {"key": str(uuid.uuid4())})

    assert said(answer) == "It is being hidden on Facebook."
    assert "being hidden on Facebook, for Alice" in answer.content.decode()
    with house.scope():
        action = ModerationAction.objects.get()
    undone = client.post(house.url(f"inbox/actions/{action.pk}/take-back/"), {"key": str(uuid.uuid4())})
    assert said(undone) == "Taken back before it was done."
    with house.scope():
        assert ModerationAction.objects.get().state == WayOut.CANCELLED


def test_taking_back_what_is_done_does_the_opposite(house: House) -> None:
    item = write(house)
    with house.scope():
        message = Message.objects.get(item=item)
        Message.objects.filter(pk=message.pk).update(is_liked=True)
        done = ModerationAction.objects.create(
            social_account=house.page, item=item, message=message, act=Act.LIKE, state=WayOut.SENT, key=uuid.uuid4()
        )

    answer = house.browser().post(house.url(f"inbox/actions/{done.pk}/take-back/"), {"key": str(uuid.uuid4())})

    assert said(answer) == "The like is being taken back on Facebook."


# -- saved replies -----------------------------------------------------------------------------------------------------


def test_saved_replies_are_kept_changed_offered_and_deleted(house: House) -> None:
    client, url = house.browser(), house.url("inbox/saved-replies/")

    client.post(url, {"name": "Hours", "text": "We open at seven."})
    with house.scope():
        kept = SavedReply.objects.get()
    again = client.post(url, {"name": "Hours", "text": "We open at eight."})
    client.post(f"{url}{kept.pk}/", {"name": "Hours", "text": "We open at six."})

    assert again.status_code == 422
    assert "Another saved reply has this name." in again.content.decode()
    assert "We open at six." in client.get(f"{url}choose/").content.decode()
    client.post(f"{url}{kept.pk}/delete/")
    with house.scope():
        assert not SavedReply.objects.exists()
