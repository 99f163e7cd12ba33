"""The tables of an institution's page: other figures, documents, satisfaction, what to mend."""

from __future__ import annotations

from typing import Any

from warehouse.documents.drawing import INK, LEFT, MUTED, TARGET, Column, Sheet
from warehouse.release.contents import MISSING, REPORTED_KPI
from warehouse.release.overview import Figure, Institution, Overview, Scope
from warehouse.release.programme import DONE
from warehouse.release.programme_rows import DOCUMENT_STATES, NO_DOCUMENT, Answer, Document
from warehouse.release.report_programme import Quality
from warehouse.release.wording import ABSENT, day, gain, mean, number, percent

FIGURES = (Column(LEFT, 300), Column(350, 60, True), Column(416, 62, True), Column(485, 68, True))
PAPERS = (Column(LEFT, 190), Column(240, 65), Column(312, 241))
RULES = (Column(LEFT, 420), Column(480, 73, True))
MOST_RULES, MOST_FIGURES = 5, 11
SATISFACTION = "Удовлетворённость"


def draw_figures(sheet: Sheet, overview: Overview, institution: Institution) -> None:
    """Draw the other indicators that the institution has, beside those of its kind."""
    sheet.heading("Показатели")
    kind = Scope("kind", f"{institution.municipality}/{institution.kind}", "")
    sheet.row(FIGURES, ("", "Значение", "Из чего", f"В среднем, {institution.kind}"), MUTED, 7.5)
    shown = 0
    for words in {row["code"]: row for row in overview.contents.indicators.to_pylist()}.values():
        figure = overview.own.get((words["code"], institution.scope.code))
        if figure is None or words["code"] == REPORTED_KPI or shown == MOST_FIGURES:
            continue
        if figure.numerator is None or (words["denominator_words"] and figure.value is None):
            continue
        shown += 1
        of_kind = overview.figure(kind, indicator=words["code"])
        sheet.row(FIGURES, _figure(words, figure, of_kind))


def _figure(words: dict[str, Any], figure: Figure, of_kind: Figure | None) -> tuple[str, str, str, str]:
    if not words["denominator_words"]:
        return words["title"], f"{number(figure.numerator)} {words['unit']}", "", ""
    ratio = f"{number(figure.numerator)} из {number(figure.denominator)}"
    return words["title"], percent(figure.value, 2), ratio, percent(of_kind.value, 2) if of_kind else ABSENT


def draw_papers(sheet: Sheet, documents: list[Document], institution: Institution) -> None:
    """Draw the four documents of the order; of who has not reported nothing is known."""
    if institution.state == MISSING:
        return
    sheet.heading("Документы (пп. 6.1, 6.2, 6.7 приказа)")
    for one in documents:
        when = ABSENT if one.state == NO_DOCUMENT else day(one.agreed_on or one.approved_on)
        said = DOCUMENT_STATES[one.state] + (f": {one.agreed_by}" if one.agreed_by else "")
        sheet.row(PAPERS, (one.kind, when, said), INK if one.state == DONE else TARGET)


def draw_answers(sheet: Sheet, answers: list[Answer]) -> None:
    """Draw how satisfied people were before and after."""
    told_of = [one for one in answers if one.question == SATISFACTION]
    if not told_of:
        return
    sheet.heading("Удовлетворённость: средняя оценка от 1 до 10")
    for one in told_of:
        sheet.paragraph(
            f"{one.role.capitalize()}: до {mean(one.before)}, после {mean(one.after)} ({gain(one.change, 2)}); "
            f"анкет {one.answers_before} и {one.answers_after}."
        )


def draw_findings(sheet: Sheet, quality: Quality | None, institution: Institution) -> None:
    """Draw what was found in the delivery in force, the gravest and most frequent first."""
    if institution.state == MISSING:
        return
    sheet.heading("Что поправить в сведениях")
    if quality is None:
        sheet.paragraph("Замечаний нет.")
        return
    errors, warnings = number(quality.errors), number(quality.warnings)
    sheet.paragraph(f"Ошибок {errors} (эти строки не посчитаны), предупреждений {warnings}. Где именно: в протоколе.")
    for title, count in quality.rules[:MOST_RULES]:
        sheet.row(RULES, (title, number(count)))
    rest = len(quality.rules) - MOST_RULES
    if rest > 0:
        sheet.paragraph(f"И ещё видов замечаний: {rest}.", 8.5, MUTED)
