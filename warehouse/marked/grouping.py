"""Findings put under their causes: each under exactly one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from expectations.form import FORM
from expectations.rules.structure import Severity
from expectations.rules.wording import Finding

SHEET_ORDER = {sheet.title: number for number, sheet in enumerate(FORM.sheets)}
GRAVENESS = {severity.value: rank for rank, severity in enumerate(Severity)}


@dataclass
class Cause:
    """One thing that is wrong: what the sender mends, with the findings it is seen by.

    `own` are the numbers of the findings of the cause itself, `led` of those that it led to and that go with it.
    """

    key: Hashable
    own: list[int] = field(default_factory=list)
    led: list[int] = field(default_factory=list)
    sentence: str = ""  # empty: worded by its rule
    remedy: str = ""

    @property
    def size(self) -> int:
        return len(self.own) + len(self.led)


class Grouping:
    """The findings of one file while causes are found for them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        self.causes: dict[Hashable, Cause] = {}
        self._of: list[Cause | None] = [None] * len(self.findings)
        self._by_sheet: dict[str | None, list[int]] = {}
        for number, one in enumerate(self.findings):
            self._by_sheet.setdefault(one.sheet, []).append(number)

    def left(self, *rules: str, sheet: str | None = None) -> Iterator[tuple[int, Finding]]:
        """Yield the findings without a cause yet, of some rules or all, of one sheet or all, in their order."""
        for number in range(len(self.findings)) if sheet is None else self._by_sheet.get(sheet, ()):
            one = self.findings[number]
            if self._of[number] is None and (not rules or one.rule in rules):
                yield number, one

    def claim(self, key: Hashable, numbers: Iterable[int], sentence: str = "", remedy: str = "") -> Cause:
        """Make findings those of a cause, a new one or the one with that key."""
        cause = self.causes.setdefault(key, Cause(key, sentence=sentence, remedy=remedy))
        for number in numbers:
            if self._of[number] is None:
                self._of[number] = cause
                cause.own.append(number)
        return cause

    def lead(self, cause: Cause, numbers: Iterable[int]) -> None:
        """Put findings under the cause that led to them."""
        for number in numbers:
            if self._of[number] is None:
                self._of[number] = cause
                cause.led.append(number)

    def causes_with(self, where: Callable[[Finding], bool]) -> list[Cause]:
        """Return the causes that have findings of their own of a sort, the one with most of these first."""
        counted: dict[int, int] = {}
        by_id = {id(cause): cause for cause in self.causes.values()}
        for cause in self.causes.values():
            count = sum(where(self.findings[number]) for number in cause.own)
            if count:
                counted[id(cause)] = count
        return [by_id[key] for key in sorted(counted, key=lambda key: -counted[key])]  # stable: else as they were found

    def severity(self, cause: Cause) -> Severity:
        """Return the gravest severity of a cause's own findings."""
        numbers = cause.own or cause.led
        return Severity(min((self.findings[n].severity for n in numbers), key=GRAVENESS.__getitem__))

    def in_order(self) -> list[Cause]:
        """Return the causes with findings, the gravest first, then in the order of the form's sheets."""

        def rank(cause: Cause) -> tuple[int, int, int]:
            first = min(cause.own or cause.led)
            sheet = self.findings[first].sheet
            place = SHEET_ORDER.get(sheet, len(SHEET_ORDER)) if sheet else -1
            return GRAVENESS[self.severity(cause).value], place, first

        return sorted((cause for cause in self.causes.values() if cause.size), key=rank)
