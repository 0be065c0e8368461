from dataclasses import replace

import pytest

from integrations.contract import Composition, Kind
from tests.integrations.networks.contract import AfterwardsContract, ProviderContract, compose, publish
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import AfterwardsStage, Stage, film, picture, uploading
from tests.integrations.networks.youtube.stage import PLAYLIST, YouTubeStage


class TestYouTube(ProviderContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox) -> Stage:
        return YouTubeStage(sandbox)

    def test_a_duplicate_is_looked_for_before_it_counts_as_failed(self, stage: Stage) -> None:
        pytest.skip("YouTube refuses a duplicate only after it has taken it: test_publishing.py")

    def test_it_reports_only_budgets_that_it_declares(self, stage: Stage) -> None:
        account = stage.account()

        publish(stage, account, compose(stage, uploading(stage.provider)))

        assert not stage.reports  # YouTube says of its quota only that it is used up: test_publishing.py


class TestYouTubeAfterwards(AfterwardsContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox) -> AfterwardsStage:
        return YouTubeStage(sandbox)

    def followed(self, stage: AfterwardsStage) -> list[tuple[Composition, int]]:
        texts = ("A cover.", "A playlist.", "A comment.", "All of it.")
        # Other bytes each time: YouTube refuses the same file twice.
        plain = [replace(compose(stage, Kind.VIDEO, each), media=(film(each),)) for each in texts]
        listed = {"playlist": PLAYLIST}
        cover, first_comment = picture("red"), "The recipe is below."
        return [
            (replace(plain[0], cover=cover), 1),
            (replace(plain[1], options={**plain[1].options, **listed}), 1),
            (replace(plain[2], first_comment=first_comment), 1),
            (
                replace(
                    plain[3],
                    cover=cover,
                    options={**plain[3].options, **listed},
                    first_comment=first_comment,
                ),
                3,
            ),
        ]
