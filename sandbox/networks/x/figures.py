"""How often a post was seen, day by day.

Nobody looks at a twin, so these figures are made up: a share of the author's followers that falls from day to day and
differs from post to post, always the same for one post. They only grow, as X's do.
"""

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.networks.x.state import Post, XState

DAY = 86_400
SHARES = (0.31, 0.12, 0.05, 0.03, 0.02, 0.01, 0.01)  # of the followers, on the first days


def seen_by_day(state: "XState", post: "Post") -> dict[str, int]:
    """Impressions by UTC day (ISO), up to now; the running day has the part that is over."""
    user = state.users.find(post.user_id)
    followers = user.followers if user else 0
    liveliness = int(hashlib.sha256(post.versions[0].encode()).hexdigest()[:4], 16) / 0xFFFF + 0.5
    found: dict[str, int] = {}
    for number, share in enumerate(SHARES):
        start = post.created_at + number * DAY
        if start > state.now:
            break
        passed = min(1.0, (state.now - start) / DAY)
        day = datetime.fromtimestamp(start, UTC).date().isoformat()
        found[day] = found.get(day, 0) + int(followers * share * liveliness * passed)
    return found
