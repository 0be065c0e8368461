"""What happens to memberships, told to the rooms above, which subscribe when they start.

Callbacks run in the transaction of the act and in its scope: what they write stands or falls with it.
"""

from collections.abc import Callable

from accounts.models import Membership

Callback = Callable[[Membership], object]

_callbacks: list[Callback] = []


def on_membership_changed(callback: Callback) -> None:
    """Have `callback` called with each membership whose role changes or that ends. Asking twice changes nothing."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def tell_membership_changed(membership: Membership) -> None:
    """Call all who subscribed, in the order in which they did."""
    for callback in _callbacks:
        callback(membership)
