from integrations.engagement import Change, MessageKind
from integrations.networks.x import messages, polling
from tests.integrations.networks.x.test_mapping import fixture

ROOT = "200000000000000001"


def test_the_newer_dialect_is_read_too() -> None:
    answer = fixture("search__new_dialect")

    found = messages.message(
        answer["data"][0],
        around=messages.around(answer["includes"]),
        account_id="7",
        own_conversations=[ROOT],
    )

    assert found.kind is MessageKind.COMMENT  # deep in a conversation that the account began
    assert (found.thread_id, found.answers_id) == (ROOT, "200000000000000002")
    assert found.text == "@ana me too, and at length"
    assert [(each.kind, each.name) for each in found.attachments] == [("image", "A loaf"), ("video", "")]
    assert found.acts is None


def test_an_edit_keeps_the_first_id_and_is_told_as_one() -> None:
    post = fixture("search__new_dialect")["data"][0]

    found = messages.message(post, around=messages.Around(), account_id="7")

    assert found.network_id == "200000000000000003"
    assert found.edited_at is not None
    assert messages.incoming(found).change is Change.EDITED
    assert found.permalink.endswith("200000000000000004")


def test_what_the_account_answers_elsewhere_is_its_own_and_answers_a_message() -> None:
    post = {
        "id": "2000006",
        "text": "@ana thanks",
        "author_id": "7",
        "conversation_id": "2000005",
        "in_reply_to_user_id": "9",
        "referenced_tweets": [{"type": "replied_to", "id": "2000005"}],
        "created_at": "2026-11-22T09:00:00.000Z",
    }

    found = messages.message(post, around=messages.Around(), account_id="7")

    assert found.by_account
    assert (found.kind, found.thread_id, found.answers_id) == (MessageKind.MENTION, "2000005", "2000005")


def test_an_id_holds_its_time() -> None:
    earlier = int(polling.earlier("2080761390344937796"))

    assert (2080761390344937796 - earlier) >> 22 == 300_000
    assert polling.earlier("5") == "1"
