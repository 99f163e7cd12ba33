"""What is found between submissions, and how far open pairs could move a figure: six children on ten fingers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from expectations.rules.wording import Finding
from tests.installations import ENGINES, installation, moscow, take
from tests.workbooks import records, snils, submission, write
from warehouse.findings import across_kept
from warehouse.findings.across import findings_across
from warehouse.findings.across_kept import kept_findings_across
from warehouse.findings.listing import findings_csv
from warehouse.indicators.identity import SAME
from warehouse.indicators.knowledge import Knowledge
from warehouse.installation.home import Home
from warehouse.journal.decisions import Place, decide, undo
from warehouse.journal.journal import known_by
from warehouse.persons.doubt import doubts
from warehouse.persons.queue import open_queue

AT, AS_OF = moscow("2022-01-20 12:00"), date(2021, 12, 31)
TWICE, SHARED, LEFT = snils(111_222_333), snils(444_555_666), snils(777_888_999)
# Who is told where; the pair of a child begins on 01.10.2021 and ends when it is told.
TOLD = f"""
    организация | ребёнок                             | СНИЛС    | пара кончилась
    NSH-S007    | Пробный Пётр Ильич 29.02.2008       | {TWICE}  |
    NSH-S008    | Пробный Пётр Ильич 29.02.2008       | {TWICE}  |
    NSH-D001    | Пробный Пётр Ильич 29.02.2008       | {TWICE}  |
    NSH-S007    | Ушедший Ян Львович 01.03.2009       | {LEFT}   | 01.12.2021
    NSH-S008    | Ушедший Ян Львович 01.03.2009       | {LEFT}   |
    NSH-S007    | Данный Лев Ильич 01.02.2011         | {SHARED} |
    NSH-D001    | Чужая Яна Ильинична 09.09.2011      | {SHARED} |
    NSH-S008    | Мнимая Анна Львовна 05.06.2009      |          |
    NSH-D001    | Ана Мнимая Львовна 05.06.2009       |          |
    NSH-S008    | Учебный Марк Львович 07.08.2009     |          |
"""
# rows of «Участники» stand below the headings, in the order of the table
FOUND = """
    организация | строка | правило                     | называет
    NSH-D001    | 3      | snils-conflict              |
    NSH-D001    | 4      | possible-same-person        |
    NSH-S007    | 2      | same-kind-double-membership | NSH-S008
    NSH-S007    | 4      | snils-conflict              |
    NSH-S008    | 2      | same-kind-double-membership | NSH-S007
    NSH-S008    | 4      | possible-same-person        |
"""
PEOPLE = "ID участника|Фамилия|Имя|Отчество|Дата рождения|СНИЛС|Категория|Класс / объединение|Стаж, лет|Дата согласия"
PAIRS = "ID пары|ID наставника|ID наставляемого|Форма наставничества|Программа|Дата начала|Дата завершения|Итог"
MENTOR = "У-9|Учебная|Вера|Львовна|01.01.1980||педагогический работник||12|01.10.2020"
NAMES = ("Пробн", "Ушедш", "Данн", "Чуж", "Мним", "Ильич", "Львовна")


@pytest.fixture(scope="module", params=ENGINES)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with installation(tmp_path_factory.mktemp("town") / "home", url) as home:
        told = records(TOLD)
        for code in {one["организация"] for one in told}:
            children = [one for one in told if one["организация"] == code]
            people, pairs = [PEOPLE.split("|")], [PAIRS.split("|")]
            for number, one in enumerate(children, 1):
                surname, given, patronymic, born = one["ребёнок"].split()
                own = [f"У-{number}", surname, given, patronymic, born, one["СНИЛС"]]
                people.append([*own, "обучающийся", "7А", "", "01.10.2020"])
                ended = one["пара кончилась"]
                end = [ended, "завершена" if ended else "продолжается"]
                pairs.append([f"П-{number}", "У-9", f"У-{number}", "педагог – ученик", "Вместе", "01.10.2021", *end])
            sheets = submission(code, students=50, Участники=[*people, MENTOR.split("|")], Пары=pairs)
            write(home.settings.inbox / code / "a.zip", sheets)
        assert take(home).verdicts == {"accepted": 3}
        yield home


def found(home: Home) -> list[dict[str, str]]:
    """What is found, as FOUND words it."""
    with home.reading() as connection:
        across = findings_across(connection, home.vault, Knowledge.at(known_by(connection, None)))
        lines = [line.split(",") for line in findings_csv(connection, across)]
    senders = {line[0]: line[1] for line in lines}
    return sorted(
        ({"организация": senders[key], "строка": str(one.row), "правило": one.rule, "называет": one.detail or ""}
         for key, every in across.items() for one in every),
        key=lambda one: (one["организация"], one["строка"], one["правило"]),
    )  # fmt: skip


def place(home: Home, institution: str, row: int) -> Place:
    with home.reading() as connection:
        keys = {line.split(",")[1]: line.split(",")[0] for line in findings_csv(connection, {})}
    return Place(keys[institution], row)


def test_both_sides_are_told(town: Home) -> None:
    """A child of two kinds of institution, or whose pair ended before the date, is nobody's second membership."""
    assert found(town) == records(FOUND)


def test_nobody_is_named(town: Home) -> None:
    with town.reading() as connection:
        across = findings_across(connection, town.vault, Knowledge.at(known_by(connection, None)))
        text = "".join(findings_csv(connection, across))
    assert text.count("same-kind-double-membership") == 2
    assert "участвует и в другой организации того же вида (NSH-S008)" in text
    assert [one for one in (*NAMES, TWICE, SHARED, LEFT) if one in text] == []


def test_what_is_decided_is_found_no_more(town: Home) -> None:
    with town.writing() as connection:
        same = decide(
            connection, SAME, place(town, "NSH-S008", 4), place(town, "NSH-D001", 4), AT, "clerk", "documents"
        )
    assert [one["правило"] for one in found(town)].count("possible-same-person") == 0
    with town.writing() as connection:
        undo(connection, same.seq, AT, "clerk")
    assert found(town) == records(FOUND)


def test_what_was_found_is_kept_until_anything_changes(town: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def counting(*arguments: object) -> object:
        looked.append(1)
        return findings_across(*arguments)

    def kept() -> dict[str, list[Finding]]:
        with town.reading() as connection:
            made = kept_findings_across(town, connection)
            assert made == findings_across(connection, town.vault, Knowledge.at(known_by(connection, None)))
            return made

    monkeypatch.setattr(across_kept, "findings_across", counting)
    first = kept()
    assert (kept(), len(looked)) == (first, 1)
    with town.writing() as connection:
        same = decide(
            connection, SAME, place(town, "NSH-S008", 4), place(town, "NSH-D001", 4), AT, "clerk", "documents"
        )
    assert (kept() != first, len(looked)) == (True, 2)
    with town.writing() as connection:
        undo(connection, same.seq, AT, "clerk")
    monkeypatch.setattr(across_kept, "version", lambda: "other rules")
    assert (kept(), kept(), len(looked)) == (first, first, 3)


def bounds(home: Home) -> dict[tuple[str, str], tuple[int, int, int]]:
    with home.reading() as connection:
        known = Knowledge.at(known_by(connection, None))
        found_ = doubts(connection, known, open_queue(connection, home.vault, known), [AS_OF])
    return {(one.scope_type, one.scope_code): (one.same, one.numerator, one.different) for one in found_}


def test_a_figure_lies_between_two_answers(town: Home) -> None:
    """People are told apart within a kind, as the official figure counts: both pairs are of a school and the club."""
    assert bounds(town) == {}
    with town.reading() as connection:
        known = Knowledge.at(known_by(connection, None))
        assert len(open_queue(connection, town.vault, known).pairs) == 2


def test_pairs_of_one_kind_move_it(town: Home) -> None:
    """The schools: Пётр, Ян, Лев, Анна, Марк, and Макр who may be Марк; the club has three of its own."""
    write(town.settings.inbox / "NSH-S007/b.zip", _with_a_double())
    assert take(town, AT).verdicts == {"accepted": 1}
    assert bounds(town) == {
        ("kind", "NSH/ОУ"): (5, 6, 6), ("municipality", "NSH"): (8, 9, 9), ("region", "61"): (8, 9, 9),
        ("country", "RU"): (8, 9, 9),
    }  # fmt: skip


def _with_a_double() -> dict:
    rows = [
        f"У-1|Пробный|Пётр|Ильич|29.02.2008|{TWICE}|обучающийся|7А||01.10.2020",
        f"У-2|Данный|Лев|Ильич|01.02.2011|{SHARED}|обучающийся|7А||01.10.2020",
        "У-3|Учебный|Макр|Львович|07.08.2009||обучающийся|7А||01.10.2020",
    ]
    people = [line.split("|") for line in (PEOPLE, *rows, MENTOR)]
    pairs = [PAIRS.split("|")] + [
        [f"П-{n}", "У-9", f"У-{n}", "педагог – ученик", "Вместе", "01.10.2021", "", "продолжается"] for n in (1, 2, 3)
    ]
    return submission("NSH-S007", students=50, Участники=people, Пары=pairs)
