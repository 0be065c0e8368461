"""An account that was reconnected is asked at once what was said meanwhile."""

from datetime import timedelta

from integrations.events import AccountReturned, publish
from moderation.models import Poll
from tests.factories import NOON, make_social_account
from tests.moderation.conftest import Inbox


def test_a_reconnected_account_is_asked_at_once_and_no_other(inbox: Inbox) -> None:
    with inbox.scope():
        other = make_social_account(network="memory")
        for account in (inbox.account, other):
            Poll.objects.create(
                social_account=account,
                since=NOON - timedelta(days=7),
                available_at=NOON + timedelta(minutes=15),
                reason="account_held",
            )

        publish(AccountReturned(social_account_ids=(inbox.account.pk,), send_late=None, at=NOON))

        asked = {each.social_account_id: (each.available_at, each.reason) for each in Poll.objects.all()}
    assert asked == {
        inbox.account.pk: (NOON, ""),
        other.pk: (NOON + timedelta(minutes=15), "account_held"),
    }
