"""What happens to memberships, told to the rooms above, which subscribe when they start.

Callbacks run in the transaction of the act and in its scope: what they write stands or falls with it.
"""

from collections.abc import Callable
from datetime import datetime

from accounts.models import Membership, User

Callback = Callable[[Membership], object]

_callbacks: list[Callback] = []

Ended = Callable[[Membership, datetime], object]
Closed = Callable[[User, datetime], object]
_ended: list[Ended] = []
_closed: list[Closed] = []


def on_membership_changed(callback: Callback) -> None:
    """Have `callback` called with each membership whose role changes or that ends. Asking twice changes nothing."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def tell_membership_changed(membership: Membership) -> None:
    """Call all who subscribed, in the order in which they did."""
    for callback in _callbacks:
        callback(membership)


def on_membership_ended(callback: Ended) -> None:
    """Have `callback` called with each membership that ends, before its row goes: what the member had is let go."""
    if callback not in _ended:
        _ended.append(callback)


def tell_membership_ended(membership: Membership, at: datetime) -> None:
    """Say that a membership ends; whoever asked to hear of changes hears it as well."""
    for callback in _ended:
        callback(membership, at)
    tell_membership_changed(membership)


def on_account_closed(callback: Closed) -> None:
    """Have `callback` called with each user who closes their account, in no organisation's scope."""
    if callback not in _closed:
        _closed.append(callback)


def tell_account_closed(user: User, at: datetime) -> None:
    for callback in _closed:
        callback(user, at)
