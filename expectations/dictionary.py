"""The data dictionary and the rulebook, written out of the form and the catalogue of rules."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from expectations.form import FORM
from expectations.judge import RULESET, suites
from expectations.markdown import page_templates
from expectations.rules import RULES, Check, Rule
from expectations.rules.catalogue import ACROSS
from expectations.rules.cells import READING
from expectations.structure import Column, Form, Sheet, When


class Place(NamedTuple):
    """Where a rule is judged, and by which condition."""

    words: str
    condition: str


def render_dictionary(form: Form = FORM) -> str:
    """Return the dictionary of the form's sheets and columns in Russian, as Markdown."""
    return _render("dictionary.md.j2", form=form)


def render_rulebook(form: Form = FORM) -> str:
    """Return every rule with its sentence, remedy and conditions in Russian, as Markdown."""
    by_place = groupby(RULES.values(), key=lambda rule: rule.applies_to)
    groups = [(title, list(rules)) for title, rules in by_place]
    return _render("rules.md.j2", groups=groups, conditions=_conditions(form), ruleset=RULESET, across=ACROSS)


def write_docs(folder: Path) -> None:
    """Write dictionary.md and rules.md into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("dictionary.md", render_dictionary()), ("rules.md", render_rulebook())):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def obligation(column: Column, sheet: Sheet) -> str:
    """Return when a cell must be filled, in Russian."""
    if column.required:
        return "да"
    return f"если {_where(column.required_when, sheet)}" if column.required_when is not None else "нет"


def constraints(column: Column, sheet: Sheet, form: Form) -> str:
    """Return the constraints that `Column.allowed` cannot say: against other cells, rows and sheets."""
    words = []
    if (when := column.limits_when) is not None:
        words.append(f"{_limits(when)}, если {_where(when, sheet)}")
    if column.at_most is not None:
        words.append(f"не больше, чем «{sheet.by_name[column.at_most].heading}»")
    if column.unique is not None:
        words.append(f"в листе не повторяется (правило `{column.unique}`)")
    if column.refers_to is not None:
        target, name = column.refers_to.split(".")
        other = form.by_name[target]
        words.append(f"значение столбца «{other.by_name[name].heading}» листа «{other.title}»")
    return "; ".join(words)


def _where(when: When, sheet: Sheet) -> str:
    return f"«{sheet.by_name[when.column].heading}» — {' или '.join(when.values)}"


def _limits(when: When) -> str:
    words = [("от", when.minimum), ("до", when.maximum)]
    return " ".join(f"{word} {limit}" for word, limit in words if limit is not None)


def _conditions(form: Form) -> list[tuple[Rule, list[Place]]]:
    """Return every rule with the places it is judged at; those found while reading have none."""
    places: dict[str, list[Place]] = {rule: [] for rule in RULES}
    for relation, checks in suites(form).items():
        for check in checks if relation != READING else ():
            places[check.rule].append(Place(_words(check, form), check.good))
    return [(rule, places[rule.id]) for rule in RULES.values()]


def _words(check: Check, form: Form) -> str:
    if check.sheet is None:
        return "сдача целиком"
    sheet = form.by_name[check.sheet]
    columns = [] if check.column is None else [sheet.by_name[check.column].heading]
    return ", ".join(f"«{title}»" for title in (sheet.title, *columns))


def _render(template: str, **values: object) -> str:
    templates = page_templates("expectations")
    templates.globals |= {"obligation": obligation, "constraints": constraints}
    return templates.get_template(template).render(**values)


if __name__ == "__main__":
    write_docs(Path(sys.argv[1]))
