"""What an institution writes down beside its pairs: documents, events, partners, practices, monitoring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from expectations.form import (
    AGREED,
    CURATOR_ORDER,
    CURATOR_SCORE,
    EDUCATION_SPECIALIST,
    FORM,
    FORMS_OF_MENTORING,
    METHODOLOGY_HEAD,
    PLANNED,
    PROGRAMME,
    REGULATION,
    ROADMAP,
)
from warehouse.synthetic.members import working_day
from warehouse.synthetic.numbers import inn_of_entrepreneur, inn_of_organisation
from warehouse.synthetic.outlook import Place
from warehouse.synthetic.setting import Setting
from warehouse.synthetic.vocabulary import (
    INFORMING,
    INSTITUTIONAL_PARTNERS,
    LARGE_PARTNERS,
    MEETINGS,
    PRACTICE_RESULTS,
    PRACTICES,
    TRAINING,
)

Row = dict[str, Any]
INTRODUCTION, *_, ASSIGNMENT = FORM.by_name["documents"].by_name["kind"].codes
ENTERPRISE, ORGANISATION, ENTREPRENEUR = FORM.by_name["partners"].by_name["kind"].codes
MEASURES = FORM.by_name["monitoring"].by_name["measure"].codes
LATE_AGREEMENT, WRONG_APPROVER, NO_REGULATION = 0.04, 0.03, 0.05  # of the documents of the first year
PARTNERS_OF_A_PLACE = (2, 4)
PARTNER_SERIALS = 40  # partner numbers set aside for one municipality
AGREED_SHARE = 0.8
SITE = "https://example.org"


def partners_of(seed: int, setting: Setting, place: Place) -> list[Row]:
    """Choose the partners of one institution among those of its municipality; the first one has agreed."""
    rng = Random(f"{seed}/partners/{place.institution.code}")
    chosen = rng.sample(_municipal_partners(setting, place), rng.randint(*PARTNERS_OF_A_PLACE))
    begun = setting.dates[0].as_of
    for number, partner in enumerate(chosen):
        agreed = number == 0 or rng.random() < AGREED_SHARE
        partner["agreement_status"] = AGREED if agreed else PLANNED
        if agreed:
            day = working_day(rng, begun - timedelta(days=120), begun - timedelta(days=104))
            partner |= {"agreement_number": f"{rng.randint(1, 60)}/{begun:%y}", "agreement_date": day}
            if rng.random() < 0.5:
                partner["valid_to"] = date(day.year + rng.choice((3, 5)), 12, 31)
    return chosen


def _municipal_partners(setting: Setting, place: Place) -> list[Row]:
    municipalities = sorted({each.municipality for each in setting.institutions})
    serial = municipalities.index(place.institution.municipality) * PARTNER_SERIALS
    firms = [(ENTERPRISE, f"ООО «{name}»") for name in LARGE_PARTNERS]
    bodies = [(ORGANISATION, name) for name in INSTITUTIONAL_PARTNERS]
    traders = [(ENTREPRENEUR, f"ИП мастерская № {number}") for number in (1, 2, 3)]
    return [
        {
            "inn": (inn_of_entrepreneur if kind == ENTREPRENEUR else inn_of_organisation)(serial + number),
            "name": name,
            "kind": kind,
        }
        for number, (kind, name) in enumerate([*firms, *bodies, *traders])
    ]


@dataclass
class Paperwork:
    """The papers of one institution; `advance` adds a year, earlier rows stay as they were."""

    setting: Setting
    place: Place
    rng: Random
    documents: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    practices: list[Row] = field(default_factory=list)
    monitoring: list[Row] = field(default_factory=list)

    def advance(self, as_of: date, participants: int) -> None:
        """Write the papers of the year that ends on `as_of`."""
        if not self.documents:
            self.documents += self._founding_documents(as_of)
            self.events += self._founding_events(as_of)
        elif self.rng.random() < 0.9:
            self._supply_regulation(as_of)
        self.documents.append(self._document(ASSIGNMENT, self._autumn_day(as_of)))
        self.events += self._yearly_events(as_of)
        if self.rng.random() < 0.6:
            self.practices.append(self._practice(as_of, participants))
        self.monitoring = list(self._monitoring())

    def _founding_documents(self, as_of: date) -> Iterator[Row]:
        due = self.setting.milestones["documents_agreed"].due_on
        for kind in (INTRODUCTION, CURATOR_ORDER):
            yield self._document(kind, working_day(self.rng, due - timedelta(days=29), due - timedelta(days=15)))
        for kind in (ROADMAP, REGULATION, PROGRAMME):
            if kind == REGULATION and self.rng.random() < NO_REGULATION:
                continue
            yield self._agreed_document(kind, due)

    def _agreed_document(self, kind: str, due: date) -> Row:
        late = self.rng.random() < LATE_AGREEMENT
        days = (1, 24) if late else (-18, -1)
        agreed_on = working_day(self.rng, due + timedelta(days=days[0]), due + timedelta(days=days[1]))
        approvers = [METHODOLOGY_HEAD, EDUCATION_SPECIALIST]
        right = approvers.pop(0 if self.place.is_school else 1)
        last = self.setting.dates[-1].as_of
        return self._document(
            kind, working_day(self.rng, agreed_on - timedelta(days=8), agreed_on - timedelta(days=3))
        ) | {
            "agreed_by": approvers[0] if self.rng.random() < WRONG_APPROVER else right,
            "agreed_on": agreed_on,
            "valid_from": agreed_on,
            "valid_to": last,
            "url": f"{SITE}/{self.place.institution.code.lower()}/mentoring",
        }

    def _supply_regulation(self, as_of: date) -> None:
        if REGULATION not in {document["kind"] for document in self.documents}:
            agreed = self._agreed_document(REGULATION, as_of - timedelta(days=60))
            self.documents.append(agreed)

    def _document(self, kind: str, approved_on: date) -> Row:
        return {"kind": kind, "number": str(self.rng.randint(20, 480)), "approved_on": approved_on}

    def _founding_events(self, as_of: date) -> Iterator[Row]:
        for code, kinds in (("community_informed", INFORMING), ("partners_met", MEETINGS)):
            span = self.setting.milestones[code]
            first = span.starts_on or span.due_on - timedelta(days=60)
            for kind, titles in kinds:
                if self.rng.random() < 0.95:
                    yield self._event(working_day(self.rng, first, span.due_on), kind, titles)

    def _yearly_events(self, as_of: date) -> Iterator[Row]:
        for kind, titles in (*MEETINGS, *TRAINING):
            if self.rng.random() < 0.45:
                event = self._event(self._autumn_day(as_of), kind, titles)
                if (kind, titles) in TRAINING:
                    event |= {
                        "attendees": self.rng.randint(3, 15),
                        "hours": self.rng.choice((2, 4, 6.5, 16, 36, 72)),
                    }
                yield event

    def _event(self, held_on: date, kind: str, titles: tuple[str, ...]) -> Row:
        return {
            "held_on": held_on,
            "kind": kind,
            "title": self.rng.choice(titles),
            "attendees": self.rng.randint(12, 180),
            "hours": self.rng.choice((None, 1, 1.5, 2)),
        }

    def _practice(self, as_of: date, participants: int) -> Row:
        started_on = self._autumn_day(as_of)
        return {
            "title": self.rng.choice(PRACTICES),
            "form": self.rng.choice(FORMS_OF_MENTORING),
            "started_on": started_on,
            "ended_on": min(as_of, started_on + timedelta(days=40)),
            "participants": min(participants, self.rng.randint(6, 60)),
            "result": self.rng.choice(PRACTICE_RESULTS),
            "url": self.rng.choice((None, f"{SITE}/practices")),
        }

    def _monitoring(self) -> Iterator[Row]:
        for measure in MEASURES:
            if measure == CURATOR_SCORE:
                yield {
                    "measure": measure,
                    "before": self.rng.randint(6, 11),
                    "after": self.rng.randint(11, 18),
                }
            elif measure in MEASURES[:2]:
                before = self.rng.randint(4, 60)
                yield {"measure": measure, "before": before, "after": before + self.rng.randint(0, 25)}
            else:
                before = self.rng.randint(1, 12)
                yield {"measure": measure, "before": before, "after": max(0, before - self.rng.randint(0, 4))}

    def _autumn_day(self, as_of: date) -> date:
        return working_day(self.rng, as_of - timedelta(days=108), as_of - timedelta(days=22))
