"""The act of destruction and the journal's extract, as order № 179 of Roskomnadzor (28.10.2022) asks for both.

Who the person is, is known here no longer: the act leaves lines for that and for the operator, filled in by hand.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from expectations.form import FORM
from warehouse.erasure.destroying import Row, destructions_of
from warehouse.erasure.later import AGAIN
from warehouse.installation.durable import write_durably
from warehouse.installation.home import Home
from warehouse.journal.journal import ERASURE, Entry
from warehouse.tables.tables import erasures

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

TITLE = "Акт об уничтожении персональных данных"
BLANK = "_" * 60
SYSTEM = "Nastavnik: сведения о наставничестве (хранилище, полученные файлы, остатки сдач)"
HOW = (
    "Файлы: уничтожение ключа шифрования файла и удаление. Личные сведения в базе: удаление строк, перезапись базы "
    "начисто. Восстановление средствами системы невозможно."
)
REASONS = {
    "consent-withdrawn": "Отзыв согласия на обработку персональных данных",
    "request": "Требование субъекта персональных данных",
    "court": "Решение суда или предписание надзорного органа",
    "other": "Иное основание",
    AGAIN: "Человек, чьи сведения уничтожены раньше, назван в новых файлах без нового согласия",
    "term": "Истёк срок хранения",
}
KINDS = {
    "received": "Полученный файл",
    "row": "Строка в полученном файле",
    "identity": "Личные сведения: строка",
    "sheet": "Личные сведения: все строки листа",
    "text": "Личные сведения: упоминание человека в строке",
    "file": "Файл, сделанный системой",
    "unread": "Не уничтожено: файл не прочитан",
}
CATEGORIES = {
    "participants": "фамилия, имя, отчество, дата рождения, СНИЛС, номер участника",
    "pairs": "участие в парах: номера участников, запрос, результат",
    "surveys": "анкеты: номер участника",
    "organisation": "куратор: фамилия, имя, отчество, телефон, эл. почта",
}
HEADINGS = ("№", "Дата и время", "Что", "Сдача", "Лист", "Строка", "Строк", "Хеш файла", "Файл")
WIDTHS = (7, 18, 40, 19, 16, 8, 8, 24, 44)


def act_path(home: Home, entry: Entry, suffix: str = ".xlsx") -> Path:
    """Return where the act of an entry lies."""
    day = entry.known_at.astimezone(home.settings.timezone).date()
    return home.settings.acts / f"{entry.seq}-{day.isoformat()}{suffix}"


def write_act(home: Home, entry: Entry, at: datetime) -> Path:
    """Write the act of an entry and its extract as CSV, both their owner's alone; return the act."""
    with home.reading() as connection:
        gone = destructions_of(connection, entry.seq)
        by = connection.execute(sa.select(erasures().c.decided_by).where(erasures().c.seq == entry.seq)).scalar()
    home.settings.acts.mkdir(parents=True, exist_ok=True, mode=0o700)
    local = entry.known_at.astimezone(home.settings.timezone)
    lines = [_line(number, local, row) for number, row in enumerate(gone, 1)]
    write_durably(act_path(home, entry, ".csv"), _csv(lines))
    done = at.astimezone(home.settings.timezone)
    write_durably(act_path(home, entry), _workbook(_facts(entry, done, by, gone), lines, done))
    return act_path(home, entry)


def _line(number: int, at: datetime, row: Row) -> tuple[object, ...]:
    sheet = FORM.by_name[str(row["sheet"])].title if row["sheet"] else ""
    told = [row[name] if row[name] is not None else "" for name in ("row", "rows", "sha256", "path")]
    return number, f"{at:%d.%m.%Y %H:%M:%S}", KINDS[str(row["kind"])], row["delivery"] or "", sheet, *told


def _facts(entry: Entry, done: datetime, by: str | None, gone: list[Row]) -> list[tuple[str, str]]:
    counted = Counter(str(row["kind"]) for row in gone)
    hashes = {row["sha256"] for row in gone if row["kind"] == "received"}
    sheets = {str(row["sheet"]) for row in gone if row["sheet"]}
    categories = [words for sheet, words in CATEGORIES.items() if sheet in sheets]
    if hashes:
        categories.append("книги с перечисленным, как их прислали организации")
    whose = (
        "Субъект персональных данных (ФИО или иные сведения о нём; в системе их больше нет)"
        if entry.event == ERASURE
        else "Субъекты персональных данных"
    )
    own = [row for row in gone if row["kind"] in ("row", "identity") and row["sheet"] == "participants"]
    places = sorted({f"{row['delivery']}:{row['row']}" for row in own})
    listed = ", ".join(places[:20]) + (f" и ещё {len(places) - 20}, см. «Выгрузка»" if len(places) > 20 else "")
    return [
        ("Номер акта (запись журнала)", str(entry.seq)),
        ("Дата уничтожения", f"{done:%d.%m.%Y}"),
        ("Наименование и адрес оператора", BLANK),
        ("Лицо, обрабатывавшее данные по поручению оператора (если есть)", BLANK),
        (whose, BLANK if entry.event == ERASURE else "участники сдач, перечисленных на листе «Выгрузка»"),
        ("Места в сданных книгах (сдача:строка листа «Участники»)", listed or "нет"),
        ("Категории уничтоженных данных", "; ".join(categories) or "нет"),
        ("Информационная система", SYSTEM),
        ("Уничтожено полученных файлов", str(len(hashes))),
        ("Уничтожено строк личных сведений", str(sum(int(str(r["rows"] or 0)) for r in gone
                                                     if r["kind"] in ("identity", "sheet")))),
        ("Уничтожено упоминаний человека в чужих строках", str(counted["text"])),
        ("Уничтожено файлов, сделанных системой", str(counted["file"])),
        ("Не прочитано и оставлено полученных файлов", str(counted["unread"])),
        ("Способ уничтожения", HOW),
        ("Причина уничтожения", REASONS.get(entry.subject, entry.subject)),
        ("Кто принял решение", by or "по настройкам сроков хранения"),
        ("Уничтожил: должность, ФИО, подпись", BLANK),
        ("Уничтожил: должность, ФИО, подпись", BLANK),
        ("Не уничтожено", "Токены (обезличенные сведения для показателей): без ключа и ФИО к человеку не приводят. "
                          "Резервные копии, сделанные раньше: уничтожьте их по своему порядку."),
    ]  # fmt: skip


def _csv(lines: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def _workbook(facts: list[tuple[str, str]], lines: list[tuple[object, ...]], done: datetime) -> bytes:
    from xlsxwriter import Workbook

    content = io.BytesIO()
    book = Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": TITLE, "created": done.replace(tzinfo=None, microsecond=0)})
    _first(book, book.add_worksheet("Акт"), facts)
    _extract(book, book.add_worksheet("Выгрузка"), lines)
    book.close()
    return content.getvalue()


def _first(book: Workbook, page: Worksheet, facts: list[tuple[str, str]]) -> None:
    cell = {"text_wrap": True, "valign": "top", "border": 1}
    label, value = book.add_format(cell | {"bold": True}), book.add_format(cell)
    page.set_column(0, 0, 38)
    page.set_column(1, 1, 70)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.write_string(0, 0, TITLE, book.add_format({"bold": True, "font_size": 14}))
    for row, (name, words) in enumerate(facts, 2):
        page.write_string(row, 0, name, label)
        page.write_string(row, 1, words, value)
        page.set_row(row, 15 * max(-(-len(name) // 34), -(-len(words) // 68)))


def _extract(book: Workbook, page: Worksheet, lines: list[tuple[object, ...]]) -> None:
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "top"})
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    for column, (name, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        page.set_column(column, column, width)
        page.write_string(0, column, name, head)
    for row, line in enumerate(lines, 1):
        page.write_row(row, 0, line)
