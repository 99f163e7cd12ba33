"""The page of one institution for its headmaster: figure and target, plan, documents, what to mend; one sheet."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.documents.drawing import ACCENT, GOOD, INK, LEADING, LEFT, MUTED, RIGHT, TARGET, Sheet, to_pdf, wrapped
from warehouse.documents.page_chart import draw_chart
from warehouse.documents.page_tables import draw_answers, draw_figures, draw_findings, draw_papers
from warehouse.release.overview import Figure, Institution, Overview, Scope, Standing, told
from warehouse.release.programme_rows import Document, documents_by_institution, no_documents, satisfaction_of
from warehouse.release.report_order import Plan, Planned, plan_of
from warehouse.release.report_programme import Quality, quality_of
from warehouse.release.wording import ABSENT, OF_STUDENTS, PERSONS, STATES, change, counted, day, number, percent

MOST_TITLE = 3  # lines


@dataclass(frozen=True)
class Pages:
    """What the pages of all institutions of a release share, found once."""

    overview: Overview
    standings: dict[str, Standing]  # within the kind, in the municipality
    documents: dict[str, list[Document]]
    quality: dict[str, Quality]
    planned: dict[str, Planned]
    plan: Plan | None

    def render(self, code: str) -> bytes:
        """Draw the page of an institution, PDF; equal contents give equal bytes."""
        return to_pdf(self.draw(code))

    def draw(self, code: str) -> str:
        """Draw the page of an institution, SVG."""
        sheet, institution = Sheet(), self.overview.institutions[code]
        _head(sheet, self.overview, institution)
        _headline(sheet, self, institution)
        draw_chart(sheet, self.overview, institution)
        draw_figures(sheet, self.overview, institution)
        if self.overview.contents.programme.documents.num_rows:
            draw_papers(sheet, self.documents.get(code) or no_documents(), institution)
        draw_answers(sheet, satisfaction_of(self.overview.contents.programme, {code}))
        draw_findings(sheet, self.quality.get(code), institution)
        _foot(sheet, self.overview)
        return sheet.svg()


def pages_of(overview: Overview) -> Pages:
    """Find what the pages of a release share."""
    groups: dict[tuple[str, str], list[Scope]] = {}
    for one in overview.institutions.values():
        groups.setdefault((one.municipality, one.kind), []).append(one.scope)
    standings = {standing.scope.code: standing for scopes in groups.values() for standing in overview.rank(scopes)}
    plan = plan_of(overview)
    return Pages(
        overview,
        standings,
        documents_by_institution(overview.contents.programme),
        {one.code: one for one in quality_of(overview)},
        {row.scope.code: row for row in plan.rows} if plan else {},
        plan,
    )


def _kind(overview: Overview, institution: Institution) -> Figure | None:
    code = f"{institution.municipality}/{institution.kind}"
    return overview.figure(Scope("kind", code, code))


def _head(sheet: Sheet, overview: Overview, institution: Institution) -> None:
    contents = overview.contents
    sheet.text(LEFT, f"Наставничество · отчётная дата {day(contents.as_of)} · выпуск {contents.release}", 8.5, MUTED)
    sheet.text(RIGHT, institution.scope.code, 8.5, MUTED, right=True)
    sheet.top += 22
    title = institution.scope.title
    size = 17 if len(wrapped(title, RIGHT - LEFT, 17)) == 1 else 12
    for line in wrapped(title, RIGHT - LEFT, size)[:MOST_TITLE]:
        sheet.text(LEFT, line, size, bold=True)
        sheet.top += size * LEADING
    sheet.top -= size * LEADING


def _headline(sheet: Sheet, pages: Pages, institution: Institution) -> None:
    overview, code = pages.overview, institution.scope.code
    figure, standing, kind = overview.figure(institution.scope), pages.standings[code], _kind(overview, institution)
    sheet.top += 46
    sheet.text(LEFT, percent(figure.value, 2) if figure else ABSENT, 36, ACCENT, bold=True)
    begun, sheet.top = sheet.top, sheet.top - 26
    for line, colour in _facts(pages, institution, figure, standing, kind):
        sheet.text(235, line, 9.5, colour)
        sheet.top += 13.5
    sheet.top = max(begun, sheet.top - 6)


def _facts(
    pages: Pages, institution: Institution, figure: Figure | None, standing: Standing, kind: Figure | None
) -> list[tuple[str, str]]:
    """The sentences beside the great figure."""
    if figure is None or figure.numerator is None:
        return [(f"Сведения: {STATES[institution.state]}. Показателя на эту дату нет.", TARGET)]
    facts = [(f"Вовлечено {number(figure.numerator)} из {counted(figure.denominator or 0, OF_STUDENTS)}", INK)]
    target = kind.target if kind else None
    if target is not None:
        missing = figure.people_to(target)
        short = f"не хватает: {counted(missing, PERSONS)}" if missing else "достигнута"
        facts.append((f"Цель для вида организаций {percent(target)}: {short}", TARGET if missing else GOOD))
    same = [one for one in pages.overview.institutions.values() if _peers(one, institution)]
    rank = f"Место {number(standing.place)} из {len(same)}" if standing.place else ""
    previous = day(pages.overview.previous)
    since = f"с {previous}: {change(standing.change)} п. п." if standing.change is not None else ""
    facts.append(("; ".join(part for part in (rank, since) if part), INK))
    planned = pages.planned.get(institution.scope.code)
    if planned is not None and pages.plan is not None:
        facts.append((_plan(pages.plan, planned), TARGET if planned.missing else MUTED))
    return facts


def _peers(one: Institution, other: Institution) -> bool:
    return (one.municipality, one.kind) == (other.municipality, other.kind)


def _plan(plan: Plan, planned: Planned) -> str:
    told_of_it = f"план {told(planned.figure, 'denominator')}, факт {told(planned.figure, 'numerator')}"
    lacking = f", не хватает {number(planned.missing)}" if planned.missing else ""
    return f"Перечень приказа, {plan.school_year}: {told_of_it}{lacking}"


def _foot(sheet: Sheet, overview: Overview) -> None:
    sheet.top = 812
    sheet.rule()
    sheet.top += 11
    known = overview.contents.known_at
    sheet.text(LEFT, f"Сосчитано по сведениям, известным на {known:%d.%m.%Y}. Имён на странице нет.", 7.5, MUTED)
