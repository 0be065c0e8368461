"""What people decide about publications that are out: other words, a deletion, what becomes of a follow-up that failed.

Each act locks the publication first, writes what is wanted as a row, and leaves the call to the after queue. A worker
that holds the row at that moment keeps it, and makes room for the wish when its call has ended.
"""

from datetime import datetime

from accounts.models import User
from integrations.contract import Form, Provider
from integrations.registry import provider
from live.changes import record_change
from scheduler.compositions import composition_of
from scheduler.models import Amendment, FollowUp, Publication
from scheduler.services.aftercare import stuck_reason
from scheduler.services.refusals import NotPossible
from scheduler.services.scheduling import go_on_after, record_verb, require_state
from scheduler.states import State

_REFUSED_AMENDMENTS = ("edit_refused", "delete_refused")
_UNDECIDED = (FollowUp.Outcome.REFUSED, FollowUp.Outcome.ASKED)


def edit_published(publication: Publication, *, text: str, actor: User, now: datetime) -> None:
    """Have a publication say something else at its network; an edit that still waits is replaced."""
    _require_out(publication)
    if not _provider(publication).edits_posts:
        raise NotPossible("edit_not_offered")
    if not text.strip():
        raise NotPossible("edit_empty")
    _want(publication, Amendment.Act.EDIT, text=text, actor=actor, now=now)
    record_verb("edit_asked", publication, actor)


def delete_published(publication: Publication, *, actor: User, now: datetime) -> None:
    """Have a publication deleted at its network; a second click changes nothing."""
    _require_out(publication)
    if not _provider(publication).deletes_posts:
        raise NotPossible("delete_not_offered")
    if publication.amendments.filter(state=Amendment.State.WAITING, act=Amendment.Act.DELETE).exists():
        return
    _want(publication, Amendment.Act.DELETE, actor=actor, now=now)
    record_verb("delete_asked", publication, actor)


def try_follow_up_again(publication: Publication, *, actor: User, now: datetime) -> None:
    """Have the follow-up done that was refused, or that a person did not find at the network."""
    attempt = _require_undecided(publication)
    is_refused = attempt.outcome == FollowUp.Outcome.REFUSED
    _decide(attempt, FollowUp.Outcome.AGAIN if is_refused else FollowUp.Outcome.ABSENT, now=now)
    record_verb("follow_up_again", publication, actor, name=attempt.name)
    _go_on(publication, now=now)


def let_be(publication: Publication, *, actor: User, now: datetime) -> None:
    """Leave things as they stand at the network, whatever was refused there, and go on with what is left to do."""
    _require_out(publication)
    if publication.reason in _REFUSED_AMENDMENTS:
        record_verb("let_be", publication, actor, key=publication.reason)
        _clear(publication)
        return
    attempt = _require_undecided(publication)
    _decide(attempt, FollowUp.Outcome.LET_BE, now=now)
    composition = composition_of(publication.post, publication.social_account.network)
    if composition.form is Form.THREAD:
        # A thread with a gap in it goes on no further.
        _leave_the_rest(publication, _provider(publication).follow_ups(composition), attempt, now=now)
    record_verb("let_be", publication, actor, key=publication.reason, name=attempt.name)
    _go_on(publication, now=now)


def words_that_stand(publication: Publication) -> str:
    """Return the text that the network shows: the last edit that was done, else what was published."""
    done = publication.amendments.filter(act=Amendment.Act.EDIT, state=Amendment.State.DONE).last()
    return done.text if done else publication.post.text_for(publication.social_account.network)


def _require_out(publication: Publication) -> None:
    require_state(publication, State.PUBLISHED)
    if not publication.is_out:
        raise NotPossible("moved_on")


def _require_undecided(publication: Publication) -> FollowUp:
    _require_out(publication)
    attempt = publication.follow_ups.last()
    if attempt is None or attempt.outcome not in _UNDECIDED:
        raise NotPossible("moved_on")
    found: FollowUp = attempt
    return found


def _decide(attempt: FollowUp, outcome: FollowUp.Outcome, *, now: datetime) -> None:
    attempt.outcome, attempt.ended_at = outcome, attempt.ended_at or now
    attempt.save(update_fields=["outcome", "ended_at"])


def _leave_the_rest(publication: Publication, names: tuple[str, ...], attempt: FollowUp, *, now: datetime) -> None:
    rest = names[names.index(attempt.name) + 1 :] if attempt.name in names else ()
    FollowUp.objects.bulk_create(
        FollowUp(
            organisation_id=publication.organisation_id,
            publication=publication,
            name=name,
            number=attempt.number + place,
            lease_token=publication.lease_token,
            outcome=FollowUp.Outcome.LET_BE,
            started_at=now,
            ended_at=now,
        )
        for place, name in enumerate(rest, start=1)
    )


def _clear(publication: Publication) -> None:
    """Take a refused edit's reason away; a follow-up that waits for a person as well shows its own again."""
    attempt, reason, facts = publication.follow_ups.last(), "", {}
    if attempt is not None and attempt.outcome in _UNDECIDED:
        reason, facts = stuck_reason(attempt.outcome), {**attempt.reason_data, "name": attempt.name}
    Publication.objects.filter(pk=publication.pk).update(reason=reason, reason_data=facts)
    record_change("publication", publication.pk, social_account=publication.social_account_id)


def _go_on(publication: Publication, *, now: datetime) -> None:
    Publication.objects.filter(pk=publication.pk).update(reason="", reason_data={}, attempts=0)
    go_on_after(publication, now=now)


def _want(publication: Publication, act: Amendment.Act, *, actor: User, now: datetime, text: str = "") -> None:
    publication.amendments.filter(state=Amendment.State.WAITING).update(state=Amendment.State.DROPPED, ended_at=now)
    Amendment.objects.create(publication=publication, act=act, text=text, user=actor, created_at=now)
    Publication.objects.filter(pk=publication.pk).update(attempts=0)
    go_on_after(publication, now=now)


def _provider(publication: Publication) -> Provider:
    return provider(publication.social_account.network)
