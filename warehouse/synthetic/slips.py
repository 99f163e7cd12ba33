"""Mistakes people make in a submission: in cells, which cost a row, and in the file, which cost all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from expectations.form import FORMS_OF_MENTORING, STUDENT
from warehouse.synthetic.paperwork import Row
from warehouse.synthetic.submissions import Submission
from warehouse.synthetic.vocabulary import EMPLOYER_COLLEGE

Slip = Callable[[Random, Submission], None]  # changes the submission it is given
KEPT_OF_TRUNCATED = 0.6  # of the bytes of a file whose upload broke off


def _participant(rng: Random, submission: Submission) -> Row:
    """Choose a participant, a child if there is one."""
    rows = submission.sheets["participants"]
    return rng.choice([row for row in rows if row["category"] == STUDENT] or rows)


def _pair(rng: Random, submission: Submission) -> Row:
    return rng.choice(submission.sheets["pairs"])


def date_in_words(rng: Random, submission: Submission) -> None:
    _participant(rng, submission)["birth_date"] = "вчера"


def two_digit_year(rng: Random, submission: Submission) -> None:
    row = _pair(rng, submission)
    row["started_on"] = row["started_on"].strftime("%d.%m.%y")


def wrong_snils_digit(rng: Random, submission: Submission) -> None:
    known = [row for row in submission.sheets["participants"] if row["snils"]]
    row = rng.choice(known)
    row["snils"] = row["snils"][:-1] + str((int(row["snils"][-1]) + 1) % 10)


def unknown_id(rng: Random, submission: Submission) -> None:
    _pair(rng, submission)["mentor_id"] = f"{submission.hand.id_prefix}9999"


def misspelled_category(rng: Random, submission: Submission) -> None:
    _participant(rng, submission)["category"] = "обучающейся"


def no_surname(rng: Random, submission: Submission) -> None:
    _participant(rng, submission)["surname"] = None


def digit_in_name(rng: Random, submission: Submission) -> None:
    row = _participant(rng, submission)
    row["given_name"] = f"{row['given_name']}2"


def own_mentor(rng: Random, submission: Submission) -> None:
    row = _pair(rng, submission)
    row["mentor_id"] = row["mentee_id"]


def ends_before_start(rng: Random, submission: Submission) -> None:
    row = _pair(rng, submission)
    row["ended_on"] = row["started_on"] - timedelta(days=rng.randint(1, 60))


def wrong_form(rng: Random, submission: Submission) -> None:
    others = [row for row in submission.sheets["pairs"] if row["form"] not in (EMPLOYER_COLLEGE, FORMS_OF_MENTORING[-1])]
    rng.choice(others)["form"] = EMPLOYER_COLLEGE


def excel_error(rng: Random, submission: Submission) -> None:
    _pair(rng, submission)["ended_on"] = "#Н/Д"


def repeated_id(rng: Random, submission: Submission) -> None:
    one, other = rng.sample(submission.sheets["participants"], 2)
    other["participant_id"] = one["participant_id"]


def one_child_twice(rng: Random, submission: Submission) -> None:
    """A warning, not an error: the same child under a second ID."""
    rows = submission.sheets["participants"]
    rows.append(_participant(rng, submission) | {"participant_id": f"{submission.hand.id_prefix}{len(rows) + 1:04d}"})


CELL_SLIPS: tuple[Slip, ...] = (
    date_in_words, wrong_snils_digit, unknown_id, misspelled_category, two_digit_year, ends_before_start, no_surname,
    own_mentor, wrong_form, excel_error, digit_in_name, repeated_id, one_child_twice,
)  # fmt: skip


def sheet_deleted(rng: Random, submission: Submission) -> None:
    del submission.sheets["pairs"]


def heading_shortened(rng: Random, submission: Submission) -> None:
    submission.hand = replace(submission.hand, renamed=(("birth_date", "Дата рожд."),))


def day_of_filling(rng: Random, submission: Submission) -> None:
    """The day the form was filled in stands where the reporting date should."""
    submission.organisation["as_of"] = submission.as_of - timedelta(days=rng.randint(5, 20))


def letter_in_code(rng: Random, submission: Submission) -> None:
    code = submission.organisation["institution_code"]
    submission.organisation["institution_code"] = f"{code[:-1]}О"


def one_class_counted(rng: Random, submission: Submission) -> None:
    """The enrolment of one age only: fewer children than take part."""
    submission.sheets["enrolment"] = [submission.sheets["enrolment"][0] | {"students": 1}]


def older_form(rng: Random, submission: Submission) -> None:
    submission.organisation["form_version"] = "0.9"


FATAL_SLIPS: tuple[Slip, ...] = (
    sheet_deleted, heading_shortened, day_of_filling, letter_in_code, one_class_counted, older_form,
)  # fmt: skip


def break_off(path: Path) -> None:
    """Cut a written file short, as a broken upload does."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * KEPT_OF_TRUNCATED)])
