"""Every table of a release's package: one entry each, from which datapackage.json is made.

A table added to the package is added to TABLES, with words for the columns that `columns.py` does not know yet.
A test finds a CSV or Parquet file of the package that is not here, and a column without words.
"""

from __future__ import annotations

from warehouse.proof.tables import EVIDENCE_TABLES
from warehouse.release.columns import ALWAYS, Column
from warehouse.release.contents import BREAKDOWN_KEY, BREAKDOWNS, BREAKS, KEY, REVISION_KEY, REVISIONS, TRAJECTORY
from warehouse.release.sdmx_table import SDMX_TABLE
from warehouse.release.tabular import KPI, Tabular
from warehouse.revisions.causes import ABOUT, CAUSES

_BREAKDOWNS_WORDS = {
    "breakdown": Column("Разрез", "код разреза: form — форма наставничества, age — возраст, category — категория"),
    "member": Column("Часть", "код части разреза; человек или пара бывают в нескольких частях"),
    "measure": Column(
        "Что сосчитано",
        "pairs — пары, participants — разные участники, students — разные обучающиеся, "
        "students_of_enrolled — разные обучающиеся от численности обучающихся этого возраста",
    ),
    "denominator": Column("Знаменатель", "весь разрез или численность обучающихся, от чего взята доля", {"minimum": 0}),
    "value": Column("Доля, %", "числитель ÷ знаменатель × 100, до двух знаков; пусто, если знаменателя нет"),
}
_TRAJECTORY_WORDS = {
    "missing": Column("Не хватает до цели", "сколько ещё человек нужно до цели отчётной даты", {"minimum": 0}),
    "next_as_of": Column("Следующая цель, дата", "следующая отчётная дата, на которую установлена цель"),
    "next_target": Column("Следующая цель, %", "цель на эту дату"),
    "next_missing": Column("Не хватает до следующей цели", "сколько ещё человек нужно до неё", {"minimum": 0}),
    "months": Column("Месяцев до неё", "сколько месяцев от отчётной даты до следующей цели"),
    "pace_needed": Column("Нужный темп", "человек в месяц, чтобы достичь следующей цели"),
    "pace_so_far": Column("Прежний темп", "человек в месяц между двумя последними годовыми датами"),
    "method": Column("Метод прогноза", "каким методом получен прогноз"),
    "points": Column("Точек", "по скольким годовым датам построен прогноз"),
    "projected": Column("Прогноз, %", "ожидаемая доля на дату следующей цели"),
    "projected_low": Column("Прогноз не ниже, %", "нижняя граница прогноза"),
    "projected_high": Column("Прогноз не выше, %", "верхняя граница прогноза"),
    "met_on": Column(
        "Когда цель будет достигнута", "день, в который при прежнем темпе будет достигнута следующая цель"
    ),
}
_BREAKS_WORDS = {
    "happened_on": Column("Дата", "день, с которого охват уже не тот, что прежде", ALWAYS),
    "kind": Column(
        "Что случилось",
        "rename — переименование, merge — слияние, split — разделение, close — закрытие; kind, municipality, region — "
        "сменился вид, муниципалитет или регион организации",
        ALWAYS,
    ),
    "before": Column("Было", "прежний код, вид, муниципалитет или регион"),
    "after": Column("Стало", "новый код, вид, муниципалитет или регион; пусто при закрытии"),
}
_REVISIONS_WORDS = {
    "compared_to": Column("Сравнён с", "прежний выпуск, от показателей которого считаны изменения", ALWAYS),
    "cause": Column(
        "Причина",
        "; ".join(f"{cause} — {words}: {ABOUT[cause]}" for cause, words in CAUSES.items()),
        {"enum": list(CAUSES)},
    ),
    "numerator_change": Column("Изменение числителя", "сколько прибавила или убавила эта причина", ALWAYS),
    "denominator_change": Column("Изменение знаменателя", "сколько прибавила или убавила эта причина", ALWAYS),
    "value_before": Column("Было, %", "значение в прежнем выпуске; пусто, если его не было"),
    "value_after": Column("Стало, %", "значение в этом выпуске; пусто, если его нет"),
}

TABLES: tuple[Tabular, ...] = (
    KPI,
    Tabular(
        "breakdowns", "Разрезы", "Пары и люди отчётного года по форме наставничества, возрасту и категории.",
        BREAKDOWNS, BREAKDOWN_KEY, ("breakdowns.csv",), _BREAKDOWNS_WORDS,
    ),
    Tabular(
        "trajectory", "Путь к целям", "Сколько ещё нужно до целей, каким темпом идёт и чего ждать.",
        TRAJECTORY, KEY, ("trajectory.csv",), _TRAJECTORY_WORDS,
    ),
    Tabular(
        "breaks", "Разрывы рядов", "Дни, с которых охват стал другим: сравнивать до и после надо с оговоркой.",
        BREAKS, (), ("breaks.csv",), _BREAKS_WORDS,
    ),
    Tabular(
        "revisions", "Пересмотры", "Почему показатели не те, что в прежнем выпуске: части изменения по причинам.",
        REVISIONS, REVISION_KEY, ("revisions.csv",), _REVISIONS_WORDS,
    ),
    SDMX_TABLE,
    *EVIDENCE_TABLES.values(),
)  # fmt: skip
