from datetime import UTC, datetime

import pytest

from integrations.engagement import MessageKind
from integrations.networks._shared.meta import messenger
from integrations.networks.facebook import messages
from tests.integrations.networks.facebook.test_mapping import fixture


def test_comments_of_every_shape_are_read() -> None:
    nodes = fixture("comments__every_shape")["data"]

    found = [messages.comment(each, thread_id="1_2", account_id="1") for each in nodes]

    assert [each.network_id for each in found] == ["2_3", "2_4", "2_5", "2_6", "2_7", "2_8"]
    assert [each.answers_id for each in found] == ["", "2_3", "2_3", "", "", ""]
    assert [each.by_account for each in found] == [False, False, True, False, False, False]
    assert [each.author.name if each.author else None for each in found] == ["Ana", None, "Bakery", None, None, None]
    assert [[hung.kind for hung in each.attachments] for each in found] == [
        [],
        [],
        ["image"],
        ["link"],
        ["sticker"],
        ["video"],
    ]
    assert found[0].is_hidden
    assert found[0].written_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert found[4].written_at is None
    assert found[3].text == ""


@pytest.mark.parametrize(("post_id", "found"), [("1_2", "2_3"), ("1_2", "3"), ("2", "2_3"), ("1_2", "9_3")])
def test_both_forms_of_an_id_are_one(post_id: str, found: str) -> None:
    assert messages.comment_id(post_id, found) == "2_3"


def test_a_comment_under_somebody_elses_post_is_a_mention() -> None:
    node = fixture("comments__every_shape")["data"][0]

    assert messages.comment(node, thread_id="60_2", account_id="1").kind is MessageKind.MENTION
    assert messages.comment(node, thread_id="71", account_id="1").kind is MessageKind.COMMENT  # a review's story


def test_reviews_of_every_shape_are_read() -> None:
    found = [messages.review(each, account_id="1") for each in fixture("ratings__every_shape")["data"]]

    assert [(each.network_id, each.rating, each.text) for each in found] == [
        ("71", 5, "Good bread"),
        ("73", 3, ""),
        ("rating:74", 1, ""),
    ]
    assert [each.acts is None for each in found] == [True, True, False]
    assert {each.kind for each in found} == {MessageKind.REVIEW}


def test_a_rating_of_nobody_is_not_one() -> None:
    with pytest.raises(ValueError, match="without story"):
        messages.review({"created_time": "2026-11-22T10:00:00+0000"}, account_id="1")


def test_a_conversation_is_read_with_what_hangs_on_it() -> None:
    node = fixture("conversation__attachments")
    person_id = messenger.other_person(node, account_id="1")

    found = [messenger.private(each, person_id=person_id, account_id="1") for each in node["messages"]["data"]]

    assert person_id == "500"
    assert [(each.network_id, each.thread_id, each.by_account) for each in found] == [
        ("m_2", "500", True),
        ("m_1", "500", False),
    ]
    assert [(each.kind, each.name) for each in found[1].attachments] == [
        ("image", "q.jpg"),
        ("video", "v.mp4"),
        ("file", "menu.pdf"),
        ("audio", "voice"),
    ]
    assert all(each.url for each in found[1].attachments)
