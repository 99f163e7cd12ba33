"""What a file would change if it were submitted: told beforehand, true afterwards, and nothing of it kept."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from flows.cli.telling.words import effect_words
from tests.installations import figures, hashes, learn, moscow, take, warehouse_of
from tests.workbooks import PAIRS, PEOPLE, submission, write
from warehouse.installation.home import Home
from warehouse.preview.checking import Checked, check_files
from warehouse.preview.effect import Effect

LATER = moscow("2022-01-11 12:00")
THIRD = "    У-4 | Новая | Анна | | 06.06.2010 | | обучающийся | 5В | | 01.10.2020"
THIRD_PAIR = "    П-3 | У-3 | У-4 | педагог – ученик | Вместе | 01.10.2021 | | продолжается"
TARGETS = """
    indicator,scope_type,scope_code,as_of,target_percent,direction,source
    students_involved,kind,NSH/ОУ,2021-12-31,2.5,at_least,
"""


def more(table: str, line: str) -> str:
    """Add a row, its cells spread over the columns of the table; none means empty."""
    head = table.strip().splitlines()[0].count("|")
    cells = line.split("|")
    return table.rstrip() + "\n" + "|".join([*cells, *[" "] * (head + 1 - len(cells))]) + "\n"


def without(table: str, start: str) -> str:
    return "\n".join(line for line in table.splitlines() if not line.strip().startswith(start))


CHANGES = {
    "the same once more": ({}, None),
    "another class": ({"Участники": PEOPLE.replace("7А", "7Б")}, (0, 0, 1)),
    "a pair less": ({"Пары": without(PAIRS, "П-2")}, (0, 0, 1)),
    "a student less": ({"Участники": without(PEOPLE, "У-2"), "Пары": without(PAIRS, "П-2")}, (0, 1, 0)),
    "a student more": ({"Участники": more(PEOPLE, THIRD), "Пары": more(PAIRS, THIRD_PAIR)}, (1, 0, 0)),
    "another student in a row": ({"Участники": PEOPLE.replace("05.05.2009", "06.05.2009")}, (1, 1, 0)),
    "another name under the same СНИЛС": ({"Участники": PEOPLE.replace("Пробный", "Пробников")}, (0, 0, 0)),
    "a mentor of other years": ({"Участники": PEOPLE.replace("12      ", "13      ")}, (0, 0, 0)),
}


@pytest.fixture(scope="module")
def town(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    learn(home, tmp_path_factory.mktemp("targets"), targets=TARGETS)
    write(home.settings.inbox / "NSH-S007/a.xlsx", submission(students=100))
    others = PEOPLE.replace("Пробный", "Чужой  ").replace("Мнимый", "Прочий").replace("112-233-445 95", "")
    write(home.settings.inbox / "NSH-S008/a.xlsx", submission("NSH-S008", students=50, Участники=others))
    assert take(home).verdicts == {"accepted": 2}
    return home


def checked(home: Home, folder: Path, **sheets: object) -> Checked:
    (one,) = check_files(home, [write(folder / "a.xlsx", submission(**sheets))], None, LATER)  # type: ignore[arg-type]
    return one


def effect(home: Home, folder: Path, **sheets: object) -> Effect:
    found = checked(home, folder, **sheets).effect
    assert found is not None
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_students_are_compared_with_what_is_in_force(town: Home, tmp_path: Path, change: str) -> None:
    sheets, counted = CHANGES[change]
    found = effect(town, tmp_path, **sheets)
    assert found.replaces is not None
    assert found.same is (counted is None)
    assert (found.added, found.gone, found.changed) == (counted or (0, 0, 0))


def test_a_first_submission_replaces_nothing(town: Home, tmp_path: Path) -> None:
    found = effect(town, tmp_path, institution="NSH-S001")
    assert (found.replaces, found.same, found.added, found.gone) == (None, False, 2, 0)
    assert (found.figures[0].before, found.figures[0].after) == (None, Decimal("2.00"))


def test_a_refused_file_changes_nothing(town: Home, tmp_path: Path) -> None:
    one = checked(town, tmp_path, Организация=[["Код организации", "NSH-S007"]])
    assert (one.verdict, one.effect) == ("rejected", None)


def test_figures_move_and_a_target_is_crossed(town: Home, tmp_path: Path) -> None:
    """2 of 100 and 2 of 50 are 4 of 150, or 2.67 %, over the 2.5 % asked for; without a pair of the one 3 of 150."""
    found = effect(town, tmp_path, Пары=without(PAIRS, "П-2"))
    assert [(one.scope_type, one.scope_code, str(one.before), str(one.after)) for one in found.figures] == [
        ("institution", "NSH-S007", "2.00", "1.00"),
        ("kind", "NSH/ОУ", "2.67", "2.00"),
        ("municipality", "NSH", "2.67", "2.00"),
    ]
    kind = found.figures[1]
    assert (str(kind.target), kind.met_before, kind.met_after) == ("2.50", True, False)
    assert effect_words(found)[2].endswith("вид организаций NSH/ОУ: 2,67 % → 2 %; цель 2,5 % теперь не достигнута.")


def test_what_is_told_comes_true_and_trying_keeps_nothing(town: Home, tmp_path: Path) -> None:
    before = warehouse_of(town), hashes(town.settings.home)
    found = effect(town, tmp_path, Участники=more(PEOPLE, THIRD), Пары=more(PAIRS, THIRD_PAIR))
    after = warehouse_of(town), hashes(town.settings.home)
    assert after[0] == before[0]
    changed = {path for path in before[1] | after[1] if before[1].get(path) != after[1].get(path)}
    assert {Path(path).suffix for path in changed} <= {".duckdb", ".wal"}

    write(
        town.settings.inbox / "NSH-S007/b.xlsx", submission(Участники=more(PEOPLE, THIRD), Пары=more(PAIRS, THIRD_PAIR))
    )
    assert take(town, LATER).verdicts == {"accepted": 1}
    now = {
        (row["scope_type"], row["scope_code"]): (row["value"], row["meets_target"])
        for row in figures(town).to_pylist()
        if row["indicator"] == "students_involved"
    }
    assert {(one.scope_type, one.scope_code): (one.after, one.met_after) for one in found.figures} == {
        (one.scope_type, one.scope_code): now[one.scope_type, one.scope_code] for one in found.figures
    }
