"""Finding items by the words in them."""

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import Membership
from lib.words import words_of
from moderation.models import Item

#: Of the newest messages that match, so many are looked through: enough for a person, and the same cost at any size.
MOST_MATCHES = 2000

#: Into an array first: the planner then sees a handful of ids to look up, and no reason to walk through all of history
#: in the list's order. So the search travels with the list's own statement.
_FOUND = "SELECT unnest(ARRAY(SELECT passage.items_with_words(%s, %s, {accounts})))"
_ANY_ACCOUNT = "NULL"
_ONE_ACCOUNT = "ARRAY[%s]::bigint[]"
_THEIR_ACCOUNTS = "ARRAY(SELECT social_account_id FROM integrations_accountaccess WHERE membership_id = %s)"


def with_words(
    items: "QuerySet[Item]", text: str, *, membership: Membership | None = None, account_id: int | None = None
) -> "QuerySet[Item]":
    """Narrow items to those with a message in which each word of the text begins a word; accents and case are equal.

    The messages looked through are those of the account, else of the accounts that the member may work with: what
    others received hides none. A text without a word (blank, punctuation only) finds nothing.
    """
    if account_id is not None:
        accounts, of_whom = _ONE_ACCOUNT, [account_id]
    elif membership is not None and not membership.all_accounts:
        accounts, of_whom = _THEIR_ACCOUNTS, [membership.pk]
    else:
        accounts, of_whom = _ANY_ACCOUNT, []
    asked = [words_of(text), MOST_MATCHES, *of_whom]
    return items.filter(pk__in=RawSQL(_FOUND.format(accounts=accounts), asked))  # noqa: S611  # our own text
