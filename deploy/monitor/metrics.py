"""The only importer of prometheus_client: samples in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from deploy.monitor.signs import Sample

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "mizumori_"


class Metrics:
    """The metrics of one service, in a registry of its own."""

    def __init__(self, samples: Callable[[], Iterable[Sample]]) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Samples(samples))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """What Prometheus reads."""
        return generate_latest(self._registry)


class _Samples(Collector):
    def __init__(self, samples: Callable[[], Iterable[Sample]]) -> None:
        self._samples = samples

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for sample in self._samples():
            family = families.get(sample.name) or families.setdefault(sample.name, _family(sample))
            family.add_sample(PREFIX + sample.name, dict(sample.labels), sample.value)
        return families.values()


def _family(sample: Sample) -> Metric:
    kind = CounterMetricFamily if sample.counter else GaugeMetricFamily
    return kind(PREFIX + sample.name.removesuffix("_total"), sample.help)
