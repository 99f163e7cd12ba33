"""Run events for an OpenLineage collector: sent where one is set, and never in the way of a run.

The collector is set by the library's own variables: OPENLINEAGE_URL, or OPENLINEAGE_CONFIG, or OPENLINEAGE__….
Without any of them the library is not even imported.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from uuid import UUID

from warehouse.watch.runs import FLOW_RUN

NAMESPACE = "nastavnik"
PRODUCER = "urn:nastavnik"
PATIENCE = 2.0  # seconds a run waits for a collector, once
START, COMPLETE, FAIL = "START", "COMPLETE", "FAIL"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dataset:
    """Something read or written: its name, its columns (name, type, comment), its version (a hash)."""

    name: str
    columns: tuple[tuple[str, str, str], ...] = ()
    version: str = ""


@dataclass(frozen=True)
class Touched:
    """What a run read and wrote."""

    inputs: list[Dataset] = field(default_factory=list)
    outputs: list[Dataset] = field(default_factory=list)


@dataclass
class Observed:
    """A run under observation; `touched` is asked only where a collector is set, when the run has ended well."""

    touched: Callable[[], Touched] = Touched


def collector_set(environ: Mapping[str, str]) -> bool:
    """Whether the library's variables name a collector, and do not switch it off."""
    off = environ.get("OPENLINEAGE_DISABLED", "").strip().lower() == "true"
    return not off and any(
        n in ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG") or n.startswith("OPENLINEAGE__") for n in environ
    )


@contextmanager
def observed(job: str, environ: Mapping[str, str] = os.environ) -> Iterator[Observed]:
    """Tell the collector that a job starts, and how it ends; do nothing where none is set."""
    run = Observed()
    if not collector_set(environ):
        yield run
        return
    told = _Teller(job, environ.get(FLOW_RUN))
    told.tell(START)
    try:
        yield run
    except BaseException as error:
        told.tell(FAIL, failure=type(error).__name__)  # never its text: that may quote a cell
        raise
    told.tell(COMPLETE, run.touched)


class _Teller:
    """Sends the events of one run; after a first failure it is silent."""

    def __init__(self, job: str, flow_run: str | None) -> None:
        self._job, self._flow_run, self._run_id = job, flow_run, ""
        self._client: Any = None
        self._lost = False

    def tell(self, state: str, touched: Callable[[], Touched] = Touched, failure: str = "") -> None:
        if self._lost:
            return
        done: list[bool] = []

        def send(event: object) -> None:
            with suppress(Exception):  # whatever a collector does, the run goes on; it is told of below
                self._client.emit(event)
                done.append(True)

        with suppress(Exception):  # variables that name no collector to be reached, or what was touched is gone
            event = self._event(state, touched(), failure)
            # In a thread of its own: a name that cannot be resolved obeys no timeout.
            sending = Thread(target=send, args=(event,), daemon=True)
            sending.start()
            sending.join(PATIENCE)
        if not done:
            self._lost = True
            log.warning(
                "Сборщик OpenLineage недоступен: о запуске «%s» сообщено не всё. Работа продолжается.", self._job
            )

    def _event(self, state: str, touched: Touched, failure: str) -> object:
        from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
        from openlineage.client.facet_v2 import job_type_job
        from openlineage.client.uuid import generate_new_uuid

        if self._client is None:
            self._client, self._run_id = _client(), str(generate_new_uuid())
        kind = job_type_job.JobTypeJobFacet(processingType="BATCH", integration="NASTAVNIK", jobType="JOB")
        return RunEvent(
            eventType=RunState[state],
            eventTime=datetime.now(UTC).isoformat(),
            producer=PRODUCER,
            run=Run(self._run_id, facets=_run_facets(self._flow_run, failure)),
            job=Job(NAMESPACE, self._job, facets={"jobType": kind}),
            inputs=[InputDataset(NAMESPACE, one.name, facets=_facets(one)) for one in touched.inputs],
            outputs=[OutputDataset(NAMESPACE, one.name, facets=_facets(one)) for one in touched.outputs],
        )


def _client() -> Any:
    """Make the library's client by its own variables; it neither retries nor tells where the code lies."""
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import set_producer

    if "OPENLINEAGE_CLIENT_LOGGING" not in os.environ:
        logging.getLogger("openlineage").setLevel(logging.CRITICAL)  # one warning of ours is enough
    set_producer(PRODUCER)
    client = OpenLineageClient(config={"facets": {"source_code_location": {"disabled": True}}})
    for transport in getattr(client.transport, "transports", [client.transport]):
        if hasattr(getattr(transport, "config", None), "retry"):
            transport.config.retry = {"total": 0}
    return client


def _run_facets(flow_run: str | None, failure: str) -> dict[str, Any]:
    from openlineage.client.facet_v2 import error_message_run, parent_run

    facets: dict[str, Any] = {}
    if flow_run:
        parent = parent_run.Run(str(UUID(flow_run)))
        facets["parent"] = parent_run.ParentRunFacet(run=parent, job=parent_run.Job("prefect", "flow-run"))
    if failure:
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(message=failure, programmingLanguage="Python")
    return facets


def _facets(one: Dataset) -> dict[str, Any]:
    from openlineage.client.facet_v2 import dataset_version_dataset, schema_dataset

    facets: dict[str, Any] = {}
    if one.columns:
        fields = [schema_dataset.SchemaDatasetFacetFields(name, kind, words) for name, kind, words in one.columns]
        facets["schema"] = schema_dataset.SchemaDatasetFacet(fields=fields)
    if one.version:
        facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=one.version)
    return facets
