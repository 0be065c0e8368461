"""Writing comments takes a permission, and a role, of its own: whether an account has them is kept among its details.

An account may well publish without: then a first comment is refused before the post goes out, and not after.
"""

from collections.abc import Collection, Iterator, Mapping

from integrations.contract import Account, Composition, Feature, Form, Problem
from integrations.networks._shared.judging import refused

COMMENTS = "comments"  # in Presence.details
ALLOWED, REFUSED = "allowed", "refused"


def found_at_connecting(granted: Collection[str], needed: str, *, has_role: bool) -> dict[str, str]:
    """Return the detail of an account whose grant has just been read; none where its scopes are not known."""
    if not granted:
        return {}
    return {COMMENTS: ALLOWED if needed in granted and has_role else REFUSED}


def kept(account: Account) -> dict[str, str]:
    """Return an account's details for a look at it. Where connecting left none yet, what it may be used for says it."""
    found = {COMMENTS: ALLOWED if Feature.ENGAGE in account.features else REFUSED}
    return {**found, **account.details}


def judge_comments(
    composition: Composition, details: Mapping[str, str], *, turned_off: bool = False
) -> Iterator[Problem]:
    """Yield what cannot be done about comments. ``turned_off``: the author wants none under the post."""
    if details.get(COMMENTS) != REFUSED or composition.form is Form.STORY:
        return
    if composition.first_comment:
        yield refused("first_comment", "first_comment_not_allowed")
    if turned_off:
        yield refused("options.comments", "comments_off_not_allowed")
