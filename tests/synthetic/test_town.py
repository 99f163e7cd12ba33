"""The made-up town against the form, the order and common sense."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest

from expectations.form import CONTINUES, FORM, STUDENT
from expectations.rules.rows import FORM_ROLES
from expectations.spellings import Kind

KINDS = ("ОУ", "УДО")
TYPES = {Kind.DATE: date, Kind.INTEGER: int, Kind.NUMBER: (int, float)}


def involved(submission) -> set[str]:
    """IDs of the students with a pair at work at any time of the reporting year."""
    year_start = submission.as_of.replace(month=1, day=1)
    students = {r["participant_id"] for r in submission.sheets["participants"] if r["category"] == STUDENT}
    at_work = [r for r in submission.sheets["pairs"] if r["ended_on"] is None or r["ended_on"] >= year_start]
    return students & {r[role] for r in at_work for role in ("mentor_id", "mentee_id")}


def enrolled(submission) -> int:
    return sum(row["students"] for row in submission.sheets["enrolment"])


def test_every_institution_submits_on_every_annual_date(submissions, town) -> None:
    sent = {(s.place.institution.code, s.as_of) for s in submissions}
    assert len(sent) == len(submissions) == len(town.institutions) * len(town.dates) == 21 * 5


def test_every_value_is_what_the_form_asks_for(rows) -> None:
    for sheet in FORM.sheets:
        found = rows(sheet.name)
        assert found, sheet.name
        for row in found:
            assert set(row) <= set(sheet.by_name), sheet.name
            for column in sheet.columns:
                value = row.get(column.name)
                assert value is not None or not column.required, (sheet.name, column.name)
                if value is None:
                    continue
                assert isinstance(value, TYPES.get(column.kind, str)), (sheet.name, column.name)
                assert not column.codes or value in column.codes
                assert column.minimum is None or value >= column.minimum
                assert column.maximum is None or value <= column.maximum
                assert column.max_length is None or len(value) <= column.max_length


def test_cells_required_by_the_category_are_filled(rows) -> None:
    for row in rows("participants"):
        for column in FORM.by_name["participants"].columns:
            if column.required_when and row[column.required_when.column] in column.required_when.values:
                assert row[column.name] is not None, column.name


def test_pairs_name_registered_people_whose_categories_fit_the_form(submissions) -> None:
    for submission in submissions:
        category = {r["participant_id"]: r["category"] for r in submission.sheets["participants"]}
        assert len(category) == len(submission.sheets["participants"])
        for pair in submission.sheets["pairs"]:
            mentors, mentees = FORM_ROLES.get(
                pair["form"], ([category[pair["mentor_id"]]], [category[pair["mentee_id"]]])
            )
            assert category[pair["mentor_id"]] in mentors and category[pair["mentee_id"]] in mentees
            assert pair["mentor_id"] != pair["mentee_id"]
        assert {r["participant_id"] for r in submission.sheets["surveys"]} <= set(category)


def test_dates_of_pairs_and_their_outcomes_agree(submissions) -> None:
    for submission in submissions:
        for pair in submission.sheets["pairs"]:
            assert pair["started_on"] <= (pair["ended_on"] or submission.as_of) <= submission.as_of
            assert (pair["ended_on"] is None) == (pair["outcome"] == CONTINUES)
            assert pair["started_on"].weekday() < 5


def test_groups_share_a_pair_id_and_a_mentor(submissions) -> None:
    sizes = []
    for submission in submissions:
        mentors = defaultdict(list)
        for pair in submission.sheets["pairs"]:
            mentors[pair["pair_id"]].append(pair["mentor_id"])
        assert all(len(set(group)) == 1 for group in mentors.values())
        sizes += map(len, mentors.values())
    assert max(sizes) > 4 and sizes.count(1) > 1_000


def test_students_taking_part_never_exceed_the_enrolment(submissions) -> None:
    for submission in submissions:
        students = sum(r["category"] == STUDENT for r in submission.sheets["participants"])
        assert students <= enrolled(submission)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_near_its_target_on_every_date(submissions, town, kind: str) -> None:
    above = []
    for as_of, _ in town.dates:
        sent = [s for s in submissions if s.as_of == as_of and s.place.institution.kind == kind]
        share = sum(len(involved(s)) for s in sent) / sum(map(enrolled, sent))
        target = town.targets[f"NSH/{kind}", as_of]
        assert abs(share - target) < 0.15 * target, (as_of, share)
        above.append(share >= target)
    assert True in above and False in above  # the series has something to show on both sides


def test_schools_are_some_over_and_some_under_the_target(submissions, town) -> None:
    for as_of, _ in town.dates:
        schools = [s for s in submissions if s.as_of == as_of and s.place.is_school]
        over = sum(len(involved(s)) >= town.targets["NSH/ОУ", as_of] * enrolled(s) for s in schools)
        assert 4 <= over <= 18, as_of


def test_schools_are_about_as_large_as_their_plans_say(submissions, town) -> None:
    first = {s.place.institution.code: s for s in submissions if s.as_of == town.dates[0].as_of}
    for institution in town.institutions:
        size = enrolled(first[institution.code])
        assert 110 <= size <= 900
        if institution.planned:
            assert 0.05 < institution.planned / size < 0.15


def test_participants_stay_the_same_people_under_the_same_ids(submissions) -> None:
    fixed = ("participant_id", "surname", "given_name", "patronymic", "birth_date")
    for earlier, later in pairwise(submissions):
        if earlier.place is later.place:
            known = {r["participant_id"]: r for r in later.sheets["participants"]}
            for row in earlier.sheets["participants"]:
                assert [row[name] for name in fixed] == [known[row["participant_id"]][name] for name in fixed]


def test_pairs_that_ended_stay_as_they_ended(submissions) -> None:
    def key(pair: dict) -> tuple:
        return pair["pair_id"], pair["mentee_id"]

    for earlier, later in pairwise(submissions):
        if earlier.place is later.place:
            known = {key(pair): pair for pair in later.sheets["pairs"]}
            for pair in earlier.sheets["pairs"]:
                assert pair == known[key(pair)] or pair["ended_on"] is None
                assert known[key(pair)]["started_on"] == pair["started_on"]


def test_children_go_up_a_class_each_year(submissions) -> None:
    ups = 0
    for earlier, later in pairwise(submissions):
        if earlier.place is later.place and earlier.place.is_school:
            known = {r["participant_id"]: r["group_name"] for r in later.sheets["participants"]}
            for row in earlier.sheets["participants"]:
                if row["category"] == STUDENT:
                    before, after = int(row["group_name"][:-1]), int(known[row["participant_id"]][:-1])
                    assert after in (before, before + 1) and row["group_name"][-1] == known[row["participant_id"]][-1]
                    ups += after > before
    assert ups > 5_000


def test_basic_schools_have_no_upper_classes(submissions) -> None:
    basic = [s for s in submissions if s.place.institution.level == "ООШ"]
    assert basic
    for submission in basic:
        assert max(int(r["group_name"][:-1]) for r in submission.sheets["participants"] if r["group_name"]) <= 9


def test_many_children_are_in_a_school_and_a_club_often_spelled_otherwise(submissions, town) -> None:
    people: dict[str, dict[tuple, set[str]]] = {kind: defaultdict(set) for kind in KINDS}
    for submission in submissions:
        if submission.as_of == town.dates[-1].as_of:
            for row in submission.sheets["participants"]:
                if row["category"] == STUDENT and row["snils"]:
                    spelling = row["surname"], row["given_name"], row["patronymic"]
                    people[submission.place.institution.kind][row["snils"]].add(spelling)
    shared = people["ОУ"].keys() & people["УДО"].keys()
    assert len(shared) > 60
    assert sum(people["ОУ"][number] != people["УДО"][number] for number in shared) > 10


def test_about_a_third_of_the_people_have_no_snils(rows) -> None:
    people = rows("participants")
    assert 0.22 < sum(row["snils"] is None for row in people) / len(people) < 0.38


def test_most_documents_are_agreed_in_time_and_some_are_not(submissions, town) -> None:
    due = town.milestones["documents_agreed"].due_on
    agreed = [
        row["agreed_on"]
        for submission in submissions
        if submission.as_of == town.dates[0].as_of
        for row in submission.sheets["documents"]
        if "agreed_on" in row
    ]
    late = sum(day > due for day in agreed)
    assert 0 < late < 0.2 * len(agreed)


def test_the_town_is_small_enough_for_a_demonstration(submissions) -> None:
    total = sum(len(sheet) for submission in submissions for sheet in submission.sheets.values())
    assert 40_000 < total < 65_000
