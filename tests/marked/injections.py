"""Mistakes put into a good submission, one cause each, whatever number of findings it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from expectations.structure import Column
from tests.marked.cases import SHEETS, Case, Impossible
from warehouse.synthetic import slips
from warehouse.synthetic.submissions import Submission
from warehouse.synthetic.writing import Grid

Injection = Callable[[Case], None]


def slip(made: slips.Slip, *places: tuple[str, str], needs: Iterable[str] = ()) -> Injection:
    """Return one of the synthetic clerk's own slips as a mistake."""

    def inject(case: Case) -> None:
        case.take(*places, needs=needs)
        try:
            made(case.rng, case.submission)
        except (IndexError, KeyError, ValueError, TypeError, AttributeError):
            raise Impossible from None

    inject.__name__ = made.__name__
    return inject


def _head(case: Case, grid: Grid, sheet: str) -> int:
    """Find the row of headings: titles stand above it in some hands."""
    headings = {case.submission.hand.heading(column) for column in SHEETS[sheet].columns}
    return next(n for n, row in enumerate(grid) if headings.intersection(map(str, row)))


def _place(case: Case, grid: Grid, sheet: str, column: Column) -> tuple[int, int]:
    head = _head(case, grid, sheet)
    return head, grid[head].index(case.submission.hand.heading(column))


HEADINGS = {
    ("participants", "birth_date"): ("Дата рожд.", "День рождения", "Дата рождния"),
    ("participants", "surname"): ("Фамилия участника", "Фам."),
    ("participants", "consent_date"): ("Согласие, дата", "Дата соглас."),
    ("participants", "group_name"): ("Класс, группа", "Класс"),
    ("pairs", "form"): ("Форма", "Форма наставн."),
    ("pairs", "started_on"): ("Начало", "Дата начала работы"),
    ("pairs", "outcome"): ("Итоги", "Итог работы"),
    ("enrolment", "students"): ("Учащихся", "Количество обучающихся"),
}


def heading_changed(case: Case) -> None:
    (sheet, name), written = case.rng.choice(list(HEADINGS.items()))
    if not case.rows(sheet, name):
        raise Impossible
    case.take((sheet, "*"), spoils=[sheet])  # of a sheet without a required heading nothing else is judged
    text = case.rng.choice(written)

    def edit(grids: dict[str, Grid]) -> None:
        row, place = _place(case, grids[sheet], sheet, SHEETS[sheet].by_name[name])
        grids[sheet][row][place] = text

    case.edits.append(edit)


def heading_row_lost(case: Case) -> None:
    sheet = case.rng.choice(["participants", "pairs"])
    case.take((sheet, "*"), spoils=[sheet])
    case.edits.append(lambda grids: grids[sheet].pop(_head(case, grids[sheet], sheet)))


def sheet_renamed(case: Case) -> None:
    sheet = case.rng.choice(["participants", "pairs", "enrolment", "surveys", "documents"])
    if not case.submission.sheets.get(sheet) or case.submission.hand.csv:
        raise Impossible
    case.take((sheet, "*"), spoils=[sheet])
    title = SHEETS[sheet].title
    case.titles[sheet] = case.rng.choice([f"{title} 2021", f"{title} - копия", "Лист2", f"Список - {title.lower()}"])


def rows_shifted(case: Case) -> None:
    sheet, column = case.rng.choice([("participants", "given_name"), ("pairs", "mentee_id"), ("participants", "snils")])
    if case.submission.hand.csv or len(case.rows(sheet, SHEETS[sheet].columns[0].name)) < 8:
        raise Impossible
    case.take((sheet, "*"), spoils=[sheet])
    right, share = case.rng.random() < 0.6, case.rng.choice([0.1, 0.5, 1.0])

    def edit(grids: dict[str, Grid]) -> None:
        head, place = _place(case, grids[sheet], sheet, SHEETS[sheet].by_name[column])
        rows = [row for row in grids[sheet][head + 1 :] if len(row) > 2]
        for row in rows[: max(3, int(len(rows) * share))]:
            if right:
                row.insert(place, None)
            else:
                row.append(row.pop(place) and None)

    case.edits.append(edit)


def columns_exchanged(case: Case) -> None:
    sheet, one, other = case.rng.choice(
        [
            ("participants", "birth_date", "category"),
            ("pairs", "started_on", "form"),
            ("participants", "snils", "category"),
        ]
    )
    if not case.rows(sheet, one):
        raise Impossible
    case.take((sheet, "*"), spoils=[sheet])

    def edit(grids: dict[str, Grid]) -> None:
        head, first = _place(case, grids[sheet], sheet, SHEETS[sheet].by_name[one])
        _, second = _place(case, grids[sheet], sheet, SHEETS[sheet].by_name[other])
        for row in grids[sheet][head + 1 :]:
            if len(row) > max(first, second):
                row[first], row[second] = row[second], row[first]

    case.edits.append(edit)


def dates_typed(case: Case) -> None:
    places = [("participants", "birth_date"), ("pairs", "started_on"), ("participants", "consent_date")]
    sheet, name = case.rng.choice(
        [*places, ("events", "held_on"), ("documents", "approved_on"), ("surveys", "answered_on")]
    )
    rows = [row for row in case.rows(sheet, name) if isinstance(row[name], date)]
    if len(rows) < 3:
        raise Impossible
    case.take((sheet, name), spoils=[sheet])
    form = case.rng.choice(["%d/%m/%Y", "%d.%m.%y", "%Y.%m.%d", "%d-%m-%Y", "%d.%m.%Y г."])
    for row in rows:
        row[name] = row[name].strftime(form)


LISTS = {
    ("participants", "category"): {"обучающийся": "ученик", "педагогический работник": "учитель"},
    ("pairs", "form"): {"педагог – ученик": "учитель+ученик", "ученик – ученик": "ученик+ученик"},
    ("pairs", "outcome"): {"продолжается": "действует", "завершена": "закончена"},
    ("surveys", "role"): {"наставник": "ментор", "наставляемый": "подопечный"},
}


def list_spelled(case: Case) -> None:
    (sheet, name), words = case.rng.choice(list(LISTS.items()))
    rows = [row for row in case.rows(sheet, name) if row[name] in words]
    if len(rows) < 3:
        raise Impossible
    case.take((sheet, name), spoils=[sheet])
    for row in rows:
        row[name] = words[row[name]]


REFERRED = (("pairs", "mentor_id"), ("pairs", "mentee_id"), ("surveys", "participant_id"))


def ids_spelled(case: Case) -> None:
    case.take(("participants", "participant_id"), *REFERRED, spoils=["pairs"])
    for row in case.submission.sheets["participants"]:
        row["participant_id"] = f"{case.submission.as_of.year}/{row['participant_id']}"


def ids_broken(case: Case) -> None:
    case.take(*REFERRED, spoils=["pairs"])
    for sheet, name in REFERRED:
        for row in case.rows(sheet, name):
            row[name] = "#ССЫЛКА!"


def latin_letters(case: Case) -> None:
    case.take(("participants", "surname"))
    rows = [row for row in case.rows("participants", "surname") if set("аоес") & set(row["surname"])]
    for row in case.rng.sample(rows, min(len(rows), case.rng.randint(1, 20))):
        row["surname"] = row["surname"].translate(str.maketrans("аоес", "aoec"))


def snils_dragged(case: Case) -> None:
    rows = case.rows("participants", "snils")
    if len(rows) < 10:
        raise Impossible
    case.take(("participants", "snils"), spoils=["participants"])
    for number, row in enumerate(rows[: case.rng.randint(5, len(rows))]):
        row["snils"] = str(12_345_678_901 + number)


def experience_in_months(case: Case) -> None:
    rows = case.rows("participants", "experience_years")
    case.take(("participants", "experience_years"), spoils=["participants"])
    if not rows:
        raise Impossible
    for row in rows:
        row["experience_years"] = 71 + row["experience_years"]


def document_forgotten(case: Case) -> None:
    case.take(("documents", "*"))
    documents = case.submission.sheets["documents"]
    kinds = {row["kind"] for row in documents} & {"дорожная карта", "положение о наставничестве"}
    if not kinds:
        raise Impossible
    gone = case.rng.choice(sorted(kinds))
    case.submission.sheets["documents"] = [row for row in documents if row["kind"] != gone]


def pair_twice(case: Case) -> None:
    case.take(("pairs", "pair_id"), needs=["pairs"])
    rows = case.submission.sheets["pairs"]
    rows += [dict(row) for row in case.rng.sample(rows, min(len(rows), case.rng.randint(1, 5)))]


def ended_too_early(case: Case) -> None:
    case.take(("pairs", "ended_on"))
    rows = [row for row in case.rows("pairs", "started_on") if isinstance(row["started_on"], date)]
    if not rows:
        raise Impossible
    for row in case.rng.sample(rows, min(len(rows), case.rng.randint(1, 6))):
        row["ended_on"] = row["started_on"] - timedelta(days=3)


BOTH = ("participants", "pairs")
INJECTIONS: tuple[Injection, ...] = (
    heading_changed, heading_row_lost, sheet_renamed, rows_shifted, columns_exchanged, dates_typed, list_spelled,
    ids_spelled, ids_broken, latin_letters, snils_dragged, experience_in_months, document_forgotten,
    pair_twice, ended_too_early,
    slip(slips.date_in_words, ("participants", "birth_date")),
    slip(slips.wrong_snils_digit, ("participants", "snils")),
    slip(slips.unknown_id, ("pairs", "mentor_id"), needs=BOTH),
    slip(slips.two_digit_year, ("pairs", "started_on")),
    slip(slips.ends_before_start, ("pairs", "ended_on")),
    slip(slips.no_surname, ("participants", "surname")),
    slip(slips.own_mentor, ("pairs", "mentee_id"), needs=BOTH),
    slip(slips.wrong_form, ("pairs", "form"), needs=BOTH),
    slip(slips.digit_in_name, ("participants", "given_name")),
    slip(slips.repeated_id, ("participants", "participant_id")),
    slip(slips.one_child_twice, ("participants", "patronymic")),
    slip(slips.day_of_filling, ("organisation", "as_of")),
    slip(slips.letter_in_code, ("organisation", "institution_code")),
    slip(slips.one_child_counted, ("enrolment", "*"), needs=["participants"]),
    slip(slips.older_form, ("organisation", "form_version")),
)  # fmt: skip
MOST_CAUSES = 4


def spoil(submission: Submission, rng: Random) -> tuple[Case, list[str]]:
    """Put one to four mistakes into a copy of a submission; return it and their names."""
    case = Case(submission.copy(), rng)
    case.submission.hand = replace(case.submission.hand)
    wanted, names = rng.randint(1, MOST_CAUSES), []
    for injection in rng.sample(INJECTIONS, len(INJECTIONS)):
        try:
            injection(case)
        except Impossible:
            continue
        names.append(injection.__name__)
        if len(names) == wanted:
            break
    return case, names
