import pytest

from integrations import registry
from integrations.contract import UsageReport
from integrations.errors import Reach
from integrations.testing import InMemoryProvider


def test_every_listed_network_can_be_built_and_is_kept() -> None:
    for key in registry.FACTORIES:
        assert registry.provider(key).key == key
        assert registry.provider(key) is registry.provider(key)


def test_a_network_we_do_not_speak_is_an_error() -> None:
    with pytest.raises(KeyError):
        registry.provider("smoke_signals")


def test_others_can_stand_for_all_networks() -> None:
    memory = InMemoryProvider()

    with registry.replaced({"memory": memory}):
        assert registry.providers() == (memory,)
    with pytest.raises(KeyError):
        registry.provider("memory")


def test_reports_reach_the_sink_of_the_process() -> None:
    report = UsageReport(network="x", budget="x.posts", reach=Reach.ACCOUNT, subject="7", used=1, limit=100)
    before = registry._usage
    reports: list[UsageReport] = []
    registry.report_usage_to(reports.append)

    registry._report(report)

    registry.report_usage_to(before)
    assert reports == [report]
