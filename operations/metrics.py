"""The same figures for Prometheus, read when it asks: nothing is counted in processes that come and go."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from operations import health, sunsets


class _State(Collector):
    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        lag = GaugeMetricFamily("portevoix_queue_lag_seconds", "Age of the oldest due row", labels=["queue"])
        lanes = GaugeMetricFamily("portevoix_lanes", "Lanes with work", labels=["queue", "state"])
        for each in health.queue_states(self._now):
            lag.add_metric([each.queue], each.lag.total_seconds())
            lanes.add_metric([each.queue, "due"], each.due_lanes)
            lanes.add_metric([each.queue, "held"], each.held_lanes)
            lanes.add_metric([each.queue, "delayed"], each.delayed_lanes)
        yield lag
        yield lanes
        publications = GaugeMetricFamily("portevoix_publications", "Publications that need somebody", labels=["what"])
        for name, number in vars(health.counts(self._now)).items():
            publications.add_metric([name], number)
        yield publications
        aside = GaugeMetricFamily("portevoix_events_kept_aside", "Events that could not be read", labels=["network"])
        for kept in health.kept_aside():
            aside.add_metric([kept.network], kept.events)
        yield aside
        beats = GaugeMetricFamily("portevoix_heartbeat_age_seconds", "Since a loop came round", labels=["loop"])
        for beat in health.all_heartbeats():
            beats.add_metric([beat.name], (self._now - beat.beaten_at).total_seconds())
        yield beats
        versions = GaugeMetricFamily(
            "portevoix_api_version_days_left", "Until a network ends the version spoken", labels=["network", "version"]
        )
        for version in sunsets.spoken_versions(self._now):
            if version.days_left is not None:
                versions.add_metric([version.network, version.name], version.days_left)
        yield versions


def exposition(now: datetime) -> bytes:
    """Return all figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_State(now))
    return generate_latest(registry)
