"""What of the rules can be set: the limits that doubt rests on, and how grave breaking a rule is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace

from expectations.rules.catalogue import ACROSS, MAKE_A_ROW, OF_NO_ROW, RULES
from expectations.rules.structure import Severity


@dataclass(frozen=True)
class Thresholds:
    """The limits of rules.md; a field's metadata tells the rule and what the limit is called there."""

    enrolment_jump: int = field(default=20, metadata={"name": "enrolment-jump.percent"})  # of the last enrolment
    participation_drop: int = field(default=50, metadata={"name": "participation-drop.percent"})  # of those involved
    youngest_student: int = field(default=5, metadata={"name": "age-implausible.student_from"})  # years, on the date
    oldest_student: int = field(default=21, metadata={"name": "age-implausible.student_to"})
    youngest_adult: int = field(default=14, metadata={"name": "age-implausible.adult_from"})  # of other categories


NAMES = {each.metadata["name"]: each.name for each in fields(Thresholds)}


class BadRule(ValueError):
    """A rule, limit or severity that is not one; its text is for the operator, in Russian."""


@dataclass(frozen=True)
class Ruleset:
    """The rules in one setting; `severities` are those that differ from the catalogue's."""

    thresholds: Thresholds = Thresholds()
    severities: Mapping[str, Severity] = field(default_factory=dict)

    def severity(self, rule: str) -> Severity:
        """Return what becomes of a row or a submission that breaks the rule."""
        return self.severities.get(rule, RULES[rule].severity)

    @property
    def text(self) -> str:
        """What is set otherwise than in the shipped rules, a line `name=value` each, sorted; `read` takes it back."""
        set_ = {name: getattr(self.thresholds, own) for name, own in NAMES.items()}
        usual = {name: getattr(Thresholds(), own) for name, own in NAMES.items()}
        graver = {rule: one.value for rule, one in self.severities.items() if one is not RULES[rule].severity}
        other = {name: value for name, value in set_.items() if value != usual[name]} | graver
        return "\n".join(f"{name}={value}" for name, value in sorted(other.items()))


SHIPPED = Ruleset()


def changed(settings: Iterable[tuple[str, str]]) -> Ruleset:
    """Return the shipped rules with some things set: `rule.limit` to a number, `rule` to error or warning.

    Raises BadRule. A rule of whole files is fatal or it is none: nothing else can be made of it, nor it of others. What
    a row cannot be counted without stays an error, and what is told of no row a warning.
    """
    thresholds: dict[str, int] = {}
    severities: dict[str, Severity] = {}
    for name, value in settings:
        if name in NAMES:
            thresholds[NAMES[name]] = _number(name, value)
        elif name in RULES:
            severities[name] = _severity(name, value)
        else:
            raise BadRule(f"{name}: такого правила или предела нет. Пределы: {', '.join(NAMES)}.")
    return Ruleset(replace(Thresholds(), **thresholds), severities)


def read(text: str) -> Ruleset:
    """Return the rules that a `Ruleset.text` tells."""
    parted = (line.partition("=") for line in text.splitlines())
    return changed((name, value) for name, _, value in parted)


def _number(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise BadRule(f"{name}: ожидается целое неотрицательное число.")
    return int(value)


def _severity(rule: str, value: str) -> Severity:
    if RULES[rule].severity is Severity.FATAL:
        raise BadRule(f"{rule}: это правило отклоняет файл целиком, строгость его не меняется.")
    if rule in ACROSS:
        raise BadRule(f"{rule}: это замечание находят между принятыми сдачами, строгость его не меняется.")
    if value not in (Severity.ERROR, Severity.WARNING):
        raise BadRule(f"{rule}: строгость — error или warning.")
    if rule in MAKE_A_ROW and value != Severity.ERROR:
        raise BadRule(f"{rule}: с такой ошибкой строку не посчитать, предупреждением она не станет.")
    if rule in OF_NO_ROW and value != Severity.WARNING:
        raise BadRule(f"{rule}: это замечание не о строке, откладывать нечего; ошибкой оно не станет.")
    return Severity(value)
