"""Mistakes people make in a submission: in cells, which cost a row, and in the file, which cost all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from expectations.form import FORM, STUDENT
from warehouse.synthetic.paperwork import Row
from warehouse.synthetic.submissions import Submission
from warehouse.synthetic.vocabulary import EMPLOYER_COLLEGE, OTHER

Slip = Callable[[Random, Submission], None]  # changes the submission it is given
KEPT_OF_TRUNCATED = 0.6  # of the bytes of a file whose upload broke off


def _children(submission: Submission) -> list[Row]:
    rows = submission.sheets["participants"]
    return [row for row in rows if row["category"] == STUDENT] or rows


def _child(rng: Random, submission: Submission) -> Row:
    return rng.choice(_children(submission))


def _pair(rng: Random, submission: Submission) -> Row:
    return rng.choice(submission.sheets["pairs"])


def date_in_words(rng: Random, submission: Submission) -> None:
    """Type a birth date as a word."""
    _child(rng, submission)["birth_date"] = "вчера"


def two_digit_year(rng: Random, submission: Submission) -> None:
    """Type the day a pair began with a year of two digits."""
    row = _pair(rng, submission)
    row["started_on"] = row["started_on"].strftime("%d.%m.%y")


def wrong_snils_digit(rng: Random, submission: Submission) -> None:
    """Get the last digit of a СНИЛС wrong."""
    row = rng.choice([row for row in _children(submission) if row["snils"]])
    row["snils"] = row["snils"][:-1] + str((int(row["snils"][-1]) + 1) % 10)


def unknown_id(rng: Random, submission: Submission) -> None:
    """Name a mentor who is not registered."""
    _pair(rng, submission)["mentor_id"] = f"{submission.hand.id_prefix}9999"


def misspelled_category(rng: Random, submission: Submission) -> None:
    """Write a category in another case."""
    _child(rng, submission)["category"] = "обучающейся"


def no_surname(rng: Random, submission: Submission) -> None:
    """Leave a surname out."""
    _child(rng, submission)["surname"] = None


def digit_in_name(rng: Random, submission: Submission) -> None:
    """Let a digit slip into a name."""
    row = _child(rng, submission)
    row["given_name"] = f"{row['given_name'].strip()}2"


def own_mentor(rng: Random, submission: Submission) -> None:
    """Make somebody their own mentor."""
    row = _pair(rng, submission)
    row["mentor_id"] = row["mentee_id"]


def ends_before_start(rng: Random, submission: Submission) -> None:
    """End a pair before it began."""
    row = rng.choice([row for row in submission.sheets["pairs"] if hasattr(row["started_on"], "year")])
    row["ended_on"] = row["started_on"] - timedelta(days=rng.randint(1, 60))


def wrong_form(rng: Random, submission: Submission) -> None:
    """Choose a form of mentoring that does not fit who takes part."""
    rows = [row for row in submission.sheets["pairs"] if row["form"] not in (EMPLOYER_COLLEGE, OTHER)]
    rng.choice(rows)["form"] = EMPLOYER_COLLEGE


def excel_error(rng: Random, submission: Submission) -> None:
    """Leave a broken formula's error in a date."""
    _pair(rng, submission)["ended_on"] = "#Н/Д"


def repeated_id(rng: Random, submission: Submission) -> None:
    """Give two children one ID."""
    one, other = rng.sample(_children(submission), 2)
    other["participant_id"] = one["participant_id"]


def one_child_twice(rng: Random, submission: Submission) -> None:
    """Register a child a second time under another ID: a warning, not an error."""
    rows = submission.sheets["participants"]
    rows.append(_child(rng, submission) | {"participant_id": f"{submission.hand.id_prefix}{len(rows) + 1:04d}"})


CELL_SLIPS: tuple[Slip, ...] = (
    date_in_words,
    wrong_snils_digit,
    unknown_id,
    misspelled_category,
    two_digit_year,
    ends_before_start,
    no_surname,
    own_mentor,
    wrong_form,
    excel_error,
    digit_in_name,
    repeated_id,
    one_child_twice,
)


def sheet_deleted(rng: Random, submission: Submission) -> None:
    """Lose one of the required sheets."""
    required = [sheet.name for sheet in FORM.sheets if sheet.required and not sheet.vertical]
    del submission.sheets[rng.choice(required)]


def heading_shortened(rng: Random, submission: Submission) -> None:
    """Shorten a required heading past recognition."""
    submission.hand = replace(submission.hand, renamed=(("birth_date", "Дата рожд."),))


def day_of_filling(rng: Random, submission: Submission) -> None:
    """Write the day the form was filled in where the reporting date should stand."""
    submission.organisation["as_of"] = submission.as_of - timedelta(days=rng.randint(5, 20))


def letter_in_code(rng: Random, submission: Submission) -> None:
    """Type a letter for the last digit of the institution's code."""
    submission.organisation["institution_code"] = submission.organisation["institution_code"][:-1] + "О"


def one_child_counted(rng: Random, submission: Submission) -> None:
    """Count fewer children than take part."""
    submission.sheets["enrolment"] = [submission.sheets["enrolment"][0] | {"students": 1}]


def older_form(rng: Random, submission: Submission) -> None:
    """Fill in a version of the form that nobody takes any more."""
    submission.organisation["form_version"] = "0.9"


FATAL_SLIPS: tuple[Slip, ...] = (
    sheet_deleted,
    heading_shortened,
    day_of_filling,
    letter_in_code,
    one_child_counted,
    older_form,
)


def break_off(path: Path) -> None:
    """Cut a written file short, as a broken upload does."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * KEPT_OF_TRUNCATED)])
