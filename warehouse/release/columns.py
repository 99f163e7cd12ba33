"""What every column of a release's tables is called and means, told once for all formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from warehouse.release.contents import FINAL, PROVISIONAL
from warehouse.release.wording import SCOPES

NOT_NEGATIVE: Mapping[str, object] = {"minimum": 0}
ALWAYS: Mapping[str, object] = {"required": True}


@dataclass(frozen=True)
class Column:
    """The words of a column and, in the terms of Table Schema, what may stand in it."""

    title: str
    about: str
    constraints: Mapping[str, object] = field(default_factory=dict)


COLUMNS: Mapping[str, Column] = {
    "release": Column("Выпуск", "номер выпуска: отчётная дата и порядковый номер"),
    "indicator": Column("Код показателя", "код показателя; его паспорт — на листе «Показатели» книги kpi.xlsx"),
    "definition": Column("Версия определения", "версия определений, по которой показатель сосчитан"),
    "scope_type": Column(
        "Уровень",
        "по кому сосчитано: " + ", ".join(f"{code} — {words}" for code, words in SCOPES.items()),
        {"enum": list(SCOPES)},
    ),
    "scope_code": Column("Код", "код организации, муниципалитет/вид (NSH/ОУ), код муниципалитета, код региона или RU"),
    "as_of": Column("Отчётная дата", "дата, на которую сосчитан показатель"),
    "numerator": Column(
        "Числитель", "что сосчитано: обычно разные люди; не больше четырёх знаков после точки", NOT_NEGATIVE
    ),
    "denominator": Column("Знаменатель", "от чего берётся доля; пусто у показателей-количеств", NOT_NEGATIVE),
    "value": Column(
        "Значение, %",
        "числитель ÷ знаменатель × 100, до двух знаков, половина вверх; пусто, если знаменателя нет или он равен нулю",
        NOT_NEGATIVE,
    ),
    "target": Column("Цель, %", "целевое значение на отчётную дату; пусто, если не установлено", NOT_NEGATIVE),
    "meets_target": Column(
        "Цель достигнута", "числитель × 100 ≥ цель × знаменатель, без округления; пусто, если цели или значения нет"
    ),
    "status": Column(
        "Статус",
        "final — сдали все, кто должен; provisional — кто-то ещё не сдал",
        {**ALWAYS, "enum": [FINAL, PROVISIONAL]},
    ),
    "expected": Column(
        "Организаций ожидалось", "сколько организаций должны были сдать сведения", {**ALWAYS, **NOT_NEGATIVE}
    ),
    "reported": Column(
        "Организаций сдали", "у скольких организаций есть действующая сдача", {**ALWAYS, **NOT_NEGATIVE}
    ),
    "coverage_students": Column(
        "Охват обучающихся, %",
        "доля обучающихся, чья организация сдала сведения; пусто, если численность несдавших неизвестна",
        {"minimum": 0, "maximum": 100},
    ),
    "hidden": Column(
        "Скрыто",
        "имена столбцов этой строки, значения которых скрыты, через пробел; пусто, если не скрыто ничего; "
        "скрытое значение — не ноль и не отсутствующее",
    ),
    "low": Column(
        "Нижняя граница, %", "значение, если у несдавших организаций не вовлечён никто; пусто у итоговых", NOT_NEGATIVE
    ),
    "high": Column(
        "Верхняя граница, %", "значение, если у несдавших организаций вовлечены все; пусто у итоговых", NOT_NEGATIVE
    ),
}
