"""What is done once a post is out: verdicts, follow-ups in order and once, edits, deletions; killed anywhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from eventlog.models import Event
from integrations.budgets import reserve
from integrations.contract import Form
from integrations.errors import AuthorisationLost, PermanentError, RateLimited, Reach, TransientError
from lib.claims.threads import in_threads
from lib.tenancy.scope import scope
from scheduler import outcomes
from scheduler.compositions import composition_of
from scheduler.models import Amendment, FollowUp, PostAsset, PostShape, Publication, Queue
from scheduler.services import amending, following_up, reconciling, scheduling
from scheduler.services.following_up import follow_up_due
from scheduler.services.publishing import publish_due
from scheduler.services.reconciling import reconcile_due
from scheduler.services.refusals import NotPossible
from scheduler.services.sweeping import give_back_expired
from scheduler.states import Outcome, State
from tests.factories import make_asset
from tests.scheduler.conftest import Acme


@contextmanager
def inside(acme: Acme) -> Iterator[None]:
    with scope(organisation=acme.organisation.pk, user=acme.alice.pk):
        yield


def plan(acme: Acme, **shape: Any) -> Publication:
    """A publication that is due, with this shape."""
    publication = acme.plan(acme.connect())
    with inside(acme):
        if shape:
            PostShape.objects.create(post=publication.post, network="memory", **shape)
    return publication


def publish(acme: Acme, publication: Publication) -> Publication:
    publish_due(acme.clock)
    found = acme.fresh(publication)
    assert found.state == State.PUBLISHED
    return found


def under(acme: Acme, publication: Publication) -> list[str]:
    return acme.network.under.get(acme.fresh(publication).network_id, [])


def attempts(acme: Acme, publication: Publication) -> list[tuple[str, str]]:
    with inside(acme):
        rows = FollowUp.objects.filter(publication=publication).order_by("number")
        return list(rows.values_list("name", "outcome"))


def events(acme: Acme) -> list[str]:
    with inside(acme):
        names = Event.objects.filter(organisation_id=acme.organisation.pk, subject_type="publication")
        return [name.rpartition(".")[2] for name in names.order_by("pk").values_list("name", flat=True)]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    heard: list[tuple[str, str]] = []
    monkeypatch.setattr(
        outcomes, "_listeners", [lambda found, now: heard.extend((one.state, one.reason) for one in found)]
    )
    return heard


# -- verdicts ----------------------------------------------------------------------------------------------------------


def test_a_post_that_the_network_judges_later_waits_for_its_verdict(acme: Acme) -> None:
    acme.network.judges_later = 2
    publication = publish(acme, plan(acme))
    assert (publication.is_judged, publication.reason, publication.queue) == (False, "awaiting_verdict", Queue.AFTER)

    acme.clock.forward(seconds=20)
    follow_up_due(acme.clock)
    assert not acme.fresh(publication).is_judged
    acme.clock.forward(seconds=25)
    follow_up_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.is_judged, found.reason, found.available_at) == (State.PUBLISHED, True, "", None)
    assert events(acme)[-1] == "accepted"


def test_a_refusal_after_all_is_a_failure_and_people_are_told_why(acme: Acme, told: list[tuple[str, str]]) -> None:
    acme.network.judges_later = 1
    acme.network.refuses = PermanentError("refused", network="memory", code="spam", detail="No.")
    publication = publish(acme, plan(acme, first_comment="Open from seven."))

    acme.clock.forward(seconds=20)
    follow_up_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.reason, found.reason_data["detail"]) == (State.FAILED, "refused", "No.")
    assert (found.available_at, told) == (None, [(State.FAILED, "refused")])
    assert (attempts(acme, publication), acme.sent) == ([], [])


def test_what_was_refused_after_all_can_be_sent_again(acme: Acme) -> None:
    acme.network.judges_later = 1
    acme.network.refuses = PermanentError("refused", network="memory")
    publication = publish(acme, plan(acme))
    acme.clock.forward(seconds=20)
    follow_up_due(acme.clock)

    acme.network.refuses, acme.network.judges_later = None, 0
    with inside(acme):
        scheduling.retry_publication(acme.fresh(publication), actor=acme.alice, now=acme.clock())
    publish_due(acme.clock)

    assert (acme.fresh(publication).state, len(acme.sent)) == (State.PUBLISHED, 1)


def test_a_verdict_that_cannot_be_asked_for_is_asked_for_again(acme: Acme) -> None:
    acme.network.judges_later = 1
    publication = publish(acme, plan(acme))
    acme.network.fail_next("verdict", TransientError("unavailable", network="memory"))
    acme.clock.forward(seconds=20)
    follow_up_due(acme.clock)
    assert acme.fresh(publication).reason == "awaiting_verdict"

    acme.clock.forward(minutes=2)
    follow_up_due(acme.clock)

    assert acme.fresh(publication).is_judged


def test_a_network_that_never_judges_is_not_asked_for_ever(acme: Acme) -> None:
    acme.network.judges_later = 1_000_000
    publication = publish(acme, plan(acme))
    acme.clock.forward(days=15)
    follow_up_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.state, found.reason, found.available_at) == (State.PUBLISHED, "verdict_missing", None)


def test_follow_ups_wait_for_the_verdict(acme: Acme) -> None:
    acme.network.judges_later = 1
    publication = publish(acme, plan(acme, first_comment="Open from seven."))
    assert under(acme, publication) == []

    acme.clock.forward(seconds=20)
    follow_up_due(acme.clock)

    assert under(acme, publication) == ["comment: Open from seven."]


# -- follow-ups --------------------------------------------------------------------------------------------------------


def test_follow_ups_are_done_in_order_and_once(acme: Acme) -> None:
    publication = publish(acme, plan(acme, form=Form.THREAD, parts=["Two", "Three"], first_comment="Four"))

    follow_up_due(acme.clock)
    follow_up_due(acme.clock)

    assert under(acme, publication) == ["part: Two", "part: Three", "comment: Four"]
    assert attempts(acme, publication) == [("part.0", "done"), ("part.1", "done"), ("first_comment", "done")]
    found = acme.fresh(publication)
    assert (found.reason, found.available_at, found.state) == ("", None, State.PUBLISHED)
    with inside(acme):
        assert FollowUp.objects.get(name="part.1").kept == {"place": 2, "after": ["part.0"]}


def test_a_found_post_is_followed_up_too(acme: Acme) -> None:
    publication = plan(acme, first_comment="Open from seven.")
    acme.network.lose_answer("commit")
    publish_due(acme.clock)
    acme.clock.forward(minutes=2)
    reconcile_due(acme.clock)

    follow_up_due(acme.clock)

    assert under(acme, publication) == ["comment: Open from seven."]


def test_a_recognised_post_is_followed_up_too(acme: Acme) -> None:
    publication = plan(acme, first_comment="Open from seven.")
    acme.network.lose_answer("commit")
    publish_due(acme.clock)
    [post] = acme.network.posts["bakery"]
    with inside(acme):
        scheduling.record_as_published(
            acme.fresh(publication),
            network_id=post.network_id,
            permalink=post.permalink,
            published_at=None,
            actor=acme.alice,
            now=acme.clock(),
        )

    follow_up_due(acme.clock)

    assert under(acme, publication) == ["comment: Open from seven."]


@pytest.mark.parametrize("arrived", [True, False])
def test_a_lost_answer_is_looked_for_and_never_repeated_blindly(acme: Acme, arrived: bool) -> None:
    publication = publish(acme, plan(acme, first_comment="Open from seven."))
    acme.network.lose_answer("follow_up", done=arrived)
    follow_up_due(acme.clock)
    assert attempts(acme, publication) == [("first_comment", "unknown")]
    assert acme.network.calls["find_follow_up"] == 0  # not before it can be seen

    for _turn in range(4):
        acme.clock.forward(minutes=2)
        follow_up_due(acme.clock)

    assert under(acme, publication) == ["comment: Open from seven."]
    ends = [outcome for _name, outcome in attempts(acme, publication)]
    assert ends == (["done"] if arrived else ["absent", "done"])
    assert acme.network.calls["find_follow_up"] == (1 if arrived else reconciling.EMPTY_LOOKS)


def test_looks_that_prove_nothing_end_with_a_person(acme: Acme, told: list[tuple[str, str]]) -> None:
    publication = publish(acme, plan(acme, first_comment="Open from seven."))
    acme.network.lose_answer("follow_up")
    for _look in range(8):
        acme.network.fail_next("find_follow_up", TransientError("unavailable", network="memory"))
    for _turn in range(10):
        follow_up_due(acme.clock)
        acme.clock.forward(hours=2)

    assert attempts(acme, publication) == [("first_comment", "asked")]
    assert told == [(State.PUBLISHED, "follow_up_unknown")]
    assert acme.network.calls["follow_up"] == 1


def refused(acme: Acme, **shape: Any) -> Publication:
    """A publication of which the first follow-up was refused."""
    publication = publish(acme, plan(acme, **shape))
    error = PermanentError("refused", network="memory", status=403, code="12", detail="Comments are closed.")
    acme.network.fail_next("follow_up", error)
    follow_up_due(acme.clock)
    return acme.fresh(publication)


def test_a_refused_follow_up_waits_for_a_person_and_the_post_stays(acme: Acme, told: list[tuple[str, str]]) -> None:
    publication = refused(acme, first_comment="Open from seven.")

    assert (publication.state, publication.reason, publication.available_at) == (
        State.PUBLISHED,
        "follow_up_refused",
        None,
    )
    assert publication.reason_data["name"] == "first_comment"
    assert told == [(State.PUBLISHED, "follow_up_refused")]
    assert len(acme.sent) == 1


def test_a_person_has_it_tried_again(acme: Acme) -> None:
    publication = refused(acme, first_comment="Open from seven.")
    with inside(acme):
        amending.try_follow_up_again(publication, actor=acme.alice, now=acme.clock())

    follow_up_due(acme.clock)

    assert under(acme, publication) == ["comment: Open from seven."]
    assert attempts(acme, publication) == [("first_comment", "again"), ("first_comment", "done")]


def test_a_person_lets_it_be_and_the_rest_goes_on(acme: Acme) -> None:
    with inside(acme):
        film, cover = make_asset(content_type="video/mp4", duration_ms=9_000), make_asset()
    publication = plan(acme, cover=cover, first_comment="Open from seven.")
    with inside(acme):
        PostAsset.objects.create(post=publication.post, asset=film, position=1)
        Publication.objects.update(progress={"media": {composition_of(publication.post, "memory").media[0].key: "1"}})
    publish(acme, publication)
    acme.network.fail_next("follow_up", PermanentError("refused", network="memory"))
    follow_up_due(acme.clock)
    with inside(acme):
        amending.let_be(acme.fresh(publication), actor=acme.alice, now=acme.clock())

    follow_up_due(acme.clock)

    assert under(acme, publication) == ["comment: Open from seven."]
    assert attempts(acme, publication) == [("cover", "let_be"), ("first_comment", "done")]


def test_a_refused_edit_can_be_let_be(acme: Acme) -> None:
    publication = publish(acme, plan(acme))
    acme.network.fail_next("edit_published", PermanentError("refused", network="memory"))
    with inside(acme):
        amending.edit_published(publication, text="Better.", actor=acme.alice, now=acme.clock())
    follow_up_due(acme.clock)
    with inside(acme):
        amending.let_be(acme.fresh(publication), actor=acme.alice, now=acme.clock())

    assert acme.fresh(publication).reason == ""


def test_a_thread_with_a_gap_goes_on_no_further(acme: Acme) -> None:
    publication = publish(acme, plan(acme, first_comment="Four"))
    with inside(acme):
        PostShape.objects.update(form=Form.THREAD, parts=["Two", "Three"])
    acme.network.fail_next("follow_up", PermanentError("refused", network="memory"))
    follow_up_due(acme.clock)
    with inside(acme):
        amending.let_be(acme.fresh(publication), actor=acme.alice, now=acme.clock())
        with pytest.raises(NotPossible):
            amending.let_be(acme.fresh(publication), actor=acme.alice, now=acme.clock())

    follow_up_due(acme.clock)

    assert under(acme, publication) == []
    assert {outcome for _name, outcome in attempts(acme, publication)} == {"let_be"}
    assert acme.fresh(publication).reason == ""


@pytest.mark.parametrize(
    "error",
    [
        TransientError("unavailable", network="memory", status=503),
        RateLimited("rate_limited", network="memory", status=429, reach=Reach.ACCOUNT),
    ],
)
def test_what_was_surely_not_done_is_tried_again_later(acme: Acme, error: Any) -> None:
    publication = publish(acme, plan(acme, first_comment="Open from seven."))
    acme.network.fail_next("follow_up", error)
    follow_up_due(acme.clock)
    assert attempts(acme, publication) == [("first_comment", "postponed")]
    assert acme.fresh(publication).reason == "follow_up_waits"

    acme.clock.forward(hours=2)
    follow_up_due(acme.clock)

    assert under(acme, publication) == ["comment: Open from seven."]


def test_a_lost_access_holds_follow_ups_until_somebody_reconnects(acme: Acme) -> None:
    publication = publish(acme, plan(acme, first_comment="Open from seven."))
    acme.network.fail_next("follow_up", AuthorisationLost("access_lost", network="memory", reach=Reach.ACCOUNT))
    follow_up_due(acme.clock)
    acme.clock.forward(hours=2)
    follow_up_due(acme.clock)
    assert acme.network.calls["follow_up"] == 1

    from integrations.models import SocialAccount
    from integrations.services.lanes import resume_lanes

    with inside(acme):
        SocialAccount.objects.update(state=SocialAccount.State.ACTIVE)
        resume_lanes(SocialAccount.objects.all())
    follow_up_due(acme.clock)

    assert under(acme, publication) == ["comment: Open from seven."]


# -- edits and deletions -----------------------------------------------------------------------------------------------


def test_an_edit_is_carried_to_the_network(acme: Acme) -> None:
    publication = publish(acme, plan(acme))
    with inside(acme):
        amending.edit_published(
            publication, text="The stollen is back on Saturday.", actor=acme.alice, now=acme.clock()
        )
        assert amending.words_that_stand(publication) == publication.post.text
    follow_up_due(acme.clock)

    assert acme.sent == ["The stollen is back on Saturday."]
    with inside(acme):
        assert amending.words_that_stand(publication) == "The stollen is back on Saturday."
    assert events(acme)[-2:] == ["edit_asked", "edited"]


def test_a_deletion_is_carried_out_and_a_second_click_changes_nothing(acme: Acme) -> None:
    publication = publish(acme, plan(acme))
    with inside(acme):
        for _click in range(2):
            amending.delete_published(publication, actor=acme.alice, now=acme.clock())
    follow_up_due(acme.clock)

    found = acme.fresh(publication)
    assert (acme.sent, found.state, found.is_out) == ([], State.PUBLISHED, False)
    assert found.deleted_at == acme.clock()
    assert events(acme)[-2:] == ["delete_asked", "deleted"]
    with inside(acme), pytest.raises(NotPossible):
        amending.edit_published(found, text="Too late", actor=acme.alice, now=acme.clock())


def test_a_refused_edit_is_told_and_the_words_are_kept(acme: Acme, told: list[tuple[str, str]]) -> None:
    publication = publish(acme, plan(acme))
    acme.network.fail_next("edit_published", PermanentError("refused", network="memory", detail="Too old."))
    with inside(acme):
        amending.edit_published(publication, text="Better.", actor=acme.alice, now=acme.clock())
    follow_up_due(acme.clock)

    found = acme.fresh(publication)
    assert (found.reason, found.reason_data["detail"], told) == (
        "edit_refused",
        "Too old.",
        [(State.PUBLISHED, "edit_refused")],
    )
    with inside(acme):
        assert list(Amendment.objects.values_list("state", "text")) == [("refused", "Better.")]


def test_an_edit_that_meets_a_disturbance_is_done_later(acme: Acme) -> None:
    publication = publish(acme, plan(acme))
    acme.network.lose_answer("edit_published")
    with inside(acme):
        amending.edit_published(publication, text="Better.", actor=acme.alice, now=acme.clock())
    follow_up_due(acme.clock)
    assert acme.fresh(publication).reason == "edit_waits"

    acme.clock.forward(minutes=2)
    follow_up_due(acme.clock)

    assert (acme.sent, acme.fresh(publication).reason) == (["Better."], "")


def test_what_the_network_does_not_offer_is_refused_at_once(acme: Acme) -> None:
    acme.network.edits_posts = acme.network.deletes_posts = False
    publication = publish(acme, plan(acme))

    with inside(acme):
        with pytest.raises(NotPossible, match="edit_not_offered"):
            amending.edit_published(publication, text="Better.", actor=acme.alice, now=acme.clock())
        with pytest.raises(NotPossible, match="delete_not_offered"):
            amending.delete_published(publication, actor=acme.alice, now=acme.clock())


def test_a_wish_that_comes_during_a_call_is_not_forgotten(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    publication = publish(acme, plan(acme, first_comment="Open from seven."))
    begin = following_up._begin

    def and_a_person(steps: Any, clock: Any) -> Any:
        begun = begin(steps, clock)
        monkeypatch.setattr(following_up, "_begin", begin)
        with inside(acme):
            amending.delete_published(acme.fresh(publication), actor=acme.alice, now=acme.clock())
        return begun

    monkeypatch.setattr(following_up, "_begin", and_a_person)
    follow_up_due(acme.clock)

    assert acme.sent == []
    assert attempts(acme, publication) == [("first_comment", "done")]


def test_deleting_ends_what_was_still_to_follow(acme: Acme) -> None:
    publication = publish(acme, plan(acme, first_comment="Open from seven."))
    with inside(acme):
        amending.delete_published(publication, actor=acme.alice, now=acme.clock())
    follow_up_due(acme.clock)
    acme.clock.forward(hours=1)
    follow_up_due(acme.clock)

    assert attempts(acme, publication) == []


# -- kills -------------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """SIGKILL: nothing that is written for errors may catch it."""


def _dies_before(act: Callable[..., Any]) -> Callable[..., Any]:
    def killed(*_args: Any, **_more: Any) -> Any:
        raise Killed

    return killed


def _dies_after(act: Callable[..., Any]) -> Callable[..., Any]:
    def killed(*args: Any, **more: Any) -> Any:
        act(*args, **more)
        raise Killed

    return killed


@pytest.mark.parametrize("step", ["load", "read", "_begin", "_begin_one", "in_threads", "settle", "_write"])
@pytest.mark.parametrize("dies", [_dies_before, _dies_after])
@pytest.mark.parametrize("turn", [1, 2])
def test_killed_between_any_steps_it_is_done_once_all_the_same(
    acme: Acme, monkeypatch: pytest.MonkeyPatch, step: str, dies: Callable[..., Any], turn: int
) -> None:
    acme.network.judges_later = 1
    publication = publish(acme, plan(acme, form=Form.THREAD, parts=["Two", "Three"], first_comment="Four"))
    acme.clock.forward(seconds=20)
    act, calls = getattr(following_up, step), [0]

    def guarded(*args: Any, **more: Any) -> Any:
        calls[0] += 1
        return dies(act)(*args, **more) if calls[0] == turn else act(*args, **more)

    monkeypatch.setattr(following_up, step, guarded)
    for _life in range(14):
        with suppress(Killed):
            follow_up_due(acme.clock)
        acme.clock.forward(minutes=4)
        give_back_expired(now=acme.clock())

    assert calls[0] >= turn
    assert under(acme, publication) == ["part: Two", "part: Three", "comment: Four"]
    assert [name for name, outcome in attempts(acme, publication) if outcome == "done"] == [
        *("part.0", "part.1", "first_comment"),
    ]
    found = acme.fresh(publication)
    assert (found.state, found.reason, found.available_at, found.lease_until) == (State.PUBLISHED, "", None, None)
    assert Outcome.OPEN not in {outcome for _name, outcome in attempts(acme, publication)}


def test_a_worker_that_comes_back_late_writes_nothing(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    publication = publish(acme, plan(acme, first_comment="Open from seven."))
    threads = in_threads

    def late(act: Any, items: Any) -> Any:
        results = threads(act, items)
        monkeypatch.setattr(following_up, "in_threads", threads)
        acme.clock.forward(minutes=4)
        give_back_expired(now=acme.clock())
        follow_up_due(acme.clock)  # another worker finds it
        return results

    monkeypatch.setattr(following_up, "in_threads", late)
    follow_up_due(acme.clock)

    assert under(acme, publication) == ["comment: Open from seven."]
    assert attempts(acme, publication) == [("first_comment", "done")]


def test_budgets_are_asked_for_what_follows(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, int]] = []

    def listen(needs: Any, *, now: Any) -> Any:
        asked.extend(dict(each.units) for each in needs)
        return reserve(needs, now=now)

    monkeypatch.setattr(following_up, "reserve", listen)
    publish(acme, plan(acme, first_comment="Open from seven."))
    follow_up_due(acme.clock)

    assert asked == [{"memory.posts": 1}]
