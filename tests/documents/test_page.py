"""The page of an institution is one sheet with its own figures, for its headmaster alone to read and no name on it."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

from tests.release.made_contents import DATES, town
from tests.release.test_workbook import HOSTILE, with_names
from warehouse.documents.drawing import HEIGHT, LEFT, LETTER, RIGHT, WIDTH, Sheet, wrapped
from warehouse.documents.page import Pages, pages_of
from warehouse.release.overview import overview_of
from warehouse.release.wording import percent

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pages() -> Pages:
    return pages_of(overview_of(town(missing=("NSH-S016",))))


def drawn(pages: Pages, code: str) -> list[tuple[float, float, str]]:
    """The texts of a page that stand on the sheet itself, with their places."""
    root = ET.fromstring(pages.draw(code))
    return [(float(one.get("x")), float(one.get("y")), one.text or "") for one in root.findall(f"{SVG}text")]


def sized(pages: Pages, code: str) -> list[tuple[str, float]]:
    root = ET.fromstring(pages.draw(code))
    return [(one.text or "", float(one.get("font-size"))) for one in root.findall(f"{SVG}text")]


def words(pages: Pages, code: str) -> str:
    return "\n".join(text for *_, text in drawn(pages, code))


def test_a_page_says_the_figure_the_target_and_what_is_missing(pages):
    overview = pages.overview
    figure = overview.figure(overview.institutions["NSH-S004"].scope)
    told = words(pages, "NSH-S004")
    assert percent(figure.value, 2).replace("\xa0", " ") in told
    assert f"Вовлечено {figure.numerator:.0f} из {figure.denominator} обучающихся" in told
    missing = figure.people_to(Decimal(70))
    assert (f"не хватает: {missing}" if missing else "Цель для вида организаций 70 %: достигнута") in told
    assert re.search(r"Место \d+ из 19; с 31\.12\.2023: [+−]", told)


def test_a_page_compares_with_its_own_kind(pages):
    told = drawn(pages, "NSH-D001")
    assert "В среднем, УДО" in [text for *_, text in told]
    assert "Место 1 из 2" in words(pages, "NSH-D001") or "Место 2 из 2" in words(pages, "NSH-D001")


def test_documents_and_what_to_mend_are_told(pages):
    told = words(pages, "NSH-S001")
    for document in (
        "приказ о назначении куратора",
        "дорожная карта",
        "положение о наставничестве",
        "программа наставничества",
    ):
        assert document in told
    quality = pages.quality.get("NSH-S001")
    assert (f"Ошибок {quality.errors} " if quality else "Замечаний нет.") in told


def test_who_has_not_reported_is_told_so(pages):
    told = words(pages, "NSH-S016")
    assert "Сведения: не сдано. Показателя на эту дату нет." in told
    assert "Документы" not in told and "Что поправить" not in told


@pytest.mark.parametrize(
    "names", [("Муниципальное бюджетное общеобразовательное учреждение " * 3,) * 3, HOSTILE], ids=["long", "hostile"]
)
def test_everything_stays_on_the_sheet(names):
    pages = pages_of(overview_of(with_names(town(dates=DATES[-1:]), names)))
    for code in ("NSH-S001", "NSH-D001"):
        for x, y, _ in drawn(pages, code):
            assert LEFT <= x <= RIGHT and 0 < y < HEIGHT
        widths = [len(text) * size * LETTER for text, size in sized(pages, code)]
        assert max(widths) <= RIGHT - LEFT
        assert pages.render(code).startswith(b"%PDF")


def test_a_page_is_one_sheet_of_pdf(pages):
    pdf = pages.render("NSH-S001")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    assert f"[0 0 {WIDTH} {HEIGHT}]".encode() in pdf
    assert len(pdf) < 60_000


def test_equal_releases_give_equal_bytes_in_another_process_too(pages):
    code = (
        "import hashlib; from tests.release.made_contents import town; from warehouse.documents.page import pages_of;"
        "from warehouse.release.overview import overview_of;"
        "pages = pages_of(overview_of(town(missing=('NSH-S016',)))); print(hashlib.sha256(pages.render('NSH-S001')).hexdigest())"
    )
    import hashlib

    other = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=120).stdout
    assert other.strip() == hashlib.sha256(pages.render("NSH-S001")).hexdigest()


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("один два три", 1000, ["один два три"]),
        ("один два три", 50, ["один два", "три"]),
        ("нераздельное", 40, ["неразде", "льное"]),
    ],
)
def test_lines_are_broken_between_words(text, width, lines):
    assert wrapped(text, width, 10) == lines


def test_text_is_never_markup():
    sheet = Sheet()
    sheet.text(50, '<image href="http://evil.example/x.png"/>\x0b&')
    assert ET.fromstring(sheet.svg()).findall(f"{SVG}image") == []
