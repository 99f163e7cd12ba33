"""What stands in a template before the school opens it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from expectations.structure import Form, Sheet

Row = Mapping[str, object]  # column name → value of the column's kind, None for an empty cell


@dataclass(frozen=True)
class Filling:
    """Values known beforehand; `Filling()` is the blank form.

    `rows` holds rows by sheet name; a vertical sheet has one, laid over the institution's own fields.
    """

    institution_code: str | None = None
    institution_name: str | None = None
    as_of: date | None = None
    enrolment_date: date | None = None
    due_on: date | None = None  # told in the instruction, kept in no cell of the form
    contact: str | None = None  # whom to ask; there too
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def rows_of(self, sheet: Sheet, form: Form) -> Sequence[Row]:
        """Return the rows to write on a sheet, exactly one for a vertical sheet.

        Raises ValueError for a sheet or column the form does not have: nothing known is dropped in silence.
        """
        if unknown := set(self.rows) - set(form.by_name):
            raise ValueError(f"the form has no sheet {', '.join(sorted(unknown))}")
        rows = list(self.rows.get(sheet.name, ()))
        if sheet.vertical:
            if len(rows) > 1:
                raise ValueError(f"sheet {sheet.name} holds one row")
            rows = [self._known(sheet, form) | dict(rows[0] if rows else {})]
        strangers = {name for row in rows for name in row} - set(sheet.by_name)
        if strangers:
            raise ValueError(f"sheet {sheet.name} has no column {', '.join(sorted(strangers))}")
        return rows

    def _known(self, sheet: Sheet, form: Form) -> dict[str, object]:
        known = {
            "form_version": form.version,
            "institution_code": self.institution_code,
            "institution_name": self.institution_name,
            "as_of": self.as_of,
            "enrolment_date": self.enrolment_date,
        }
        return {name: value for name, value in known.items() if name in sheet.by_name}
