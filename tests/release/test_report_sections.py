"""The report tells how the order is carried out, what was said before, and what is not a mistake."""

import dataclasses
import re
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.release.made_contents import DATES, town
from tests.release.test_report import Page
from warehouse.release import report_revisions
from warehouse.release.contents import BREAKDOWNS, FIGURES, MEMBERS, PLAN_FULFILMENT, REPORTED_KPI, REVISIONS, Contents
from warehouse.release.overview import overview_of
from warehouse.release.programme import DONE, Programme
from warehouse.release.programme_rows import DOCUMENT_STATES
from warehouse.release.report import render_report
from warehouse.release.report_order import order_of, plan_of, school_year
from warehouse.release.report_parts import ranking_of
from warehouse.revisions.causes import CAUSES


@pytest.fixture(scope="module")
def contents() -> Contents:
    return town(missing=("NSH-S016",))


@pytest.fixture(scope="module")
def source(contents) -> str:
    return render_report(contents)


@pytest.fixture(scope="module")
def words(source) -> str:
    return Page(source).words


def section(words: str, title: str, until: str) -> str:
    """The text from the last occurrence of a title (the first is in the list of sections) to another title."""
    return words.rsplit(title, 1)[1].split(until)[0]


def cells(text: str) -> str:
    """A text without spaces: cells of a row follow each other without any."""
    return text.replace(" ", "")


def test_the_next_target_is_told_in_people(contents, words):
    way = next(row for row in contents.trajectory.to_pylist() if row["scope_type"] == "municipality")
    people = f"{way['next_missing']:,}".replace(",", " ")
    assert re.search(
        rf"До следующей цели \(80 % на 31\.12\.2025\) нужно ещё {people} чел\w+: по [\d,]+ в месяц\.", words
    )


def test_institutions_are_told_how_many_people_they_lack(contents):
    rows = {row.institution.scope.code: row for row in ranking_of(overview_of(contents)).groups[0].rows}
    figure = rows["NSH-S004"].standing.figure
    lacking = max(Decimal(0), (70 * figure.denominator - 100 * figure.numerator + 99) // 100)  # up to whole people
    assert rows["NSH-S004"].missing == lacking
    assert rows["NSH-S016"].missing is None  # has not reported


def test_the_plan_of_the_order_shows_who_lacks_most_first(contents):
    plan = plan_of(overview_of(contents))
    assert (plan.as_of, plan.school_year) == (DATES[-1], "2024/2025")
    assert [row.missing for row in plan.rows] == sorted((row.missing for row in plan.rows), reverse=True)
    for row in plan.rows:
        assert row.missing == max(0, row.figure.denominator - row.figure.numerator)
    assert plan.fulfilled == sum(row.figure.numerator >= row.figure.denominator for row in plan.rows)


def test_a_plan_is_told_after_its_school_year_too(contents):
    """The order's list is of 2020/2021: later releases still tell what came of it."""
    later = [
        row for row in contents.figures.to_pylist() if row["indicator"] != PLAN_FULFILMENT or row["as_of"] == DATES[0]
    ]
    old = dataclasses.replace(contents, figures=pa.Table.from_pylist(later, FIGURES))
    page = Page(render_report(old))
    assert "План приказа на 2020/2021 учебный год: выполнили" in page.words
    assert f"вовлечено на {DATES[0]:%d.%m.%Y}" in page.words


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2020, 8, 31), "2019/2020"), (date(2020, 9, 1), "2020/2021"), (date(2021, 3, 31), "2020/2021")],
)
def test_a_school_year_begins_in_september(day, year):
    assert school_year(day) == year


@pytest.mark.parametrize("state", [one for one in DOCUMENT_STATES if one != DONE])
def test_documents_say_how_far_each_is(contents, source, words, state):
    told = section(words, "Документы и сроки приказа", "Формы, возраст, категории")
    papers = order_of(overview_of(contents)).groups["Новошахтинск"]
    assert len(papers) == 20  # of who has not reported nothing is said, not that there is none
    marked = sum(one.state == state for paper in papers for one in paper.documents)
    drawn = source.split('id="order"')[1].split("</section>")[0]
    assert marked and drawn.count(f'class="state {state}"') == marked
    assert told.count(DOCUMENT_STATES[state]) >= marked


def test_milestones_name_who_is_late(contents, words):
    told = section(words, "Документы и сроки приказа", "Формы, возраст, категории")
    lacking = {row["institution_code"] for row in contents.programme.reached.to_pylist() if not row["reached"]}
    names = [one.scope.title for code, one in overview_of(contents).institutions.items() if code in lacking]
    assert names and ", ".join(names) in told
    assert "с 01.09.2020 до 30.11.2020" in told
    assert "показателя нет" in told  # of the milestone that no indicator counts


def test_answers_stand_before_and_after(words):
    told = section(words, "Что изменилось у участников", "Кто сдал сведения")
    assert cells("Удовлетворённость 6,00 8,00 +2,00 200 → 200") in cells(told)
    assert cells("анкета куратора, баллов 8 14 +6 20") in cells(told)  # a mean; the rest are sums:
    assert cells("жалоб 100 60 −40 20") in cells(told)


def test_events_partners_and_practices_are_added_up(words):
    told = section(words, "Мероприятия, партнёры, практики", "Что изменилось у участников")
    assert cells("обучение наставников 20 200 250") in cells(told)
    assert cells("предприятие 40 20 60") in cells(told)
    assert cells("ученик – ученик 20 400") in cells(told)


def test_findings_are_told_by_institution(contents, words):
    found = {row["institution_code"] for row in contents.programme.quality.to_pylist()}
    assert re.search(rf"Замечания по организациям: {len(found)} организаци", words)
    assert cells("2 5 Значения нет в списке: 2; Нет согласия: 5") in cells(words)


def test_what_the_former_release_said_is_told_beside(contents):
    base = {
        "release": contents.release,
        "compared_to": "2023-12-31-1",
        "indicator": REPORTED_KPI,
        "definition": "2020.1",
    }
    changed = base | {
        "scope_type": "municipality", "scope_code": "NSH", "as_of": DATES[3], "cause": next(iter(CAUSES)), "numerator_change": Decimal(9),
        "denominator_change": 0, "value_before": Decimal("51.25"), "value_after": Decimal("58.00"),
    }  # fmt: skip
    revisions = pa.Table.from_pylist([changed], REVISIONS)
    before, after = (
        render_report(dataclasses.replace(contents, revisions=table, compared_to="2023-12-31-1"))
        for table in (REVISIONS.empty_table(), revisions)
    )
    assert "было в выпуске 2023-12-31-1" in Page(after).words and "51,25" in Page(after).words
    assert "Было в прошлом выпуске" not in Page(before).words
    marks = [source.split('id="series"')[1].split("</figure>")[0].count("<path") for source in (before, after)]
    assert marks[1] > marks[0]  # the former value is drawn in the chart of the town


@pytest.mark.parametrize(("most", "left"), [(20, 0), (3, 2)])
def test_revised_institutions_that_a_page_has_no_room_for_are_counted(monkeypatch, contents, most, left):
    monkeypatch.setattr(report_revisions, "MOST_ROWS", most)
    changed = {
        "release": contents.release, "compared_to": "2023-12-31-1", "indicator": REPORTED_KPI, "definition": "2020.1",
        "scope_type": "institution", "as_of": DATES[-1], "cause": next(iter(CAUSES)), "numerator_change": Decimal(1),
        "denominator_change": 0, "value_before": Decimal(50), "value_after": Decimal(51),
    }  # fmt: skip
    rows = [changed | {"scope_code": code} for code in contents.institutions["code"].to_pylist()[:5]]
    revisions = pa.Table.from_pylist(rows, REVISIONS)
    words = Page(render_report(dataclasses.replace(contents, revisions=revisions, compared_to="2023-12-31-1"))).words
    assert (f"показаны не все строки: ещё {left} есть в revisions.csv" in words) == bool(left)


@pytest.mark.parametrize(("share", "told"), [("126.81", True), ("100.00", False)])
def test_more_people_of_an_age_than_are_enrolled_is_explained(contents, share, told):
    age = {
        "breakdown": "age", "member": "15_19", "definition": "2020.1", "scope_type": "municipality", "scope_code": "NSH",
        "release": contents.release, "as_of": DATES[-1], "numerator": 9, "denominator": 9, "value": Decimal(100),
    }  # fmt: skip
    rows = [age | {"measure": measure} for measure in ("pairs", "participants", "students")]
    rows.append(age | {"measure": "students_of_enrolled", "value": Decimal(share)})
    member = {
        "breakdown": "age", "definition": "2020.1", "place": 0, "member": "15_19", "member_title": "15–19 лет",
        "title": "Возраст", "wording": "По возрасту", "source": "форма 1.0",
    }  # fmt: skip
    changed = dataclasses.replace(
        contents,
        breakdowns=pa.Table.from_pylist(rows, BREAKDOWNS),
        members=pa.Table.from_pylist([member], MEMBERS),
    )
    assert ("Больше 100 % — не ошибка" in Page(render_report(changed)).words) is told


def test_a_package_without_a_programme_has_no_such_sections(contents):
    page = Page(render_report(dataclasses.replace(contents, programme=Programme())))
    assert page.open == []
    for title in ("Документы и сроки приказа", "Мероприятия, партнёры", "Что изменилось у участников"):
        assert title not in page.words
