"""Looking for what was sent and whose answer was lost: a film, a story by its photo, a post among the newest."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from integrations.contract import Account, Composition, Findings, Form, Progress, Published, Sighting
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.networks._shared.meta.answers import next_cursor
from integrations.networks._shared.refusals import lost_answer
from integrations.networks.facebook import films, limits, mapping
from integrations.networks.facebook.client import FacebookClient
from integrations.networks.facebook.errors import KEY
from integrations.networks.facebook.listing import every
from integrations.networks.facebook.uploads import video_of


def find(
    client: FacebookClient,
    account: Account,
    composition: Composition,
    progress: Progress,
    *,
    wanted: str,
    since: datetime,
    known: Collection[str],
    now: datetime,
) -> Findings:
    """Look for a composition that was sent at or after ``since``; ``wanted`` is its fingerprint. Only reads."""
    if video_id := video_of(composition, progress):
        return _find_film(client, account, video_id, since=since, known=known, now=now)
    ours = frozenset(progress.get("media", {}).values())
    if composition.form is Form.STORY:
        return _find_story(client, account, ours, since=since, known=known, now=now)
    text = mapping.text_of(composition)
    return _find_post(client, account, ours, text=text, wanted=wanted, since=since, known=known, now=now)


def story(answer: Mapping[str, Any], *, page_id: str) -> Published:
    """Return a story by Meta's answer to its publishing, or by its row in the list."""
    post_id = str(answer.get("post_id") or "")
    if not post_id:
        raise lost_answer(KEY, status=200, once=True)
    network_id = post_id if "_" in post_id else f"{page_id}_{post_id}"
    return Published(
        network_id=network_id, permalink=mapping.permalink({"permalink_url": answer.get("url")}, network_id)
    )


def _find_film(
    client: FacebookClient,
    account: Account,
    video_id: str,
    *,
    since: datetime,
    known: Collection[str],
    now: datetime,
) -> Findings:
    """Ask the film itself. That it is not published counts only when Meta has had time to know of it."""
    video = client.video(account.credentials.access_token, video_id, now=now)
    found = films.published(video, page_id=account.network_id) if films.is_published(video) else None
    if found is not None and found.network_id not in known:
        return Findings(published=found)
    return Findings(covered=now >= since + limits.FILM_VISIBILITY)


def _find_story(
    client: FacebookClient,
    account: Account,
    ours: Collection[str],
    *,
    since: datetime,
    known: Collection[str],
    now: datetime,
) -> Findings:
    """Look for the story that shows our photo: a photo is told once only."""
    token, page_id = account.credentials.access_token, account.network_id
    for row in every(lambda after: client.stories(token, page_id, since=since - CLOCK_SKEW, after=after, now=now)):
        if str(row.get("media_id") or "") in ours and row.get("post_id"):
            found = story(row, page_id=page_id)
            if found.network_id not in known:
                return Findings(published=found)
    return Findings()


def _find_post(
    client: FacebookClient,
    account: Account,
    uploaded: frozenset[str],
    *,
    text: str,
    wanted: str,
    since: datetime,
    known: Collection[str],
    now: datetime,
) -> Findings:
    """Look for the post with our photos, or with our words."""
    ours: set[str] = set()
    seen: list[Sighting] = []
    covered = False
    for sighting, photos in _posts(client, account, now=now):
        if sighting.published_at < since - CLOCK_SKEW:
            covered = True
            break
        seen.append(sighting)
        if photos & uploaded or fingerprint(sighting.text, media_count=sighting.media_count) == wanted:
            ours.add(sighting.network_id)
    else:
        covered = len(seen) < limits.LOOK_BACK_PAGES * limits.POSTS_A_PAGE
    return judge(
        seen,
        text=text,
        is_ours=lambda each: each.network_id in ours,
        since=since,
        known=known,
        covered=covered,
    )


def _posts(client: FacebookClient, account: Account, *, now: datetime) -> Iterator[tuple[Sighting, frozenset[str]]]:
    """Yield the page's posts, newest first, as far back as a look may go."""
    after = ""
    for _ in range(limits.LOOK_BACK_PAGES):
        listing = client.published_posts(account.credentials.access_token, account.network_id, after=after, now=now)
        yield from mapping.sightings(listing)
        after = next_cursor(listing)
        if not after:
            return
