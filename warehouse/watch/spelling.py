"""Figures in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from warehouse.installation.durable import write_durably
from warehouse.watch.figures import Figure

FOR_ALL = 0o644  # who collects the file is another account, and counts are nobody's


def spelled(figures: Sequence[Figure]) -> str:
    """Spell figures as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Told(figures))
    return generate_latest(registry).decode()


def write_figures(figures: Sequence[Figure], path: Path) -> None:
    """Write figures to a file that is always whole, for whoever collects it."""
    write_durably(path, spelled(figures).encode(), FOR_ALL)


class _Told(Collector):
    """Figures as the library wants them."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        for one in self._figures:
            names = list(one.samples[0][0])
            family = (CounterMetricFamily if one.counter else GaugeMetricFamily)(one.name, one.words, labels=names)
            for labels, number in one.samples:
                family.add_metric([labels[name] for name in names], number)
            yield family
