"""Who is told of what happens in the inbox: the one who answered, the colleague who is named, and nobody else."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import Membership
from integrations.engagement import Act
from integrations.errors import OutcomeUnknown, PermanentError
from integrations.models import AccountAccess
from moderation.services.acting import act
from moderation.services.noting import add_note
from notifications.models import Notice
from notifications.services.mailing import send_due
from tests.houses import signed_in
from tests.moderation.conftest import Inbox


def notices(inbox: Inbox) -> list[tuple[str, str]]:
    with inbox.scope():
        return list(Notice.objects.order_by("pk").values_list("user__name", "kind"))


def test_whose_answer_was_refused_is_told_without_a_word_of_the_strangers(inbox: Inbox) -> None:
    with inbox.scope():
        inbox.answer(inbox.written("My secret allergy").item)
    inbox.network.fail_next("reply", PermanentError("refused", network="memory"))

    inbox.work()

    assert notices(inbox) == [("Bob", Notice.Kind.REPLY_REFUSED)]
    assert send_due(now=inbox.now) == 1
    assert f"/o/{inbox.house.acme.slug}/inbox/" in mail.outbox[0].body
    assert "allergy" not in f"{mail.outbox[0].body}{mail.outbox[0].subject}"
    page = signed_in(inbox.bob.user).get(inbox.house.path("notices/"))
    assert "refused what you sent for Bakery" in page.content.decode()


def test_an_outcome_that_nothing_proves_is_told_when_looking_is_over(inbox: Inbox) -> None:
    with inbox.scope():
        inbox.answer(inbox.written().item)
    inbox.network.fail_next("reply", OutcomeUnknown("no_answer", network="memory"))
    inbox.work()
    assert notices(inbox) == []

    for _ in range(15):
        inbox.network.fail_next("find_reply", PermanentError("permission_missing", network="memory"))
        inbox.clock.forward(hours=2)
        inbox.work()

    assert notices(inbox) == [("Bob", Notice.Kind.REPLY_UNKNOWN)]


def test_where_the_agent_is_gone_those_who_administer_are_told(inbox: Inbox) -> None:
    with inbox.scope():
        act(inbox.written(), Act.HIDE, key=uuid.uuid4(), actor=inbox.bob, now=inbox.now)
        Membership.objects.filter(pk=inbox.bob.pk).delete()
    inbox.network.fail_next("act", PermanentError("refused", network="memory"))

    inbox.work()

    assert notices(inbox) == [("Alice", Notice.Kind.REPLY_REFUSED)]


@pytest.mark.parametrize("is_open", [True, False])
def test_a_colleague_named_in_a_note_is_told_if_the_account_is_open_to_them(inbox: Inbox, is_open: bool) -> None:
    with inbox.scope():
        item = inbox.written().item
        if not is_open:
            Membership.objects.filter(pk=inbox.beth.pk).update(all_accounts=False)
        people = [inbox.beth.user, inbox.bob.user, inbox.house.charlie]
        key = uuid.uuid4()

        for _ in range(2):
            add_note(item, text="Beth, can you?", key=key, actor=inbox.bob, now=inbox.now, mentioned=people)

    assert notices(inbox) == ([("Beth", Notice.Kind.MENTIONED)] if is_open else [])


def test_a_mail_does_not_go_out_once_the_account_is_closed_to_its_reader(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        add_note(item, text="Beth?", key=uuid.uuid4(), actor=inbox.bob, now=inbox.now, mentioned=[inbox.beth.user])
        Membership.objects.filter(pk=inbox.beth.pk).update(all_accounts=False)
        assert not AccountAccess.objects.exists()

    assert send_due(now=inbox.now + timedelta(minutes=1)) == 0
