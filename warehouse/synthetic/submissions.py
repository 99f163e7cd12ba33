"""The submissions of one institution, date after date, as rows of the form's sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from expectations.form import FORM
from warehouse.synthetic.hands import Hand, hand_of
from warehouse.synthetic.members import Answer, Member, Pair
from warehouse.synthetic.names import full_name
from warehouse.synthetic.outlook import Outlook, Place
from warehouse.synthetic.paperwork import Paperwork, Row, partners_of
from warehouse.synthetic.people import Crowd
from warehouse.synthetic.programme import Programme
from warehouse.synthetic.roster import Roster

MARKS = tuple(column.name for column in FORM.by_name["surveys"].columns if column.maximum)
COUNTED_ON = (9, 20)  # the enrolment of the statistical form ОО-1
PHONE, MAIL_DOMAIN = "8 800 000-00-{:02d}", "example.org"


@dataclass
class Submission:
    """What one institution sends for one date: rows by sheet name, values by column name."""

    place: Place
    as_of: date
    hand: Hand
    sheets: dict[str, list[dict[str, Any]]]

    @property
    def organisation(self) -> dict[str, Any]:
        """The only row of the vertical sheet."""
        return self.sheets["organisation"][0]

    def copy(self) -> Submission:
        """Return a submission whose rows may be changed without touching this one's."""
        sheets = {name: [dict(row) for row in rows] for name, rows in self.sheets.items()}
        return Submission(self.place, self.as_of, self.hand, sheets)


def submissions_of(outlook: Outlook, place: Place, crowd: Crowd) -> Iterator[Submission]:
    """Play one institution through all dates of the setting; independent of every other institution."""
    seed, setting, code = outlook.seed, outlook.setting, place.institution.code
    hand = hand_of(seed, place.number)
    partners = partners_of(seed, setting, place)
    inns = [partner["inn"] for partner in partners if "agreement_number" in partner]
    nearby = [
        other
        for other in outlook.places
        if other.is_school and other.institution.municipality == place.institution.municipality
    ]
    programme = Programme(seed, Roster(seed, place, crowd, nearby, hand, inns))
    paperwork = Paperwork(setting, place, Random(f"{seed}/paperwork/{code}"))
    curator = full_name(Random(f"{seed}/curator/{code}"))
    for as_of, _ in setting.dates:
        programme.advance(as_of, outlook.involved[code, as_of])
        paperwork.advance(as_of, len(programme.roster.members))
        organisation = {
            "form_version": FORM.version,
            "institution_code": code,
            "institution_name": place.institution.name,
            "as_of": as_of,
            "enrolment_date": date(as_of.year, *COUNTED_ON),
            "teachers": programme.roster.teachers,
            "young_specialists": programme.roster.young_specialists,
            "curator_name": " ".join(filter(None, curator)),
            "curator_phone": PHONE.format(place.number % 100),
            "curator_email": f"{code.lower()}@{MAIL_DOMAIN}",
        }
        sheets = {"organisation": [organisation], "partners": _partner_rows(partners, programme.pairs, as_of)}
        sheets |= _programme_rows(programme, as_of, hand)
        sheets |= {name: [dict(row) for row in getattr(paperwork, name)] for name in PAPERS}
        sheets["enrolment"] = [{"age": age, "students": n} for age, n in place.enrolment(as_of.year).items()]
        yield Submission(place, as_of, hand, sheets)


PAPERS = ("documents", "events", "practices", "monitoring")


def _programme_rows(programme: Programme, as_of: date, hand: Hand) -> dict[str, list[Row]]:
    ids = {member: f"{hand.id_prefix}{member.number:04d}" for member in programme.roster.members}
    return {
        "participants": [_participant(member, ids[member], as_of) for member in programme.roster.members],
        "pairs": [_pair(pair, ids) for pair in programme.pairs],
        "surveys": [_answer(answer, ids) for answer in programme.answers if answer.answered_on <= as_of],
    }


def _participant(member: Member, identifier: str, as_of: date) -> Row:
    surname, given_name, patronymic = member.name
    if member.first_year is None:
        group = None
    else:
        group = f"{member.grade(as_of.year)}{member.group}" if len(member.group) == 1 else member.group
    known = member.snils_since is not None and member.snils_since <= as_of.year
    return {
        "participant_id": identifier,
        "surname": surname,
        "given_name": given_name,
        "patronymic": patronymic,
        "birth_date": member.person.born,
        "snils": member.person.snils if known else None,
        "category": member.category,
        "group_name": group,
        "experience_years": member.experience(as_of.year),
        "partner_inn": member.partner_inn,
        "consent_date": member.consent_on,
        "consent_withdrawn": member.consent_withdrawn_on,
    }


def _pair(pair: Pair, ids: dict[Member, str]) -> Row:
    return {
        "pair_id": f"П-{pair.number:03d}",
        "mentor_id": ids[pair.mentor],
        "mentee_id": ids[pair.mentee],
        "form": pair.form,
        "role_model": pair.role_model,
        "programme": pair.programme,
        "request": pair.request,
        "started_on": pair.started_on,
        "ended_on": pair.ended_on,
        "outcome": pair.outcome,
        "result": pair.result,
    }


def _answer(answer: Answer, ids: dict[Member, str]) -> Row:
    return {
        "participant_id": ids[answer.member],
        "role": answer.role,
        "stage": answer.stage,
        "answered_on": answer.answered_on,
    } | dict(zip(MARKS, answer.marks, strict=True))


def _partner_rows(partners: list[Row], pairs: list[Pair], as_of: date) -> list[Row]:
    """Add to the partners how many mentors each gives on the date."""
    working = {pair.mentor for pair in pairs if pair.mentor.partner_inn and pair.ended_on is None}
    provided = Counter(mentor.partner_inn for mentor in working)
    return [partner | {"mentors_provided": provided[partner["inn"]]} for partner in partners]
