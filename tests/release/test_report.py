"""The report is one page that escapes what it tells, asks nobody for anything and can be read by everybody."""

import dataclasses
import hashlib
import re
from base64 import b64encode
from decimal import Decimal
from html.parser import HTMLParser

import pyarrow as pa
import pytest

from tests.release.made_contents import DATES, INDICATORS_SHOWN, region, town
from tests.release.test_workbook import HOSTILE, with_names
from warehouse.release import report_parts
from warehouse.release.contents import FIGURES, FINDINGS, PLAN_FULFILMENT, REPORTED_KPI, Contents
from warehouse.release.report import render_report

VOID = {"meta", "input", "br", "hr", "img", "link"}


class Page(HTMLParser):
    """Elements of a page with their attributes, and its text without scripts and styles."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.raw: dict[str, str] = {"script": "", "style": ""}
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]] += data
        else:
            self.text += data

    @property
    def words(self) -> str:
        return " ".join(self.text.replace("\xa0", " ").replace("\xad", "").split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def contents() -> Contents:
    return town(missing=("NSH-S016", "NSH-S079"))


@pytest.fixture(scope="module")
def source(contents) -> str:
    return render_report(contents)


@pytest.fixture(scope="module")
def page(source) -> Page:
    return Page(source)


def test_elements_are_closed_in_order(page):
    assert page.open == []


def test_the_headline_is_the_figure_of_the_town(page):
    assert "73,28 % цель достигнута предварительный 3 788 из 5 169 обучающихся. Цель: 70 %." in page.words
    assert "Сведения сдали 19 из 21 организации." in page.words
    assert "доля окажется между 67,14 % (у них не вовлечён никто) и 75,52 % (вовлечены все)" in page.words


def test_people_missing_to_an_unmet_target_are_counted():
    contents = town(dates=DATES[:4], scope_titles={})
    rows = contents.figures.to_pylist()
    town_now = {"indicator": REPORTED_KPI, "scope_type": "municipality", "as_of": DATES[3]}
    row = next(row for row in rows if town_now.items() <= row.items())
    row |= {"numerator": Decimal(3273), "denominator": 5642, "value": Decimal("58.01"), "meets_target": False}
    page = Page(render_report(dataclasses.replace(contents, figures=pa.Table.from_pylist(rows, FIGURES))))
    assert "Муниципалитет NSH · отчётная дата 31.12.2023" in page.words
    headline = "58,01 % цель не достигнута итоговый 3 273 из 5 642 обучающихся. Цель: 60 %."
    assert f"{headline} До цели не хватает: 113 человек." in page.words  # 3 385,2 − 3 273, whole people


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (67, "Цель будет достигнута в любом случае."),  # below 67,14
        (76, "Цель не будет достигнута в любом случае."),  # above 75,52
        (70, None),
    ],
)
def test_an_outcome_that_the_bounds_decide_is_told(contents, target, sentence):
    rows = contents.figures.to_pylist()
    town_now = {"indicator": REPORTED_KPI, "scope_type": "municipality", "as_of": contents.as_of}
    next(row for row in rows if town_now.items() <= row.items())["target"] = Decimal(target)
    page = Page(render_report(dataclasses.replace(contents, figures=pa.Table.from_pylist(rows, FIGURES))))
    told = re.findall(r"Цель (?:не )?будет достигнута в любом случае\.", page.words)
    assert told == ([sentence] if sentence else [])


def test_plans_are_shown_only_where_there_are_any():
    without = [indicator for indicator in INDICATORS_SHOWN if indicator[0] != PLAN_FULFILMENT]
    assert "План приказа" in Page(render_report(town(dates=DATES[:1]))).words
    assert "План приказа" not in Page(render_report(town(dates=DATES[:1], indicators=without))).words


def test_who_has_not_reported_is_named(page):
    assert "Не сдали на 31.12.2024: МБОУ ООШ № 79, МБОУ СОШ № 16." in page.words


def test_a_complete_release_says_so():
    page = Page(render_report(town()))
    assert "На 31.12.2024 сдали все." in page.words
    assert "предварительный" not in page.words.split("Как считается")[1].split("Ряд и цели")[0]


def test_tables_have_captions_and_scoped_headings(page):
    assert len(page.all("table")) == len(page.all("caption")) == 17
    assert all(heading.get("scope") in ("col", "row") for heading in page.all("th"))


def test_pictures_are_described_in_words_or_hidden(page):
    charts = [svg for svg in page.all("svg") if svg.get("role") == "img"]
    assert len(charts) == 3
    assert all(
        svg.get("role") == "img" or svg.get("aria-hidden") == "true" for svg in page.all("svg") if svg.get("class")
    )
    assert "Школы. 31.12.2020: 13,06 % при цели 10 %;" in page.words
    assert "aria-roledescription" not in "".join(name for _, attributes in page.elements for name in attributes)


def test_only_our_own_style_and_script_may_run(page):
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    for tag in ("style", "script"):
        assert len(page.all(tag)) == 1
        digest = b64encode(hashlib.sha256(page.raw[tag].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")


def test_nothing_is_fetched_and_no_element_carries_style_or_script(source, page):
    for _, attributes in page.elements:
        assert not [
            name for name in attributes if name.startswith("on") or name in ("style", "src", "srcset", "action")
        ]
        assert all(attributes.get(name, "#").startswith("#") for name in ("href", "xlink:href"))
    assert re.findall(r"https?://(?!www\.w3\.org/)[^\s\"'<]*", source) == []
    assert "@import" not in source and "url(" not in source


def test_every_anchor_leads_somewhere(page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in page.all("a")} <= set(ids)


def test_names_are_shown_as_they_are_and_never_as_markup(contents):
    hostile = (
        "</script><script>alert(1)</script>",
        "</style><b>",
        "\u2028",
        "{{ 7*7 }}",
        "${1}",
        "javascript:alert(1)",
        *HOSTILE,
    )
    findings = [row | {"title": hostile[0]} for row in contents.findings.to_pylist()]
    changed = dataclasses.replace(with_names(contents, hostile), findings=pa.Table.from_pylist(findings, FINDINGS))
    page = Page(render_report(changed))
    assert page.open == []
    assert len(page.all("script")) == 1 and page.all("b") == [] and page.all("img") == []
    for name in (
        "</script><script>alert(1)</script>",
        "{{ 7*7 }}",
        "${1}",
        "javascript:alert(1)",
        "</style><b>",
    ):
        assert name in page.text


def test_a_town_page_is_small(source):
    assert len(source.encode()) < 200_000


def test_a_region_page_is_not_too_large():
    """As large a region as the demo has, 1,455 institutions: one page, its institutions folded."""
    assert len(render_report(region(1_455, DATES[-1:])).encode()) < 6_000_000


def test_a_region_folds_institutions_into_their_municipalities():
    source = render_report(region(240, DATES[-2:], missing=("R61-S0007", "R61-D0008")))
    page = Page(source)
    groups = [details for details in page.all("details") if details.get("class") == "group"]
    assert len(groups) == 12
    assert "Ростовская область" in page.words
    assert "Цель на эту дату не установлена." in page.words
    assert "Район № 7 20 организаций, не сдали: 1" in page.words
    assert "Не сдали на 31.12.2024: 2 организации." in page.words
    assert source.count("data-name=") == 240
    assert {link["href"][1:] for link in page.all("a")} <= {attributes.get("id") for _, attributes in page.elements}


def test_more_institutions_than_a_page_holds_are_left_to_the_workbook(monkeypatch):
    monkeypatch.setattr(report_parts, "MOST_ROWS", 20)
    page = Page(render_report(region(40, DATES[-1:])))
    assert "Все они есть в kpi.xlsx, лист «Организации»." in page.words
    assert [row for row in page.all("tr") if "data-name" in row] == []
    assert {link["href"][1:] for link in page.all("a")} <= {attributes.get("id") for _, attributes in page.elements}


def test_nothing_counted_is_still_a_page(contents):
    empty = {
        name: getattr(contents, name).slice(0, 0) for name in ("figures", "breakdowns", "findings", "completeness")
    }
    page = Page(render_report(dataclasses.replace(contents, **empty)))
    assert page.open == []
    assert "Замечаний к принятым сведениям на 31.12.2024 нет." in page.words
