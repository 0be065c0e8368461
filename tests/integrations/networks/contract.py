"""What every provider must do, whatever the network: one class, run for the provider in memory and for each twin."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from integrations.contract import (
    Account,
    Composition,
    Feature,
    Form,
    Kind,
    Level,
    Media,
    Operation,
    OptionType,
    Progress,
    Published,
    Verdict,
)
from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    TransientError,
)
from integrations.sentences import NETWORK_NAMES, SENTENCES
from tests.integrations.networks.stage import (
    MATRIX,
    AfterwardsStage,
    Cell,
    Fault,
    Shelf,
    Stage,
    Step,
    Stopped,
    composition,
    now,
    picture,
    simplest,
    uploading,
    with_required,
)

LATER = timedelta(hours=1)  # past any visibility delay
_LOOKS = 50  # of a test at media or a verdict that the network takes its time over


def compose(stage: Stage, kind: Kind, text: str = "") -> Composition:
    """Return a composition of a kind that this network takes, its files reachable where it fetches them by itself."""
    wanted = composition(kind, *filter(None, [text]), provider=stage.provider)
    addressed: Callable[[Media], Media] | None = getattr(stage, "addressed", None)
    if addressed is None:
        return wanted
    cover = wanted.cover and addressed(wanted.cover)
    return replace(wanted, media=tuple(addressed(each) for each in wanted.media), cover=cover)


def require_kind(stage: Stage, kind: Kind) -> None:
    if kind not in stage.provider.kinds:
        pytest.skip("this network has none")


def publish(stage: Stage, account: Account, wanted: Composition) -> Published:
    """Prepare, check and commit."""
    progress = prepared(stage, account, wanted)
    return stage.provider.commit(account, wanted, progress, now=now())


def prepared(stage: Stage, account: Account, wanted: Composition) -> Progress:
    """Prepare, and wait until the network is done with the media."""
    provider = stage.provider
    progress = (
        provider.prepare(account, wanted, {}, save=Shelf(), now=now()) if provider.needs_preparation(wanted) else {}
    )
    for _look in range(_LOOKS):
        readiness = provider.check(account, wanted, progress, now=now())
        if readiness.ready:
            return progress
        if readiness.prepare_again:
            progress = provider.prepare(account, wanted, progress, save=Shelf(), now=now())
            continue
        assert readiness.check_after is not None, readiness
        time.sleep(min(readiness.check_after.total_seconds(), 0.2))
    raise AssertionError("the network is never done with its media")


class ProviderContract:
    """Subclasses give the ``stage`` fixture."""

    # connecting

    def test_it_connects(self, stage: Stage) -> None:
        access = stage.connect([Feature.PUBLISH])

        assert access.person_id
        assert access.person_name
        assert access.missing == frozenset()
        assert stage.provider.scopes[Feature.PUBLISH] <= access.credentials.scopes
        assert access.credentials.access_token not in repr(access)

    def test_a_code_works_once(self, stage: Stage) -> None:
        with pytest.raises((PermanentError, TransientError)):
            stage.provider.exchange_code(
                code="used-up",
                redirect_uri="http://127.0.0.1/back",
                code_verifier="v" * 64,
                features=[Feature.PUBLISH],
                now=now(),
            )

    def test_it_lists_what_the_grant_reaches(self, stage: Stage) -> None:
        access = stage.connect([Feature.PUBLISH])

        presences = list(stage.provider.list_presences(access.credentials, now=now()))

        ids = [each.network_id for each in presences]
        assert ids
        assert len(set(ids)) == len(ids)
        assert all(each.name and each.permalink for each in presences)

    def test_it_describes_an_account(self, stage: Stage) -> None:
        account = stage.account()

        assert stage.provider.describe(account, now=now()).network_id == account.network_id

    # publishing

    @pytest.mark.parametrize("kind", list(Kind))
    def test_it_publishes_once(self, stage: Stage, kind: Kind) -> None:
        require_kind(stage, kind)
        account, wanted = stage.account(), compose(stage, kind)

        published = publish(stage, account, wanted)

        assert published.permalink.startswith("http")
        assert [(each.network_id, each.media) for each in stage.out(account)] == [
            (published.network_id, len(wanted.media))
        ]

    @pytest.mark.parametrize("kind", list(Kind))
    def test_it_finds_what_it_published_when_the_answer_was_lost(self, stage: Stage, kind: Kind) -> None:
        require_kind(stage, kind)
        account, wanted, since = stage.account(), compose(stage, kind), now()
        progress = prepared(stage, account, wanted)
        stage.strike(Step.COMMIT, Fault.LOST_ANSWER)
        with pytest.raises(OutcomeUnknown):
            stage.provider.commit(account, wanted, progress, now=now())

        findings = stage.provider.find_published(account, wanted, progress, since=since, now=now() + LATER)

        assert findings.published is not None
        assert [findings.published.network_id] == [each.network_id for each in stage.out(account)]

    def test_it_finds_nothing_when_the_request_was_lost(self, stage: Stage) -> None:
        kind = simplest(stage.provider)
        account, wanted, since = stage.account(), compose(stage, kind), now()
        publish(stage, account, compose(stage, kind, "Quite another post."))
        progress = prepared(stage, account, wanted)
        stage.strike(Step.COMMIT, Fault.LOST_REQUEST)
        with pytest.raises(OutcomeUnknown):
            stage.provider.commit(account, wanted, progress, now=now())

        findings = stage.provider.find_published(account, wanted, progress, since=since, now=now() + LATER)

        assert (findings.published, findings.candidates, findings.covered) == (None, (), True)

    def test_it_leaves_other_publications_posts_alone(self, stage: Stage) -> None:
        account, wanted, since = stage.account(), compose(stage, simplest(stage.provider)), now()
        other = publish(stage, account, wanted)

        findings = stage.provider.find_published(
            account, wanted, {}, since=since, known=[other.network_id], now=now() + LATER
        )

        assert findings.published is None

    def test_it_does_not_take_an_earlier_post_for_ours(self, stage: Stage) -> None:
        account, wanted = stage.account(), compose(stage, simplest(stage.provider))
        publish(stage, account, wanted)

        findings = stage.provider.find_published(
            account, wanted, {}, since=now() + timedelta(minutes=5), now=now() + LATER
        )

        assert (findings.published, findings.candidates) == (None, ())

    def test_a_duplicate_is_looked_for_before_it_counts_as_failed(self, stage: Stage) -> None:
        account, wanted = stage.account(), compose(stage, simplest(stage.provider))
        progress = prepared(stage, account, wanted)
        stage.strike(Step.COMMIT, Fault.DUPLICATE)

        with pytest.raises(PermanentError) as raised:
            stage.provider.commit(account, wanted, progress, now=now())

        assert raised.value.look_first

    # uploading

    def test_a_stopped_upload_goes_on_where_it_stood(self, stage: Stage) -> None:
        account, wanted = stage.account(), compose(stage, uploading(stage.provider, several=True))
        shelf = Shelf()
        stage.provider.prepare(account, wanted, {}, save=shelf, now=now())
        steps, whole = len(shelf.saved), stage.uploads(account)

        for stop_after in range(1, steps + 1):
            before = stage.uploads(account)
            stopped = Shelf(stop_after=stop_after)
            with pytest.raises(Stopped):
                stage.provider.prepare(account, wanted, {}, save=stopped, now=now())
            progress = stage.provider.prepare(account, wanted, stopped.saved[-1], save=Shelf(), now=now())
            assert stage.provider.check(account, wanted, progress, now=now()).failed is None
            assert stage.uploads(account) - before == whole

    def test_complete_progress_is_left_as_it_is(self, stage: Stage) -> None:
        account, wanted = stage.account(), compose(stage, uploading(stage.provider, several=True))
        progress = prepared(stage, account, wanted)
        before = stage.uploads(account)

        assert stage.provider.prepare(account, wanted, progress, save=Shelf(), now=now()) == progress
        assert stage.uploads(account) == before

    def test_what_was_never_uploaded_is_not_committed(self, stage: Stage) -> None:
        account, wanted = stage.account(), compose(stage, uploading(stage.provider))

        assert stage.provider.check(account, wanted, {}, now=now()).prepare_again
        with pytest.raises(PermanentError):
            stage.provider.commit(account, wanted, {}, now=now())
        assert stage.out(account) == []

    # access

    def test_refreshed_access_works(self, stage: Stage) -> None:
        access = stage.connect([Feature.PUBLISH])

        fresh = stage.provider.refresh(access.credentials, now=now())

        assert fresh.scopes == access.credentials.scopes
        assert bool(fresh.refresh_token) == bool(access.credentials.refresh_token)
        assert list(stage.provider.list_presences(fresh, now=now()))

    def test_a_rotated_refresh_token_is_dead(self, stage: Stage) -> None:
        if not stage.provider.rotates_refresh_tokens:
            pytest.skip("this network keeps its refresh tokens")
        access = stage.connect([Feature.PUBLISH])
        stage.provider.refresh(access.credentials, now=now())

        with pytest.raises(AuthorisationLost) as raised:
            stage.provider.refresh(access.credentials, now=now())

        assert not raised.value.refresh_may_help

    def test_a_refresh_without_answer_is_unknown_where_tokens_rotate(self, stage: Stage) -> None:
        access = stage.connect([Feature.PUBLISH])
        stage.lose_refresh_answer()

        with pytest.raises(OutcomeUnknown if stage.provider.rotates_refresh_tokens else TransientError):
            stage.provider.refresh(access.credentials, now=now())

    def test_revoked_access_is_lost(self, stage: Stage) -> None:
        access = stage.connect([Feature.PUBLISH])
        stage.provider.revoke(access.credentials, person_id=access.person_id, now=now())

        with pytest.raises(AuthorisationLost):
            list(stage.provider.list_presences(access.credentials, now=now()))
        stage.provider.revoke(access.credentials, person_id=access.person_id, now=now())

    # taking down

    def test_a_deleted_post_is_gone_and_may_be_deleted_again(self, stage: Stage) -> None:
        account = stage.account()
        published = publish(stage, account, compose(stage, simplest(stage.provider)))

        stage.provider.delete_published(account, published.network_id, now=now())
        stage.provider.delete_published(account, published.network_id, now=now())

        assert stage.out(account) == []

    # composing

    def test_a_good_composition_has_no_problem(self, stage: Stage) -> None:
        for kind in stage.provider.kinds:
            assert stage.provider.validate(compose(stage, kind)) == ()

    def test_too_long_a_text_says_by_how_much(self, stage: Stage) -> None:
        allowed = stage.provider.limits().text_max
        wanted = replace(compose(stage, simplest(stage.provider)), text="a" * (allowed + 7))

        problems = stage.provider.validate(wanted)

        assert [(each.key, each.parameters["excess"]) for each in problems] == [("text_too_long", 7)]

    def test_nothing_is_not_a_post(self, stage: Stage) -> None:
        problems = stage.provider.validate(with_required(Composition(), stage.provider))

        assert any(each.level is Level.ERROR for each in problems)

    @pytest.mark.parametrize("form", list(Form))
    def test_it_takes_the_forms_that_it_offers_and_no_other(self, stage: Stage, form: Form) -> None:
        if form is not Form.POST and form in stage.provider.forms:
            assert Kind(form.value) in stage.provider.kinds
            return
        wanted = replace(compose(stage, simplest(stage.provider)), form=form)

        is_refused = any(each.level is Level.ERROR for each in stage.provider.validate(wanted))

        assert is_refused == (form is not Form.POST)

    def test_its_options_are_told_apart_and_have_words(self, stage: Stage) -> None:
        options = stage.provider.options
        needed = {f"{each.name}.{choice}" for each in options for choice in each.choices} | {
            each.name for each in options
        }

        assert len({each.name for each in options}) == len(options)
        assert all(bool(each.choices) != each.asks for each in options if each.type is OptionType.CHOICE)
        if stage.provider.key in NETWORK_NAMES:
            assert {name for name in needed if f"option.{stage.provider.key}.{name}" not in SENTENCES} == set()

    def test_what_it_does_not_take_is_refused_and_never_dropped(self, stage: Stage) -> None:
        wanted, limits = compose(stage, simplest(stage.provider)), stage.provider.limits()

        def refusals(changed: Composition) -> set[str]:
            return {each.field for each in stage.provider.validate(changed) if each.level is Level.ERROR}

        assert refusals(replace(wanted, options={**wanted.options, "no_such_option": "x"})) == {
            "options.no_such_option"
        }
        too_long = "a" * (limits.first_comment_max + 1)
        assert refusals(replace(wanted, first_comment=too_long)) == {"first_comment"}
        assert refusals(replace(wanted, parts=("A second text",))) == {"form"}

    def test_its_judge_agrees_for_what_it_takes_a_cover(self, stage: Stage) -> None:
        for kind in stage.provider.kinds:
            wanted = compose(stage, kind)
            problems = stage.provider.validate(replace(wanted, cover=picture("red")))
            is_refused = any(each.key == "cover_not_offered" for each in problems)
            assert stage.provider.takes_cover(wanted) != is_refused, kind

    def test_fingerprints_tell_compositions_apart(self, stage: Stage) -> None:
        wanted = compose(stage, uploading(stage.provider))

        same = replace(wanted, text=f"  {wanted.text}\r\n")

        assert stage.provider.fingerprint(same) == stage.provider.fingerprint(wanted)
        assert stage.provider.fingerprint(replace(wanted, media=())) != stage.provider.fingerprint(wanted)
        assert stage.provider.fingerprint(replace(wanted, text="Other")) != stage.provider.fingerprint(wanted)

    # budgets

    def test_it_reports_only_budgets_that_it_declares(self, stage: Stage) -> None:
        declared = {each.key: each for each in stage.provider.budgets}
        account = stage.account()

        publish(stage, account, compose(stage, uploading(stage.provider, several=True)))

        assert bool(stage.reports) == getattr(stage, "tells_budgets", True)
        for report in stage.reports:
            assert report.reach is declared[report.budget].reach
            assert 0 <= report.used <= report.limit
            assert report.subject

    @pytest.mark.parametrize("operation", list(Operation))
    def test_costs_are_in_budgets_that_it_declares(self, stage: Stage, operation: Operation) -> None:
        declared = {each.key for each in stage.provider.budgets}

        assert set(stage.provider.cost(operation, compose(stage, uploading(stage.provider, several=True)))) <= declared


class FaultContract:
    """How a provider tells faults apart, for the one in memory: the twins play every fault there is in tests/faults."""

    @pytest.mark.parametrize(("step", "fault"), sorted(MATRIX))
    def test_each_fault_comes_to_what_the_matrix_says(self, stage: Stage, step: Step, fault: Fault) -> None:
        cell = MATRIX[step, fault]
        account, wanted = stage.account(), compose(stage, uploading(stage.provider))
        progress = prepared(stage, account, wanted) if step is not Step.UPLOAD else {}
        published = (
            stage.provider.commit(account, wanted, progress, now=now()) if step in {Step.LOOK, Step.DELETE} else None
        )

        stage.strike(step, fault)
        with pytest.raises(ProviderError) as raised:
            self._do(stage, step, account=account, wanted=wanted, progress=progress, published=published)

        self._judge(raised.value, cell, account)
        assert len(stage.out(account)) == cell.out

    def _do(
        self,
        stage: Stage,
        step: Step,
        *,
        account: Account,
        wanted: Composition,
        progress: Progress,
        published: Published | None,
    ) -> None:
        provider = stage.provider
        match step:
            case Step.LIST:
                list(provider.list_presences(stage.grant_of(account), now=now()))
            case Step.DESCRIBE:
                provider.describe(account, now=now())
            case Step.UPLOAD:
                provider.prepare(account, wanted, {}, save=Shelf(), now=now())
            case Step.COMMIT:
                provider.commit(account, wanted, progress, now=now())
            case Step.LOOK:
                provider.find_published(account, wanted, progress, since=now(), now=now())
            case Step.DELETE:
                assert published is not None
                provider.delete_published(account, published.network_id, now=now())

    def _judge(self, error: ProviderError, cell: Cell, account: Account) -> None:
        assert isinstance(error, cell.error)
        assert account.credentials.access_token not in f"{error} {error!r} {error.facts()}"
        assert error.__cause__ is None


class AfterwardsContract:
    """What a provider must do whose network judges late, takes follow-ups or edits; ``stage`` as above.

    ``followed`` gives compositions that have follow-ups, with how many; a network without any gives none.
    """

    def followed(self, stage: AfterwardsStage) -> list[tuple[Composition, int]]:
        """Return a composition for each kind of follow-up that the network has."""
        raise NotImplementedError

    def _each(self, stage: AfterwardsStage) -> list[tuple[Composition, int]]:
        found = self.followed(stage)
        if not found:
            pytest.skip("this network has none")
        return found

    def test_follow_ups_are_done_in_order_after_the_post(self, stage: AfterwardsStage) -> None:
        account = stage.account()
        for wanted, count in self._each(stage):
            published = settled(stage, account, publish(stage, account, wanted))

            done: dict[str, Progress] = {}
            names = stage.provider.follow_ups(wanted)
            for name in names:
                done[name] = stage.provider.follow_up(account, wanted, name, published, done, now=now())

            assert len(set(names)) == len(names) == count
            assert len(stage.under(account, published.network_id)) == count

    def test_a_follow_up_whose_answer_was_lost_is_found(self, stage: AfterwardsStage) -> None:
        account = stage.account()
        for wanted, _count in self._each(stage):
            published, since = settled(stage, account, publish(stage, account, wanted)), now()
            [name, *_rest] = stage.provider.follow_ups(wanted)
            look = partial(stage.provider.find_follow_up, account, wanted, name, published, {}, since=since)

            assert look(now=now() + LATER) is None
            stage.strike(Step.FOLLOW_UP, Fault.LOST_ANSWER)
            with pytest.raises(OutcomeUnknown):
                stage.provider.follow_up(account, wanted, name, published, {}, now=now())
            assert look(now=now() + LATER) is not None
            assert len(stage.under(account, published.network_id)) == 1

    def test_a_follow_up_that_never_arrived_is_not_found(self, stage: AfterwardsStage) -> None:
        account = stage.account()
        for wanted, _count in self._each(stage):
            published, since = settled(stage, account, publish(stage, account, wanted)), now()
            [name, *_rest] = stage.provider.follow_ups(wanted)
            stage.strike(Step.FOLLOW_UP, Fault.LOST_REQUEST)
            with pytest.raises(OutcomeUnknown):
                stage.provider.follow_up(account, wanted, name, published, {}, now=now())

            found = stage.provider.find_follow_up(account, wanted, name, published, {}, since=since, now=now() + LATER)

            assert found is None
            assert stage.under(account, published.network_id) == []

    def test_a_plain_post_has_no_follow_up(self, stage: AfterwardsStage) -> None:
        assert stage.provider.follow_ups(compose(stage, simplest(stage.provider))) == ()

    def test_an_edited_post_says_the_new_words_however_often(self, stage: AfterwardsStage) -> None:
        if not stage.provider.edits_posts:
            pytest.skip("this network edits nothing")
        account, wanted = stage.account(), compose(stage, simplest(stage.provider))
        published = settled(stage, account, publish(stage, account, wanted))
        changed = replace(wanted, text="Said better.")

        for _time in range(2):
            again = stage.provider.edit_published(account, changed, published.network_id, now=now())

        assert again.network_id == published.network_id
        assert [each.text for each in stage.out(account)] == ["Said better."]


def settled(stage: Stage, account: Account, published: Published) -> Published:
    """Wait for the network's last word, where it has not said it yet."""
    for _look in range(_LOOKS):
        if published.judged:
            return published
        verdict: Verdict = stage.provider.verdict(account, published.network_id, now=now())
        if verdict.published is not None:
            return verdict.published
        assert verdict.ask_after is not None, verdict
        time.sleep(min(verdict.ask_after.total_seconds(), 0.2))
    raise AssertionError("the network never says its last word")
