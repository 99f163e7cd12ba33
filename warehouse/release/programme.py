"""How the order is carried out at the date of a release: what institutions tell beside people and pairs.

Counts and codes of deliveries in force; no name of a person, no title of an event or a practice, no partner's name:
what a school writes freely may name people.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

DONE, LATE, WRONG_APPROVER, NOT_AGREED = "done", "late", "wrong_approver", "not_agreed"

MILESTONES = pa.schema(
    {
        "code": pa.string(),
        "title": pa.string(),
        "starts_on": pa.date32(),
        "due_on": pa.date32(),
        "source": pa.string(),
        "indicator": pa.string(),  # which of the definitions counts it; None: none does
    }
)
REACHED = pa.schema({"institution_code": pa.string(), "milestone": pa.string(), "reached": pa.bool_()})
DOCUMENTS = pa.schema(
    {
        "institution_code": pa.string(),
        "kind": pa.string(),  # one of the four that the order asks for
        "approved_on": pa.date32(),
        "agreed_by": pa.string(),
        "agreed_on": pa.date32(),
        "state": pa.string(),
    }
)
SURVEYS = pa.schema(
    {
        "institution_code": pa.string(),
        "role": pa.string(),
        "stage": pa.string(),
        "question": pa.string(),  # a column of the sheet
        "answers": pa.int64(),
        "total": pa.int64(),  # of the marks
    }
)
EVENTS = pa.schema(
    {
        "institution_code": pa.string(),
        "kind": pa.string(),
        "events": pa.int64(),
        "attendees": pa.int64(),
        "person_hours": pa.float64(),
    }
)
PARTNERS = pa.schema(
    {
        "institution_code": pa.string(),
        "kind": pa.string(),
        "agreement_status": pa.string(),
        "partners": pa.int64(),
        "mentors": pa.int64(),
    }
)
PRACTICES = pa.schema(
    {"institution_code": pa.string(), "form": pa.string(), "practices": pa.int64(), "participants": pa.int64()}
)
MONITORING = pa.schema(
    {
        "institution_code": pa.string(),
        "measure": pa.string(),
        "before": pa.float64(),
        "after": pa.float64(),
        "told": pa.int64(),  # rows that tell both
    }
)
QUALITY = pa.schema(
    {
        "institution_code": pa.string(),
        "rule": pa.string(),
        "severity": pa.string(),
        "title": pa.string(),
        "findings": pa.int64(),
    }
)
SCHEMAS = {
    "milestones": MILESTONES,
    "reached": REACHED,
    "documents": DOCUMENTS,
    "surveys": SURVEYS,
    "events": EVENTS,
    "partners": PARTNERS,
    "practices": PRACTICES,
    "monitoring": MONITORING,
    "quality": QUALITY,
}


@dataclass(frozen=True)
class Programme:
    """One table a subject, by institution; sorted whole, so that equal programmes are written as equal bytes."""

    milestones: pa.Table = field(default_factory=MILESTONES.empty_table)  # of the roadmap, for everybody
    reached: pa.Table = field(default_factory=REACHED.empty_table)  # those that an indicator counts
    documents: pa.Table = field(default_factory=DOCUMENTS.empty_table)  # the best of each kind
    surveys: pa.Table = field(default_factory=SURVEYS.empty_table)  # answers of the reporting year
    events: pa.Table = field(default_factory=EVENTS.empty_table)  # of the reporting year
    partners: pa.Table = field(default_factory=PARTNERS.empty_table)
    practices: pa.Table = field(default_factory=PRACTICES.empty_table)
    monitoring: pa.Table = field(default_factory=MONITORING.empty_table)
    quality: pa.Table = field(default_factory=QUALITY.empty_table)  # findings in the deliveries in force

    def __post_init__(self) -> None:
        for name, schema in SCHEMAS.items():
            rows = getattr(self, name).select(schema.names).cast(schema).replace_schema_metadata(None)
            ordered = rows.sort_by([(column, "ascending") for column in schema.names])
            object.__setattr__(self, name, ordered.combine_chunks())
