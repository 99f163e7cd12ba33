"""The monitoring report says what the release says, in a Word document that a clerk and Word can go on with."""

import dataclasses
import io
import re
import zipfile

import pytest
from docx import Document
from docxtpl import DocxTemplate

from tests.release.made_contents import DATES, region, town
from tests.release.test_workbook import HOSTILE, with_names
from warehouse.documents.monitoring import render_monitoring
from warehouse.documents.told import told_of
from warehouse.installation.settings import Misconfigured
from warehouse.release.contents import Contents
from warehouse.release.overview import overview_of
from warehouse.release.programme import Programme


@pytest.fixture(scope="module")
def contents() -> Contents:
    return town(missing=("NSH-S016",))


def opened(content: bytes):
    return Document(io.BytesIO(content))


def rows_of(document) -> list[list[str]]:
    return [[cell.text.replace("\xa0", " ") for cell in row.cells] for table in document.tables for row in table.rows]


def words_of(document) -> str:
    return "\n".join(paragraph.text for paragraph in document.paragraphs).replace("\xa0", " ")


def test_the_figures_are_those_of_the_release(contents):
    document, overview = opened(render_monitoring(contents)), overview_of(contents)
    figure = overview.figure(overview.top)
    assert f"{figure.value:.2f}".replace(".", ",") + " %) при цели 70 %: цель достигнута." in words_of(document)
    assert "Показатель предварительный: сведения сдали 20 из 21 организации." in words_of(document)
    rows = rows_of(document)
    shown = [row for row in rows if row[0] == "Школы"]
    assert shown[0][3] == f"{overview.figure(overview.kinds[0]).value:.2f}".replace(".", ",")
    ranked = [row for row in rows if re.fullmatch(r"\d+|—", row[0]) and len(row) == 8]
    assert len(ranked) == 21 and ranked[-1][1] == "МБОУ СОШ № 16" and ranked[-1][-1] == "не сдано"


def test_every_part_of_the_order_has_its_table(contents):
    document = opened(render_monitoring(contents))
    heads = [row for table in document.tables for row in [[cell.text for cell in table.rows[0].cells]]]
    firsts = [head[0] for head in heads]
    assert [head for head in firsts if "{" in head] == []
    for head in ("Что сделать", "Форма", "Мероприятия 2024 года", "Партнёры", "Лучшие практики", "Показатель"):
        assert head in firsts
    assert "{" not in words_of(document)


def test_headings_are_repeated_and_rows_are_not_broken(contents):
    for table in opened(render_monitoring(contents)).tables:
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert all("w:cantSplit" in row._tr.xml for row in table.rows)


def test_equal_releases_give_equal_bytes(contents):
    made = render_monitoring(contents)
    assert made == render_monitoring(contents)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert "2025-01-20T09:30:00Z" in core and "<dc:creator></dc:creator>" in core.replace(
        "<dc:creator/>", "<dc:creator></dc:creator>"
    )


def test_names_are_text_whatever_is_in_them(contents):
    hostile = with_names(
        town(dates=DATES[-1:]),
        ("{{ 7*7 }}", "{% raw %}", "<w:p/>", "&amp;", "<script>alert(1)</script>", "a\x0bb", *HOSTILE),
    )
    rows = [cell for row in rows_of(opened(render_monitoring(hostile))) for cell in row]
    for name in (
        "{{ 7*7 }}",
        "{% raw %}",
        "<w:p/>",
        "&amp;",
        "<script>alert(1)</script>",
        "ab",
    ):  # the last had a control
        assert name in rows


def test_a_release_that_tells_little_is_a_document_too(contents):
    bare = dataclasses.replace(
        contents, programme=Programme(), figures=contents.figures.slice(0, 0), findings=contents.findings.slice(0, 0)
    )
    assert "Показателя на эту дату нет." in words_of(opened(render_monitoring(bare)))


def test_a_region_lists_its_municipalities():
    rows = rows_of(opened(render_monitoring(region(24, DATES[-1:]))))
    assert len([row for row in rows if row[1:2] and row[1].startswith("Район № ") and len(row) == 8]) == 12


def test_a_template_of_ones_own_is_filled(contents, tmp_path):
    own = Document()
    own.add_paragraph("Итого по {{ place }}: {{ headline }}")
    own.save(tmp_path / "own.docx")
    words = words_of(opened(render_monitoring(contents, tmp_path / "own.docx")))
    assert words.startswith("Итого по Новошахтинск: В наставничество вовлечено")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ nonsense }}", "образец не заполняется"),
        ("{% for %}", "образец не заполняется"),
        ("{{ place.__class__.__mro__[1].__subclasses__() }}", "образец не заполняется"),
        (None, "не документ Word"),
    ],
)
def test_a_template_that_cannot_be_filled_is_told(contents, tmp_path, text, said):
    path = tmp_path / "own.docx"
    if text is None:
        path.write_bytes(b"PK no document")
    else:
        own = Document()
        own.add_paragraph(text)
        own.save(path)
    with pytest.raises(Misconfigured, match=said):
        render_monitoring(contents, path)


def test_every_name_of_our_template_is_told(contents, tmp_path):
    from importlib.resources import as_file, files

    with as_file(files("warehouse.documents") / "templates" / "monitoring.docx") as path:
        names = DocxTemplate(path).get_undeclared_template_variables()
    assert names - set(told_of(contents)) == set()
    assert set(told_of(contents)) - names == set()  # nothing is gathered that nobody reads
