"""What all workers on publications share: what they load, how they call networks, and how they write down the end.

No network is called inside a transaction, and no thread that calls one holds a connection to the database.
"""

import contextlib
import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection

from integrations import vault
from integrations.contract import Account, Composition, Provider, Published
from integrations.errors import ProviderError
from integrations.registry import provider
from lib.addresses import web_address
from lib.claims.claiming import Claim, by_organisation
from lib.tenancy.errands import Errand, Rows, Statement, run_errands
from lib.tenancy.scope import scope
from live.changes import Change, record_change, tell, writing
from scheduler import outcomes
from scheduler.compositions import composition_from
from scheduler.models import Publication, Queue
from scheduler.services import progress as progresses
from scheduler.states import MOVES, Outcome, State

logger = logging.getLogger(__name__)

_LOAD = "SELECT * FROM scheduler_load_publications(%s, %s)"
_SETTLE = "SELECT * FROM scheduler_settle_publications(%s, %s) AS moved (id)"
_PAUSES_SECONDS = (0.1, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A claimed publication with all that its next step needs."""

    claim: Claim
    state: State
    publish_at: datetime
    progress: Mapping[str, Any] = field(repr=False)
    is_prepared: bool
    attempts: int
    when_late: str
    composition: Composition
    account_id: int
    account_state: str
    account: vault.SealedAccount = field(repr=False)
    provider: Provider = field(repr=False)
    published: Published | None = None  # what the network has said of it
    delivery_id: int | None = None  # the one whose outcome is unknown
    looked_for_since: datetime | None = None  # when the first delivery began
    looks: int = 0
    empty_looks: int = 0
    delivery_reason: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.claim.id

    @property
    def organisation_id(self) -> int:
        return self.claim.organisation_id

    def open_account(self) -> Account:
        """Return the account with its tokens, for the length of a call. Raises AuthorisationLost or TransientError."""
        return vault.open_account(self.account)


@dataclass(frozen=True, kw_only=True)
class Move:
    """What becomes of a job's publication (and its delivery) when a step has ended."""

    job: Job
    before: State
    after: State
    queue: Queue | None = None  # None: as it is
    available_at: datetime | None = None  # None: nothing more to do
    counts: bool = False  # one more try without success
    reason: str = ""
    reason_data: Mapping[str, Any] = field(default_factory=dict)
    published: Mapping[str, Any] = field(default_factory=dict)  # network_id, permalink, published_at, is_judged
    deleted_at: datetime | None = None
    is_prepared: bool | None = None
    progress: Mapping[str, Any] | None = field(default=None, repr=False)
    delivery_id: int | None = None
    delivery: Mapping[str, Any] = field(default_factory=dict)  # outcome, http_status, code, reason, reason_data
    event: str = ""  # scheduler.publication.<event>
    event_data: Mapping[str, Any] = field(default_factory=dict)
    asks: bool = False  # a person must be told
    delays_until: datetime | None = None  # the account's lane is held back as well

    def __post_init__(self) -> None:
        if self.after != self.before and self.after not in MOVES[self.before]:
            raise ValueError(f"no publication goes from {self.before} to {self.after}")

    def as_facts(self) -> dict[str, Any]:
        """Return what scheduler_settle_publications takes."""
        facts: dict[str, Any] = {
            "id": self.job.id,
            "token": self.job.claim.token,
            "from": self.before,
            "to": self.after,
            "queue": self.queue,
            "available_at": self.available_at and self.available_at.isoformat(),
            "counts": self.counts,
            "reason": self.reason,
            "reason_data": dict(self.reason_data),
            **self.published,
        }
        if self.deleted_at is not None:
            facts["deleted_at"] = self.deleted_at.isoformat()
        if self.is_prepared is not None:
            facts["is_prepared"] = self.is_prepared
        progress = {} if self.after is State.PUBLISHED and self.after is not self.before else self.progress
        if progress is not None:
            facts["progress"] = progresses.seal(
                progress, organisation_id=self.job.organisation_id, publication_id=self.job.id
            )
        if self.delivery_id is not None:
            facts["delivery"] = {"id": self.delivery_id, **self.delivery}
        if self.event:
            facts |= {"event": f"scheduler.publication.{self.event}", "event_data": dict(self.event_data)}
        return facts


def load(claims: Iterable[Claim]) -> list[Job]:
    """Return what is still ours of these claims, organisation by organisation.

    One organisation whose rows cannot be read costs the others nothing: its leases run out and are given back.
    """
    groups = list(by_organisation(claims))
    found = run_errands(
        [
            Errand(organisation_id, [Statement(_LOAD, [[each.id for each in group], [each.token for each in group]])])
            for organisation_id, group in groups
        ]
    )
    jobs: list[Job] = []
    for (organisation_id, _group), answer in zip(groups, found, strict=True):
        try:
            jobs += [_job(row, organisation_id) for row in rows_of(answer)]
        except Exception:
            logger.exception("publications of organisation %s could not be loaded", organisation_id)
    return jobs


def rows_of(answer: Rows | DatabaseError) -> list[dict[str, Any]]:
    """Return the rows of an errand's first statement, or raise its error."""
    if isinstance(answer, DatabaseError):
        raise answer
    return answer[0]


def _job(row: Mapping[str, Any], organisation_id: int) -> Job:
    progress = progresses.find(_json(row["progress"]), organisation_id=organisation_id, publication_id=row["id"])
    return Job(
        claim=Claim(row["id"], organisation_id, row["token"]),
        state=State(row["state"]),
        publish_at=row["publish_at"],
        progress=progress or {},
        is_prepared=row["is_prepared"] and progress is not None,
        attempts=row["attempts"],
        when_late=row["when_late"],
        composition=composition_from(
            provider(row["network"]),
            text=row["post_text"],
            link=row["post_link"],
            media=_json(row["pictures"]) or (),
            shape=_json(row["shape"]),
            organisation_id=organisation_id,
        ),
        published=_published(row),
        account_id=row["account_id"],
        account_state=row["account_state"],
        account=vault.SealedAccount(
            organisation_id=organisation_id,
            network=row["network"],
            network_id=row["network_id"],
            handle=row["handle"],
            details=_json(row["details"]),
            sealed=row["sealed"],
            person_id=row["person_id"] or "",
            grant_sealed=row["grant_sealed"],
        ),
        provider=provider(row["network"]),
        delivery_id=row["delivery_id"],
        looked_for_since=row["first_started_at"],
        looks=row["looks"],
        empty_looks=row["empty_looks"],
        delivery_reason=_json(row["delivery_reason"]) or {},
    )


def _published(row: Mapping[str, Any]) -> Published | None:
    if not row["post_network_id"]:
        return None
    return Published(
        network_id=row["post_network_id"],
        permalink=row["permalink"],
        published_at=row["published_at"],
        judged=row["is_judged"],
    )


def _json(value: Any) -> Any:
    """Django leaves JSON of plain cursors as text, so that its own fields can decode it."""
    return json.loads(value) if isinstance(value, str) else value


def settle(moves: Sequence[Move], *, now: datetime, also: Callable[[Sequence[Move]], None] | None = None) -> int:
    """Write down how steps ended, one transaction per organisation, and return how many publications moved.

    `also` runs in that transaction with the organisation's moves; where neither it nor a person has a word in it, all
    organisations' transactions travel together. What is known is worth some patience: a database that is being
    restarted is asked again for a few seconds. When it stays away, the leases run out, and whatever was being sent is
    looked for at the network. So it is where one organisation's rows cannot be written: the others' are.
    """
    grouped: dict[int, list[Move]] = defaultdict(list)
    for move in moves:
        grouped[move.job.organisation_id].append(move)
    plain = {key: group for key, group in grouped.items() if also is None and not any(each.asks for each in group)}
    settled, left = _settle_together(plain, now=now)
    for organisation_id, group in grouped.items():
        if organisation_id in plain and organisation_id not in left:
            continue
        try:
            settled += _settle_patiently(group, now=now, also=also)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("publications of organisation %s: how they ended could not be written", organisation_id)
    return settled


def _settle_together(groups: Mapping[int, Sequence[Move]], *, now: datetime) -> tuple[int, set[int]]:
    """Return how many publications moved, and the organisations for which something stood in the way."""
    errands: dict[int, Errand] = {}
    for organisation_id, group in groups.items():
        # What cannot even be said is left to the patient way, which tells of it.
        with contextlib.suppress(Exception):
            statements = [_settle_statement(group, now), writing([_change_of(move) for move in group])]
            errands[organisation_id] = Errand(organisation_id, statements)
    try:
        answers = dict(zip(errands, run_errands(list(errands.values())), strict=True))
    except (OperationalError, InterfaceError):
        return 0, set(groups)
    settled = 0
    done = {key: answer for key, answer in answers.items() if not isinstance(answer, DatabaseError)}
    for organisation_id, answer in done.items():
        group = groups[organisation_id]
        tell(organisation_id, [_change_of(move) for move in group], last=answer[1][0]["last"])
        settled += _count(group, {row["id"] for row in answer[0]})
    return settled, groups.keys() - done.keys()


def _settle_statement(moves: Sequence[Move], now: datetime) -> Statement:
    return Statement(_SETTLE, [now, json.dumps([each.as_facts() for each in moves])])


def _change_of(move: Move) -> Change:
    return Change("publication", move.job.id, social_account_id=move.job.account_id)


def _count(moves: Sequence[Move], settled: Collection[int]) -> int:
    """Return how many moved. The others are no longer ours, unless an answer of the database was lost."""
    for each in moves:
        if each.job.id not in settled:
            logger.warning("publication %s: no longer ours, or written before: %s", each.job.id, each.after)
    return len(settled)


def _settle_patiently(moves: Sequence[Move], *, now: datetime, also: Callable[[Sequence[Move]], None] | None) -> int:
    for pause in (*_PAUSES_SECONDS, None):
        try:
            return _settle(moves, now=now, also=also)
        except IntegrityError:
            return _settle_one_by_one(moves, now=now, also=also)
        except (OperationalError, InterfaceError):
            connection.close()
            if pause is None:
                raise
            time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _settle_one_by_one(moves: Sequence[Move], *, now: datetime, also: Callable[[Sequence[Move]], None] | None) -> int:
    """Find the move that the database refuses: a post of the network that another publication has already taken."""
    settled = 0
    for move in moves:
        try:
            settled += _settle([move], now=now, also=also)
        except IntegrityError:
            logger.warning("publication %s: its post at the network belongs to another one", move.job.id)
            doubt = replace(
                move,
                after=State.OUTCOME_UNKNOWN,
                published={},
                reason="taken_by_another",
                delivery={"outcome": Outcome.UNKNOWN, "reason": "taken_by_another"},
                event="outcome_unknown",
                asks=True,
            )
            settled += _settle([doubt], now=now, also=None)
    return settled


def _settle(moves: Sequence[Move], *, now: datetime, also: Callable[[Sequence[Move]], None] | None) -> int:
    organisation_id = moves[0].job.organisation_id
    with scope(organisation=organisation_id):
        statement = _settle_statement(moves, now)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.parameters)
            settled = {row[0] for row in cursor.fetchall()}
        done = [each for each in moves if each.job.id in settled]
        if also is not None and done:
            also(done)
        _tell([each.job.id for each in done if each.asks], now=now)
        for each in done:
            record_change("publication", each.job.id, social_account=each.job.account_id)
    return _count(moves, settled)


def _tell(ids: Sequence[int], *, now: datetime) -> None:
    if ids:
        found = Publication.objects.filter(pk__in=ids).select_related("post", "social_account").order_by("pk")
        outcomes.tell(list(found), now=now)


def facts_of(error: ProviderError, outcome: Outcome) -> dict[str, Any]:
    """Return how a delivery ended, as its row keeps it."""
    return {
        "outcome": outcome,
        "http_status": error.status,
        "code": error.code,
        "reason": error.key,
        "reason_data": error.facts(),
    }


def answer(published: Published, *, now: datetime) -> dict[str, Any]:
    """Return the columns that the network's word fills."""
    return {
        "network_id": published.network_id,
        "permalink": web_address(published.permalink, 500),
        "published_at": (published.published_at or now).isoformat(),
        "is_judged": published.judged,
    }
