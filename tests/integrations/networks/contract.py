"""What every provider must do, whatever the network: one class, run for the provider in memory and for each twin."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.contract import Account, Composition, Feature, Kind, Operation, Progress, Published
from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    TransientError,
)
from tests.integrations.networks.stage import MATRIX, Cell, Fault, Shelf, Stage, Step, Stopped, composition, now

LATER = timedelta(hours=1)  # past any visibility delay


def publish(stage: Stage, account: Account, wanted: Composition) -> Published:
    """Prepare, check and commit."""
    provider, progress = stage.provider, prepared(stage, account, wanted)
    assert provider.check(account, wanted, progress, now=now()).ready
    return provider.commit(account, wanted, progress, now=now())


def prepared(stage: Stage, account: Account, wanted: Composition) -> Progress:
    if not stage.provider.needs_preparation(wanted):
        return {}
    return stage.provider.prepare(account, wanted, {}, save=Shelf(), now=now())


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

    @pytest.mark.parametrize("kind", [Kind.TEXT, Kind.LINK, Kind.IMAGE, Kind.IMAGES])
    def test_it_publishes_once(self, stage: Stage, kind: Kind) -> None:
        account, wanted = stage.account(), composition(kind)

        published = publish(stage, account, wanted)

        assert published.permalink.startswith("http")
        assert [(each.network_id, each.media) for each in stage.out(account)] == [
            (published.network_id, len(wanted.media))
        ]

    @pytest.mark.parametrize("kind", [Kind.TEXT, Kind.LINK, Kind.IMAGE, Kind.IMAGES])
    def test_it_finds_what_it_published_when_the_answer_was_lost(self, stage: Stage, kind: Kind) -> None:
        account, wanted, since = stage.account(), composition(kind), now()
        progress = prepared(stage, account, wanted)
        stage.strike(Step.COMMIT, Fault.LOST_ANSWER)
        with pytest.raises(OutcomeUnknown):
            stage.provider.commit(account, wanted, progress, now=now())

        findings = stage.provider.find_published(account, wanted, progress, since=since, now=now() + LATER)

        assert findings.published is not None
        assert [findings.published.network_id] == [each.network_id for each in stage.out(account)]

    def test_it_finds_nothing_when_the_request_was_lost(self, stage: Stage) -> None:
        account, wanted, since = stage.account(), composition(Kind.TEXT), now()
        publish(stage, account, composition(Kind.TEXT, "Quite another post."))
        stage.strike(Step.COMMIT, Fault.LOST_REQUEST)
        with pytest.raises(OutcomeUnknown):
            stage.provider.commit(account, wanted, {}, now=now())

        findings = stage.provider.find_published(account, wanted, {}, since=since, now=now() + LATER)

        assert (findings.published, findings.candidates, findings.covered) == (None, (), True)

    def test_it_leaves_other_publications_posts_alone(self, stage: Stage) -> None:
        account, wanted, since = stage.account(), composition(Kind.TEXT), now()
        other = publish(stage, account, wanted)

        findings = stage.provider.find_published(
            account, wanted, {}, since=since, known=[other.network_id], now=now() + LATER
        )

        assert findings.published is None

    def test_it_does_not_take_an_earlier_post_for_ours(self, stage: Stage) -> None:
        account, wanted = stage.account(), composition(Kind.TEXT)
        publish(stage, account, wanted)

        findings = stage.provider.find_published(
            account, wanted, {}, since=now() + timedelta(minutes=5), now=now() + LATER
        )

        assert (findings.published, findings.candidates) == (None, ())

    @pytest.mark.parametrize(("step", "fault"), sorted(MATRIX))
    def test_each_fault_comes_to_what_the_matrix_says(self, stage: Stage, step: Step, fault: Fault) -> None:
        cell = MATRIX[step, fault]
        account, wanted = stage.account(), composition(Kind.IMAGE)
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

    def test_a_duplicate_is_looked_for_before_it_counts_as_failed(self, stage: Stage) -> None:
        account = stage.account()
        stage.strike(Step.COMMIT, Fault.DUPLICATE)

        with pytest.raises(PermanentError) as raised:
            stage.provider.commit(account, composition(Kind.TEXT), {}, now=now())

        assert raised.value.look_first

    # uploading

    def test_a_stopped_upload_goes_on_where_it_stood(self, stage: Stage) -> None:
        account, wanted = stage.account(), composition(Kind.IMAGES)
        shelf = Shelf()
        stage.provider.prepare(account, wanted, {}, save=shelf, now=now())
        steps, whole = len(shelf.saved), stage.uploads(account)

        for stop_after in range(1, steps + 1):
            before = stage.uploads(account)
            stopped = Shelf(stop_after=stop_after)
            with pytest.raises(Stopped):
                stage.provider.prepare(account, wanted, {}, save=stopped, now=now())
            progress = stage.provider.prepare(account, wanted, stopped.saved[-1], save=Shelf(), now=now())
            assert stage.provider.check(account, wanted, progress, now=now()).ready
            assert stage.uploads(account) - before == whole

    def test_complete_progress_is_left_as_it_is(self, stage: Stage) -> None:
        account, wanted = stage.account(), composition(Kind.IMAGES)
        progress = prepared(stage, account, wanted)
        before = stage.uploads(account)

        assert stage.provider.prepare(account, wanted, progress, save=Shelf(), now=now()) == progress
        assert stage.uploads(account) == before

    def test_what_was_never_uploaded_is_not_committed(self, stage: Stage) -> None:
        account, wanted = stage.account(), composition(Kind.IMAGE)

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
        published = publish(stage, account, composition(Kind.TEXT))

        stage.provider.delete_published(account, published.network_id, now=now())
        stage.provider.delete_published(account, published.network_id, now=now())

        assert stage.out(account) == []

    # composing

    def test_a_good_composition_has_no_problem(self, stage: Stage) -> None:
        for kind in stage.provider.kinds:
            assert stage.provider.validate(composition(kind)) == ()

    def test_too_long_a_text_says_by_how_much(self, stage: Stage) -> None:
        allowed = stage.provider.limits().text_max

        problems = stage.provider.validate(Composition(text="a" * (allowed + 7)))

        assert [(each.key, each.parameters["excess"]) for each in problems] == [("text_too_long", 7)]

    def test_nothing_is_not_a_post(self, stage: Stage) -> None:
        assert [each.key for each in stage.provider.validate(Composition())] == ["text_missing"]

    def test_fingerprints_tell_compositions_apart(self, stage: Stage) -> None:
        wanted = composition(Kind.IMAGE)

        same = replace(wanted, text=f"  {wanted.text}\r\n")

        assert stage.provider.fingerprint(same) == stage.provider.fingerprint(wanted)
        assert stage.provider.fingerprint(replace(wanted, media=())) != stage.provider.fingerprint(wanted)
        assert stage.provider.fingerprint(replace(wanted, text="Other")) != stage.provider.fingerprint(wanted)

    # budgets

    def test_it_reports_only_budgets_that_it_declares(self, stage: Stage) -> None:
        declared = {each.key: each for each in stage.provider.budgets}
        account = stage.account()

        publish(stage, account, composition(Kind.IMAGES))

        assert stage.reports
        for report in stage.reports:
            assert report.reach is declared[report.budget].reach
            assert 0 <= report.used <= report.limit
            assert report.subject

    @pytest.mark.parametrize("operation", list(Operation))
    def test_costs_are_in_budgets_that_it_declares(self, stage: Stage, operation: Operation) -> None:
        declared = {each.key for each in stage.provider.budgets}

        assert set(stage.provider.cost(operation, composition(Kind.IMAGES))) <= declared
