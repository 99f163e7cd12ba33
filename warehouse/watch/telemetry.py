"""Traces and figures for an OpenTelemetry collector: sent once, when a run ends, where one is set.

The collector is set by the library's own variables, OTEL_EXPORTER_OTLP_ENDPOINT above all. Without it the library is
not even imported; with it nothing but our own spans is sent, and no error's text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

from warehouse.watch.events import coded

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

    from warehouse.watch.figures import Figure

SERVICE = "nastavnik"
PATIENCE = 2.0  # seconds a run waits for a collector, once
ENDPOINT, DISABLED = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SDK_DISABLED"


class Trace(Protocol):
    """The spans of one run."""

    on: bool

    def span(self, name: str) -> Any:
        """Make a context in which a step is at work."""

    def send(self, facts: Mapping[str, Any], told: Sequence[Figure]) -> bool:
        """End the run's span with what it did, send everything; return whether it arrived."""


class NoTrace:
    """What a run has where no collector is set."""

    on = False

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        yield

    def send(self, facts: Mapping[str, Any], told: Sequence[Figure]) -> bool:
        return True


def trace_of(job: str, environ: Mapping[str, str]) -> Trace:
    """Begin the trace of a run; where the library is not installed, one that never arrives."""
    if not environ.get(ENDPOINT) or environ.get(DISABLED, "").strip().lower() == "true":
        return NoTrace()
    try:
        return Spans(job)
    except ImportError:  # the extra `telemetry` was left out
        return Lost()


class Lost(NoTrace):
    """What a run has where a collector is set and cannot be talked to."""

    on = True

    def send(self, facts: Mapping[str, Any], told: Sequence[Figure]) -> bool:
        return False


class Spans:
    """A run's span and those of its steps, below one another, kept until the run ends."""

    on = True

    def __init__(self, job: str) -> None:
        from opentelemetry.context import Context
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # one warning of ours is enough
        self._ended = InMemorySpanExporter()
        provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)  # ours alone: no library's spans
        provider.add_span_processor(SimpleSpanProcessor(self._ended))
        self._tracer = provider.get_tracer(SERVICE)
        self._open = [self._tracer.start_span(job, context=Context())]

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        from opentelemetry.trace import set_span_in_context

        span = self._tracer.start_span(name, context=set_span_in_context(self._open[-1]))
        self._open.append(span)
        try:
            yield
        finally:  # no exception is recorded: its text may quote a cell
            self._open.pop()
            span.end()

    def send(self, facts: Mapping[str, Any], told: Sequence[Figure]) -> bool:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.trace import StatusCode

        (root,) = self._open
        root.set_attributes({f"{SERVICE}.{name}": value for name, value in coded(facts).items()})
        root.set_status(StatusCode.ERROR if "fault" in facts else StatusCode.OK)
        root.end()
        return _within_patience(
            lambda: OTLPSpanExporter(timeout=PATIENCE).export(self._ended.get_finished_spans()),
            lambda: OTLPMetricExporter(timeout=PATIENCE).export(_measured(told)),
        )


def _within_patience(*sendings: Callable[[], Any]) -> bool:
    """Send in a thread of its own: a name that cannot be resolved obeys no timeout."""
    arrived: list[bool] = []

    def send() -> None:
        with suppress(Exception):  # whatever a collector does, the run has ended; it is told of by the caller
            for sending in sendings:
                if sending().name != "SUCCESS":
                    return
            arrived.append(True)

    sending = Thread(target=send, daemon=True)
    sending.start()
    sending.join(PATIENCE)
    return bool(arrived)


def _measured(told: Sequence[Figure]) -> Any:
    """Return figures as the library's own data: each observed once."""
    from opentelemetry.metrics import Observation
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    reader = InMemoryMetricReader()
    meter = MeterProvider([reader], resource=_resource(), shutdown_on_exit=False).get_meter(SERVICE)
    for one in told:
        observed = [Observation(number, labels) for labels, number in one.samples]
        make = meter.create_observable_counter if one.counter else meter.create_observable_gauge
        make(one.name, [lambda _, observed=observed: observed], description=one.words)  # type: ignore[misc]
    return reader.get_metrics_data()


def _resource() -> Resource:
    from opentelemetry.sdk.resources import Resource

    return Resource.create({"service.name": SERVICE, "service.version": version(SERVICE)})
