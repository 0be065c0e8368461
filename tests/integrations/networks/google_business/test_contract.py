import pytest

from integrations.contract import Composition
from integrations.errors import PermanentError, RateLimited
from tests.integrations.networks.contract import AfterwardsContract, ProviderContract, compose, publish
from tests.integrations.networks.google_business.stage import BusinessStage
from tests.integrations.networks.stage import AfterwardsStage, Fault, Stage, Step, now, simplest, uploading


class TestGoogleBusiness(ProviderContract):
    @pytest.fixture
    def stage(self, stage: BusinessStage) -> Stage:
        return stage

    def test_a_stopped_upload_goes_on_where_it_stood(self, stage: Stage) -> None:
        assert not stage.provider.needs_preparation(compose(stage, uploading(stage.provider)))

    def test_what_was_never_uploaded_is_not_committed(self, stage: Stage) -> None:
        """A picture without an address is refused before anything is sent."""
        account, wanted = stage.account(), compose(stage, uploading(stage.provider))
        [media] = wanted.media
        object.__setattr__(media, "address", None)

        with pytest.raises(PermanentError, match="address_missing"):
            stage.provider.commit(account, wanted, {}, now=now())
        assert stage.out(account) == []

    def test_it_reports_only_budgets_that_it_declares(self, stage: Stage) -> None:
        """Google says nothing of a quota until it is used up."""
        declared = {each.key: each for each in stage.provider.budgets}
        account = stage.account()
        publish(stage, account, compose(stage, simplest(stage.provider)))
        assert not stage.reports

        for step in (Step.COMMIT, Step.LOOK):
            stage.strike(step, Fault.RATE_LIMITED)
        with pytest.raises(RateLimited):
            stage.provider.commit(account, compose(stage, simplest(stage.provider)), {}, now=now())
        with pytest.raises(RateLimited):
            stage.provider.find_published(account, Composition(text="x"), {}, since=now(), now=now())

        assert [report.budget for report in stage.reports] == ["google_business.edits", "google_business.v4"]
        for report in stage.reports:
            assert report.reach is declared[report.budget].reach
            assert report.used == report.limit == declared[report.budget].limit
            assert report.subject


class TestGoogleBusinessAfterwards(AfterwardsContract):
    @pytest.fixture
    def stage(self, stage: BusinessStage) -> AfterwardsStage:
        return stage

    def followed(self, stage: AfterwardsStage) -> list[tuple[Composition, int]]:
        return []
