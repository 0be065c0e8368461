"""Who looks at what, and who writes there: marks in Redis that expire by themselves, and nowhere else.

One sorted set per organisation, a mark's score being when it ends. Marks help people; what protects them from answering
twice is the guard of sending, which asks the rows.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from live.hints import channel_of

#: How long a mark stands without being renewed, in seconds. Pages renew theirs every ten.
LIFETIME = 25

VIEWING, WRITING, GONE = "viewing", "writing", "gone"
STATES = frozenset({VIEWING, WRITING, GONE})

Subject = tuple[str, int]

#: How long Redis may take to answer, in seconds; a mark is not worth waiting for.
_PATIENCE = 2.0

_POKE = '{"presence":true}'


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Who is where, as Redis knows it: `writing` stands before `viewing`."""

    states: Mapping[Subject, Mapping[int, str]]  # subject, user's id, state
    ends_at: float | None  # when the first of them ends unless renewed, as time.time(); None: nobody is anywhere


NOBODY = Marks(states={}, ends_at=None)


async def mark(redis: Any, organisation_id: int, *, subject: Subject, user_id: int, line: str, state: str) -> None:
    """Set, renew or take away what one socket says of one subject; others are told only what makes a difference."""
    now = time.time()
    members = {each: _member(each, subject, user_id, line) for each in (VIEWING, WRITING)}
    stands = {GONE: (), VIEWING: (VIEWING,), WRITING: (VIEWING, WRITING)}[state]  # who writes is there as well
    key = _key(organisation_id)
    async with asyncio.timeout(_PATIENCE), redis.pipeline(transaction=True) as pipe:
        pipe.zremrangebyscore(key, "-inf", now)
        for each, member in members.items():
            if each in stands:
                pipe.zadd(key, {member: now + LIFETIME})
            else:
                pipe.zrem(key, member)
        pipe.expire(key, LIFETIME)
        _expired, *differences, _exists = await pipe.execute()
        if any(differences):
            await redis.publish(channel_of(organisation_id), _POKE)


async def read(redis: Any, organisation_id: int) -> Marks:
    """Return every mark of an organisation that has not ended."""
    async with asyncio.timeout(_PATIENCE):
        rows = await redis.zrangebyscore(_key(organisation_id), time.time(), "+inf", withscores=True)
    states: dict[Subject, dict[int, str]] = {}
    for member, _ends_at in rows:
        state, kind, subject_id, user_id, _line = member.decode().split("|")
        users = states.setdefault((kind, int(subject_id)), {})
        if users.get(int(user_id)) != WRITING:
            users[int(user_id)] = state
    return Marks(states=states, ends_at=rows[0][1] if rows else None)


def _member(state: str, subject: Subject, user_id: int, line: str) -> str:
    return f"{state}|{subject[0]}|{subject[1]}|{user_id}|{line}"


def _key(organisation_id: int) -> str:
    return f"live:presence:{organisation_id}"
