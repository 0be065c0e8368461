"""Looking after accounts: whether the network still accepts us, until when, and what they are called and look like."""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO

from django.db import connection, transaction
from django.db.models import Q
from PIL import Image, ImageOps, UnidentifiedImageError

from config.env import env
from gallery.storage import storage
from integrations import budgets, registry, vault
from integrations.budgets import Need
from integrations.contract import Account, Operation, Presence
from integrations.errors import AuthorisationLost, ProviderError
from integrations.models import SocialAccount
from integrations.services import listening
from integrations.services.consents import announce_ending
from integrations.services.health import mark_account_lost
from integrations.services.listening import Listened
from integrations.services.refreshing import ask_for_refresh
from lib.http import HttpError, fetch
from lib.tenancy.scope import scope
from live.changes import record_change

logger = logging.getLogger(__name__)

EVERY = timedelta(days=1)
BATCH = 20
CALLS_AT_ONCE = 4
PICTURE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
PICTURE_MAX_BYTES = 2_000_000
PICTURE_SIDE = 96  # twice the largest size at which it is shown


@dataclass(frozen=True, kw_only=True)
class _Look:
    """One account to look at, taken out of its row."""

    organisation_id: int
    social_account_id: int
    network: str
    picture_url: str
    account: Account = field(repr=False)
    leaves: bool = False


@dataclass(frozen=True, kw_only=True)
class _Seen:
    presence: Presence | None = None
    listened: Listened | None = None
    error: ProviderError | None = None
    picture: bytes | None = field(default=None, repr=False)


def look_at_accounts(*, now: datetime) -> int:
    """Look at up to 20 accounts whose day has come and return how many were taken. Call it outside any scope."""
    claimed = _claim(now)
    looks = [look for organisation_id, ids in claimed.items() for look in _begin(organisation_id, ids, now=now)]
    needs = [
        Need(
            network=look.network,
            account_id=look.account.network_id,
            person_id=look.account.person_id,
            units=_units(look),
        )
        for look in looks
    ]
    verdicts = budgets.reserve(needs, now=now, keep_room=True)
    affordable = [look for look, verdict in zip(looks, verdicts, strict=True) if verdict is None]
    if affordable:
        with ThreadPoolExecutor(max_workers=CALLS_AT_ONCE) as pool:
            calls = {pool.submit(_see, look, now): look for look in affordable}
            for call in as_completed(calls):
                _note(calls[call], call.result(), now=now)
    budgets.write_reports(now=now)
    return sum(len(ids) for ids in claimed.values())


def _units(look: _Look) -> dict[str, int]:
    provider = registry.provider(look.network)
    costs = [] if look.leaves else [provider.cost(Operation.DESCRIBE)]
    if look.leaves or listening.is_wanted(look.network, look.account):
        costs.append(provider.cost(Operation.SUBSCRIBE))
    return {key: sum(each.get(key, 0) for each in costs) for key in {key for each in costs for key in each}}


def _claim(now: datetime) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT organisation_id, social_account_id FROM passage.claim_looks(%s, %s::interval, %s)",
            [BATCH, str(EVERY), now],
        )
        for organisation_id, social_account_id in cursor.fetchall():
            found[organisation_id].append(social_account_id)
    return found


def _begin(organisation_id: int, social_account_ids: Sequence[int], *, now: datetime) -> list[_Look]:
    with scope(organisation=organisation_id):
        rows = SocialAccount.objects.filter(pk__in=social_account_ids).filter(
            Q(state=SocialAccount.State.ACTIVE) | Q(listening=SocialAccount.Listening.LEAVING)
        )
        looks = []
        for row in rows.select_related("grant"):
            leaves = row.listening == SocialAccount.Listening.LEAVING
            if row.grant is not None:
                announce_ending(row.grant, now=now)
            if leaves and listening.is_used_again(row):
                continue
            try:
                account = listening.account_that_leaves(row) if leaves else vault.account_for_calls(row)
            except ProviderError as error:
                logger.warning("account %s of organisation %s not looked at: %s", row.pk, organisation_id, error)
                continue
            looks.append(
                _Look(
                    organisation_id=organisation_id,
                    social_account_id=row.pk,
                    network=row.network,
                    picture_url="" if row.picture else row.picture_url,
                    account=account,
                    leaves=leaves,
                )
            )
        return looks


def _see(look: _Look, now: datetime) -> _Seen:
    """Ask the network; runs in a thread and touches no database."""
    if look.leaves:
        return _Seen(listened=listening.leave(look.network, look.account, now=now))
    try:
        presence = registry.provider(look.network).describe(look.account, now=now)
    except ProviderError as error:
        return _Seen(error=error)
    return _Seen(
        presence=presence,
        listened=listening.listen(look.network, look.account, now=now),
        picture=_small_picture(presence.picture_url or look.picture_url),
    )


def _note(look: _Look, seen: _Seen, *, now: datetime) -> None:
    picture_key = _store_picture(look, seen.picture) if seen.picture is not None else ""
    with scope(organisation=look.organisation_id):
        if look.leaves:
            listening.note_left(look.social_account_id, seen.listened, now=now)
        elif seen.presence is not None:
            _update(look, seen.presence, picture_key, now=now)
            listening.note(look.social_account_id, seen.listened, now=now)
        elif isinstance(seen.error, AuthorisationLost):
            again = ask_for_refresh(look.social_account_id, now=now) if seen.error.refresh_may_help else None
            if again is None:
                mark_account_lost(look.social_account_id, error=seen.error, now=now, called_at=now)
            else:
                SocialAccount.objects.filter(pk=look.social_account_id).update(look_at=again)
        elif seen.error is not None:
            logger.info("account %s not looked at: %s", look.social_account_id, seen.error)


def _update(look: _Look, presence: Presence, picture_key: str, *, now: datetime) -> None:
    account = SocialAccount.objects.select_for_update().get(pk=look.social_account_id)
    account.checked_at = now
    account.name = presence.name[:200] or account.name
    account.handle = presence.handle[:100] or account.handle
    account.permalink = presence.permalink[:500] or account.permalink
    account.picture_url = presence.picture_url[:1000] or account.picture_url
    account.details = dict(presence.details) or account.details
    if picture_key and account.picture != picture_key:
        if account.picture:
            former = account.picture
            transaction.on_commit(lambda: storage().delete(former), robust=True)
        account.picture = picture_key
    account.save()
    record_change("account", account.pk, social_account=account.pk)


def _small_picture(address: str) -> bytes | None:
    """Fetch a picture from where the network says and return a small JPEG of it, made anew from its pixels."""
    if not address:
        return None
    twins = [env.sandbox_url] if env.sandbox else []
    try:
        fetched = fetch(address, content_types=PICTURE_TYPES, max_bytes=PICTURE_MAX_BYTES, allowed_origins=twins)
        with Image.open(BytesIO(fetched.body)) as image:
            small = ImageOps.fit(image.convert("RGB"), (PICTURE_SIDE, PICTURE_SIDE))
    except (HttpError, UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        logger.info("picture not fetched: %s", type(error).__name__)
        return None
    target = BytesIO()
    small.save(target, "JPEG", quality=85)
    return target.getvalue()


def _store_picture(look: _Look, picture: bytes) -> str:
    """Keep the picture under a name made of its bytes, so that browsers may keep it too. Call it outside any scope."""
    digest = hashlib.sha256(picture).hexdigest()[:16]
    key = f"pictures/{look.organisation_id}/{look.social_account_id}-{digest}.jpg"
    storage().save(key, picture, content_type="image/jpeg")
    return key
