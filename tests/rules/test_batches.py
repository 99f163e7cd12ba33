"""A batch judges each delivery as if it were alone; the counts of each close."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from expectations.form import FORM
from expectations.judge import judge
from expectations.staging import Staged, Staging
from expectations.text import fold_heading
from tests.rules.all_cases import CASES, number_of
from tests.rules.cases import KEY, Case, code_of, context_of, findings_by_case, spelled
from tests.rules.delivered import Sheets, csv_archive, day
from tests.rules.tables import BY_TITLE, ORGANISATION

DELIVERIES = 80
JUNK = (
    "",
    "",
    "#Н/Д",
    "много",
    "У-1",
    "31.12.2021",
    "01.01.2030",
    "-1",
    "99",
    "Мнимoв",
    "обучающийся",
    "завершена",
    "  ",
)
NOISE = (["Итого", "всё"], ["", "Всего: 7"], [], [" ", ""])


def judged_alone(
    staged: list[Staged], cases: dict[int, Case], milestones: dict[str, str] | None = None
) -> dict[int, list[str]]:
    """Judge a batch of its own and spell what is found in each delivery."""
    with Staging() as staging:
        staging.load(staged, context_of(cases, milestones))
        judge(staging)
        return spell(findings_by_case(staging))


def spell(found: dict[int, list[dict]]) -> dict[int, list[str]]:
    return {number: sorted(f"{spelled(one)} {one['detail']}" for one in findings) for number, findings in found.items()}


def test_a_delivery_is_judged_alike_whoever_is_beside_it_and_before_it(staged, found) -> None:
    """Every second one, in the opposite order: people of one name and one ID are in nearly all of them."""
    cases = {number: case for number, case in CASES.items() if number % 2}
    beside = [one for one in reversed(staged) if int(one.delivery) in cases]
    assert judged_alone(beside, cases) == {number: words for number, words in spell(found).items() if number in cases}


def test_a_delivery_is_judged_alike_alone(staged, found) -> None:
    """And without the milestone of item 6.7 no document of it is late."""
    number = number_of("document-late", "late and by the wrong hands")
    expected = [one for one in spell(found)[number] if not one.startswith("document-late")]
    assert 0 < len(expected) < len(found[number])
    assert judged_alone([staged[number]], {number: CASES[number]}, milestones={}) == {number: expected}


# -- counts


def faulty(seed: random.Random, lines: Sheets) -> Sheets:
    """Spoil a submission at random: cells, rows, headings, sheets."""
    spoiled = []
    for title, sheet in lines:
        if seed.random() < 0.02:
            continue
        heading, *rows = [list(line) for line in sheet]
        for row in rows[1:] if title == ORGANISATION else rows:
            if seed.random() < (0.02 if title == ORGANISATION else 0.3):
                row[seed.randrange(len(row)) if title != ORGANISATION else 1] = seed.choice(JUNK)
        if title != ORGANISATION:
            rows += [list(seed.choice(rows)) for _ in range(seed.randrange(3))] if rows else []
            for _ in range(seed.randrange(3)):
                rows.insert(seed.randrange(len(rows) + 1), [*seed.choice(NOISE)])
            if seed.random() < 0.05:
                heading[seed.randrange(len(heading))] = seed.choice(heading)
        spoiled.append((title, [heading, *rows]))
    return spoiled


def rows_of(title: str, lines: list[list[str]]) -> int | None:
    """Count the rows of a sheet up to its last filled one, as a person would; None where headings are missing."""
    sheet = BY_TITLE[title]
    if title == ORGANISATION:
        return len({line[0] for line in lines} & {column.heading for column in sheet.columns})
    if not {fold_heading(column.heading) for column in sheet.columns if column.required} <= set(
        map(fold_heading, lines[0])
    ):
        return None
    filled = [number for number, line in enumerate(lines) if number and any(cell.strip() for cell in line)]
    return max(filled, default=0)


@pytest.fixture(scope="module")
def written() -> dict[int, Sheets]:
    """Random faulty submissions, from a fixed seed."""
    seed = random.Random(632)
    bases = [case for case in CASES.values() if case.file is csv_archive]
    return {number: faulty(seed, seed.choice(bases).lines(code_of(number))) for number in range(DELIVERIES)}


@pytest.fixture(scope="module")
def kept(written: dict[int, Sheets], tmp_path_factory):
    """What is kept of them."""
    from expectations.reading.limits import Limits
    from expectations.reading.reading import read_delivery
    from warehouse.ingestion.storing import Kept

    folder: Path = tmp_path_factory.mktemp("faulty")
    staged = []
    for number, lines in written.items():
        path = folder / f"{number}.file"
        path.write_bytes(csv_archive(lines))
        staged.append(Staged(f"{number:04}", code_of(number), day("10.01.2022"), *read_delivery(path, KEY, Limits())))
    with Staging() as staging:
        staging.load(staged, context_of(dict.fromkeys(written, Case("column", "faulty"))))
        judge(staging)
        yield Kept(staging)


def test_there_is_something_to_count(kept) -> None:
    verdicts = Counter(row["verdict"] for row in kept.ledger.values())
    assert min(verdicts[one] for one in ("rejected", "accepted_with_errors")) >= DELIVERIES // 10
    totals = [
        sum(kept.sheet_counts.column(name).to_pylist()) for name in ("rows_stored", "rows_quarantined", "rows_skipped")
    ]
    assert min(totals) > DELIVERIES // 2


def test_every_row_written_is_stored_quarantined_or_skipped(written, kept) -> None:
    """Rows as a person counts them in the file, rows really stored, rows of the three counts."""
    stored = Counter(
        (row["delivery"], name) for name, table in kept.facts.items() for row in table.select(["delivery"]).to_pylist()
    )
    rejected = {name for name, row in kept.ledger.items() if row["verdict"] == "rejected"}
    counts = {(row["delivery"], row["sheet"]): row for row in kept.sheet_counts.to_pylist()}
    for number, lines in written.items():
        for title, sheet in lines:
            key = (f"{number:04}", BY_TITLE[title].name)
            there = rows_of(title, sheet)
            row = counts.pop(key, None)
            if there is None:
                assert row is None or row["rows_read"] == 0
                continue
            assert row["rows_read"] == there == row["rows_stored"] + row["rows_quarantined"] + row["rows_skipped"], key
            if title != ORGANISATION:
                assert row["rows_stored"] == stored[key], key
            if key[0] in rejected:
                assert row["rows_stored"] == 0 and stored[key] == 0
    assert counts == {}


def test_the_ledger_adds_the_sheets_up(kept) -> None:
    for delivery, row in kept.ledger.items():
        sheets = [one for one in kept.sheet_counts.to_pylist() if one["delivery"] == delivery]
        for name in ("rows_read", "rows_stored", "rows_quarantined", "rows_skipped"):
            assert row[name] == sum(one[name] for one in sheets)


def test_a_row_is_quarantined_exactly_when_it_has_an_error(kept) -> None:
    titles = {sheet.title: sheet.name for sheet in FORM.sheets}
    errors = {
        (one["delivery"], titles[one["sheet"]], one["row"])
        for one in kept.findings.to_pylist()
        if one["severity"] == "error"
    }
    stored = {(row["delivery"], name, row["row"]) for name, table in kept.facts.items() if name in titles.values() and name != "organisation"
              for row in table.select(["delivery", "row"]).to_pylist()}  # fmt: skip
    assert not errors & stored
    rejected = {name for name, row in kept.ledger.items() if row["verdict"] == "rejected"}
    quarantined = Counter((delivery, sheet) for delivery, sheet, _ in errors)
    for row in kept.sheet_counts.to_pylist():
        if row["delivery"] not in rejected:
            assert row["rows_quarantined"] == quarantined[row["delivery"], row["sheet"]]


def test_a_refusal_has_a_reason(kept) -> None:
    reasons = {one["delivery"] for one in kept.findings.to_pylist() if one["severity"] == "fatal"}
    assert reasons == {name for name, row in kept.ledger.items() if row["verdict"] == "rejected"}
