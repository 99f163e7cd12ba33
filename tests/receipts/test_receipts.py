"""What a school is answered: every delivery has a receipt that closes, says why and what next."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from expectations.rules.wording import Finding
from tests.installations import ENGINES, installation, moscow, take
from tests.receipts.conftest import Answered, put
from tests.workbooks import enrolment, submission
from warehouse.journal.decisions import withdraw
from warehouse.receipts import write_pending_receipts
from warehouse.receipts.contents import Counts, Receipt, receipts_of
from warehouse.receipts.document import document
from warehouse.receipts.folders import LONGEST, folder_name
from warehouse.receipts.protocol import MOST_FINDINGS, protocol
from warehouse.receipts.writing import DOCUMENT, PROTOCOL, receipt_folder
from warehouse.tables.tables import table

FIRST, SPOILT = "a.xlsx", "spoilt.xlsx"

# file → verdict, rows read = stored + quarantined + skipped, whose delivery is in force after it
FATES = {
    "a.xlsx": ("accepted", FIRST),
    "copy.xlsx": ("duplicate", FIRST),
    "spoilt.xlsx": ("accepted_with_errors", SPOILT),
    "empty.xlsx": ("rejected", None),
    "foreign.xlsx": ("rejected", SPOILT),
    "torn.xlsx": ("rejected", None),  # its reporting date could not be read
    "late.xlsx": ("accepted", "late.xlsx"),
}


@pytest.mark.parametrize("name", FATES)
def test_verdict_and_what_is_in_force(answered: Answered, name: str) -> None:
    verdict, ruling = FATES[name]
    _, receipt = answered.receipts[name]
    in_force = receipt["in_force"]
    assert receipt["verdict"]["code"] == verdict
    assert (in_force and in_force["delivery"]) == (ruling and answered.receipts[ruling][1]["delivery"])


@pytest.mark.parametrize("name", FATES)
def test_counts_close(answered: Answered, name: str) -> None:
    _, receipt = answered.receipts[name]
    for counts in [*receipt["counts"], receipt["totals"]]:
        assert counts["read"] == counts["stored"] + counts["quarantined"] + counts["skipped"]
    for part, total in receipt["totals"].items():
        assert total == sum(counts[part] for counts in receipt["counts"])


def test_counts_are_those_of_the_file(answered: Answered) -> None:
    _, receipt = answered.receipts[SPOILT]
    counts = {one["sheet"]: one for one in receipt["counts"]}
    assert counts["Участники"] == {
        "sheet": "Участники",
        "read": 3,
        "stored": 2,
        "quarantined": 1,
        "skipped": 0,
    }
    assert counts["Пары"] == {"sheet": "Пары", "read": 2, "stored": 0, "quarantined": 2, "skipped": 0}


def test_findings_name_their_place_and_their_cause(answered: Answered) -> None:
    _, receipt = answered.receipts[SPOILT]
    errors = [(f["sheet"], f["row"], f["column"], f["rule"]) for f in receipt["findings"] if f["severity"] == "error"]
    assert errors == [
        ("Пары", 2, "C", "unknown-participant"),
        ("Пары", 3, "G", "ends-before-start"),
        ("Участники", 2, "E", "wrong-type"),
        ("Участники", 2, "F", "bad-snils"),
    ]
    assert sum(group["count"] for group in receipt["groups"]) == len(receipt["findings"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.xlsx", "Сведения приняты целиком."),
        ("copy.xlsx", "Она и в силе. Делать ничего не нужно."),
        ("spoilt.xlsx", "3\N{NO-BREAK SPACE}строки отложены и не посчитаны, остальное принято."),
        ("empty.xlsx", "Сведения из файла не загружены. Принятых сведений на эту отчётную дату пока нет."),
        ("foreign.xlsx", "Сведения из файла не загружены. В силе сдача "),
        ("torn.xlsx", "Принятых сведений на эту отчётную дату пока нет."),
    ],
)
def test_the_school_is_told_what_next(answered: Answered, name: str, words: str) -> None:
    assert words in answered.receipts[name][1]["verdict"]["next"]


def test_a_duplicate_names_the_first(answered: Answered) -> None:
    _, receipt = answered.receipts["copy.xlsx"]
    assert receipt["duplicate_of"]["delivery"] == answered.receipts[FIRST][1]["delivery"]
    assert receipt["findings"] == []


def test_another_schools_file_is_answered_to_the_owner_of_the_folder(answered: Answered) -> None:
    folder, receipt = answered.receipts["foreign.xlsx"]
    assert folder.parent.name == receipt["institution"]["code"] == "NSH-S003"
    assert not (answered.home.settings.receipts / "NSH-S008").exists()
    whole = (folder / DOCUMENT).read_text() + text_of(folder / PROTOCOL)
    assert "wrong-inbox-folder" in whole
    assert "NSH-S008" not in whole and "СОШ № 8" not in whole


@pytest.mark.parametrize(
    ("name", "folder"),
    [("a.xlsx", "2021-12-31_{delivery}"), ("torn.xlsx", "2022-01-10_{delivery}")],
    ids=["reporting date", "day of receipt"],
)
def test_where_a_receipt_lies(answered: Answered, name: str, folder: str) -> None:
    path, receipt = answered.receipts[name]
    assert path.parent.parent == answered.home.settings.receipts
    assert path.name == folder.format(**receipt)
    assert {file.name for file in path.iterdir()} == {PROTOCOL, DOCUMENT}


def test_nobody_else_can_read_a_receipt(answered: Answered) -> None:
    for path in answered.home.settings.receipts.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_a_debt_is_paid_once(answered: Answered) -> None:
    assert write_pending_receipts(answered.home) == 0


def test_an_interrupted_run_writes_the_same_again(answered: Answered) -> None:
    folder, receipt = answered.receipts[SPOILT]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / DOCUMENT).unlink()
    with answered.home.writing() as connection:
        connection.execute(table("pending_receipts").insert().values(delivery=receipt["delivery"]))
    assert write_pending_receipts(answered.home) == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with answered.home.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(table("pending_receipts"))).scalar() == 0


def test_the_protocol_says_what_the_document_says(answered: Answered) -> None:
    folder, receipt = answered.receipts[SPOILT]
    words = text_of(folder / PROTOCOL)
    assert receipt["delivery"] in words
    assert receipt["verdict"]["title"] in words and receipt["verdict"]["next"] in words
    assert all(group["sentence"] in words and group["remedy"] in words for group in receipt["groups"])
    second = openpyxl.load_workbook(folder / PROTOCOL)["Замечания"]
    assert second.max_row == len(receipt["findings"]) + 1


KEYS = set(
    "receipt_version delivery institution verdict as_of received_at late ruleset duplicate_of in_force restates held counts totals "
    "groups findings".split()
)


def test_every_key_is_documented(answered: Answered) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/receipt.md").read_text()
    _, receipt = answered.receipts[SPOILT]
    assert set(receipt) == KEYS
    parts = [
        receipt["verdict"],
        receipt["in_force"],
        receipt["totals"],
        receipt["groups"][0],
        receipt["findings"][0],
    ]
    for key in KEYS.union(*parts):
        assert f"`{key}`" in page


def text_of(book: Path) -> str:
    """All that a reader of a workbook sees."""
    sheets = openpyxl.load_workbook(book).worksheets
    return "\n".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row if cell)


def made(**changes: object) -> Receipt:
    """A receipt of a school that names its sheets unkindly."""
    finding = Finding("=cmd|' /C calc'!A0", None, "Z", None, "unknown-sheet", "warning", '=HYPERLINK("http://x")')
    receipt = Receipt(
        delivery="0123456789abcdef", institution_code="=1+1", institution_name=None, as_of=None,
        received_at=datetime(2022, 1, 10, 12, tzinfo=UTC), verdict="accepted", ruleset="1.0", late=False,
        duplicate_of=None, in_force=None, counts=(Counts("Пары", 1, 1, 0, 0),), findings=(finding,),
    )  # fmt: skip
    return replace(receipt, **changes)  # type: ignore[arg-type]


def test_no_cell_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    (tmp_path / "p.xlsx").write_bytes(protocol(made()))
    with zipfile.ZipFile(tmp_path / "p.xlsx") as archive:
        sheets = "".join(archive.read(name).decode() for name in archive.namelist() if "sheet" in name)
    assert "<f>" not in sheets and "<hyperlink" not in sheets


def test_equal_receipts_have_equal_bytes() -> None:
    assert protocol(made()) == protocol(made())
    assert list(document(made())) == list(document(made()))


def test_whom_to_ask_is_told_where_it_is_known(tmp_path: Path) -> None:
    for contact, told in (("отдел образования, 8 (000) 000-00-00", True), (None, False)):
        (tmp_path / "p.xlsx").write_bytes(protocol(made(), contact))
        words = text_of(tmp_path / "p.xlsx")
        assert ("Вопросы" in words, str(contact) in words) == (told, told)


def test_a_protocol_is_cut_where_the_document_is_whole(tmp_path: Path) -> None:
    many = [Finding("Пары", row, "D", "form", "wrong-type", "error", None) for row in range(2, MOST_FINDINGS + 100)]
    receipt = made(findings=tuple(many))
    (tmp_path / "p.xlsx").write_bytes(protocol(receipt))
    second = openpyxl.load_workbook(tmp_path / "p.xlsx")["Замечания"]
    assert second.max_row == MOST_FINDINGS + 2
    assert "листе «Протокол»" in str(second.cell(MOST_FINDINGS + 2, 2).value)  # whose causes cover every finding
    assert len(json.loads(b"".join(document(receipt)))["findings"]) == len(many)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_withdrawn_is_not_in_force(tmp_path: Path, request: pytest.FixtureRequest, engine: str) -> None:
    url = request.getfixturevalue("another_database") if engine == "postgresql" else None
    with installation(tmp_path / "home", url) as home:
        put(home.settings.inbox / "NSH-S007/a.xlsx", submission())
        (first,) = take(home).lines
        with home.writing() as connection:
            withdraw(connection, first.delivery, moscow("2022-01-11 12:00"))
        put(home.settings.inbox / "NSH-S007/empty.xlsx", submission(Контингент=enrolment(0)))
        (second,) = take(home, moscow("2022-01-12 12:00")).lines
        with home.reading() as connection:
            told = list(receipts_of(connection, [first.delivery, second.delivery], home.settings.timezone))
    assert [one.in_force and one.in_force.delivery for one in told] == [first.delivery, None]


def test_the_footer_tells_the_delivery_whatever_its_digits(tmp_path: Path) -> None:
    named = "00000987654abcde"
    (tmp_path / "p.xlsx").write_bytes(protocol(made(delivery=named)))
    footer = openpyxl.load_workbook(tmp_path / "p.xlsx")["Протокол"].oddFooter
    assert f"Сдача {named}" in footer.left.text


def test_receipts_of_nobody(answered: Answered) -> None:
    with answered.home.reading() as connection:
        assert list(receipts_of(connection, ["no such delivery"], answered.home.settings.timezone)) == []


@pytest.mark.parametrize("sender", ["NSH-S007", "Школа_7", "a.b-c"])
def test_a_harmless_name_stays(sender: str) -> None:
    assert folder_name(sender) == sender


@pytest.mark.parametrize(
    "sender",
    ["../../etc", "..", ".", "", "/etc", "a/b", "a\\b", "C:x", "x\0y", "line\nbreak", "\x1b[31m", "CON", "nul.txt", " x", "x.",
     "-rf", "ФИО\u202exslx", "я" * 200, "\udcff", "a~b", "*", "[table]", "$(touch x)"],
)  # fmt: skip
def test_a_strange_name_is_made_harmless(sender: str, tmp_path: Path) -> None:
    name = folder_name(sender)
    path = receipt_folder(made(institution_code=sender), tmp_path)
    assert path.resolve().parent.parent == tmp_path.resolve()
    assert name.isprintable() and len(name) <= LONGEST + 9 and not name.startswith(("-", "."))
    path.mkdir(parents=True)


def test_two_strange_names_never_meet() -> None:
    senders = ["a/b", "a\\b", "a_b", "a:b", "a~b", "A/B"]
    assert len({folder_name(sender) for sender in senders}) == len(senders)
