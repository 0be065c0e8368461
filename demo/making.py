"""Making the whole demonstration, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from config.env import env
from demo.accounts import connect_all
from demo.album import hang, paint
from demo.history import History
from demo.people import settle_in
from demo.twins import Twins
from eventlog.services import Origin, acts_from

#: When the organisations came and brought their accounts, before now: just before the first story.
CAME = timedelta(days=15)


def make(*, now: datetime) -> None:
    """Fill an empty product with people, pictures, accounts and four weeks of posts."""
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
        History(homes=homes, accounts=accounts, pictures=pictures, twins=twins).play(now=now)
    finally:
        twins.real_clock()
