"""Making the whole demonstration, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from config.env import env
from demo.accounts import connect_all
from demo.album import hang, paint
from demo.history import History
from demo.inbox import Inbox
from demo.people import settle_in
from demo.twins import Twins
from eventlog.services import Origin, acts_from

#: When the organisations came and brought their accounts, before now: just before the first story.
CAME = timedelta(days=29)
#: How many things strangers do in a minute once the demonstration runs: a calm day.
PER_MINUTE = 2


def make(*, now: datetime) -> None:
    """Fill an empty product with people, pictures, accounts, six weeks of posts and a month of the inbox."""
    twins, came_at = Twins(env.sandbox_url), now - CAME
    try:
        twins.set_clock(came_at)
        with ThreadPoolExecutor() as painters:  # Pillow lets go of the interpreter while it works
            files = paint(painters)
            with acts_from(Origin(at=came_at)):
                homes = settle_in(now=came_at)
            accounts = connect_all(homes, twins, now=came_at)
            with acts_from(Origin(at=came_at)):
                pictures = hang(homes, files, now=came_at)
        inbox = Inbox(homes=homes, twins=twins, now=now, at=came_at)
        inbox.prepare()
        History(homes=homes, accounts=accounts, pictures=pictures, twins=twins, inbox=inbox).play(now=now)
    finally:
        twins.real_clock()
    twins.live_on(per_minute=PER_MINUTE)
