"""What our calls use up of a day's allowance, resource by resource. Upload addresses are on a host that counts none."""

from collections.abc import Mapping
from math import ceil

from integrations.contract import Composition, MediaKind, Operation
from integrations.networks.linkedin import limits


def cost_of(operation: Operation, composition: Composition, count: int, *, is_developing: bool) -> Mapping[str, int]:
    """Return calls per budget key, the app's and the member's alike."""
    films = sum(each.kind is MediaKind.VIDEO for each in composition.media)
    files = len(composition.media) + bool(composition.cover and not films)
    posts = count if is_developing else ceil(count / limits.POSTS_A_SUMMARY) + count
    again = min(count, limits.READ_AGAIN_A_POLL) * limits.ANSWERS_READ_AGAIN
    calls: Mapping[str, int] = {
        Operation.PREPARE: {"media": files + films},
        Operation.CHECK: {"media": files},
        Operation.COMMIT: {"posts": 1},
        Operation.LOOK: {"posts": limits.LOOK_BACK_PAGES},
        Operation.DELETE: {"posts": 1},
        Operation.EDIT: {"posts": 1},
        Operation.VERDICT: {"posts": 1},
        Operation.FOLLOW_UP: {"comments": 1},
        Operation.DESCRIBE: {"organizations": 2, "media": 1},
        Operation.POLL: {"notifications": 1, "comments": posts + again},
        Operation.FETCH: {"comments": count, "posts": 1},
        Operation.REPLY: {"comments": 2},
        Operation.ACT: {"reactions": 1, "comments": 1},
        Operation.SUBSCRIBE: {"subscriptions": 2},
        Operation.MEASURE: {"statistics": 4},
    }.get(operation, {})
    return {
        f"linkedin.{resource}{suffix}": number
        for resource, number in calls.items()
        if number
        for suffix in (".app", "")
    }
