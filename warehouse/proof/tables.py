"""The tables of the evidence as the package tells them: file, schema, key, the words of every column."""

from __future__ import annotations

from warehouse.proof.evidence import KEYS, SCHEMAS
from warehouse.release.columns import ALWAYS, NOT_NEGATIVE, Column
from warehouse.release.tabular import Tabular
from warehouse.tables.reference import REFERENCE

_CODE = Column("Организация", "код организации по реестру", ALWAYS)
_WORDS = {
    "institution_code": _CODE,
    "kind": Column("Вид", "вид организации: ОУ или УДО", ALWAYS),
    "municipality": Column("Муниципалитет", "код муниципалитета", ALWAYS),
    "region": Column("Регион", "код региона", ALWAYS),
    "reported": Column("Сдала", "истина, если на дату есть действующая сдача", ALWAYS),
    "on_time": Column("В срок", "истина, если сдача принята до срока", ALWAYS),
    "enrolled": Column("Обучающихся", "обучающихся по действующей сдаче; пусто, если её нет", NOT_NEGATIVE),
    "last_enrolled": Column(
        "Обучающихся прежде", "обучающихся по последней сдаче на более раннюю дату, если на эту нет", NOT_NEGATIVE
    ),
    "measure": Column("Мера", "ключ раздела measures файла evidence/definitions.json", ALWAYS),
    "amount": Column("Сколько", "значение меры по действующей сдаче; пусто, если её нет"),
    "last_known": Column("Последняя известная", "численность по последней сдаче на более раннюю дату, если на эту нет"),
    "source": Column(
        "Кто", "people — участники пар, respondents — ответившие на анкету, partners — партнёры",
        {**ALWAYS, "enum": ["people", "respondents", "partners"]},
    ),
    "pattern": Column("Образец", "номер образца: один и тот же набор организаций и мер в них", ALWAYS),
    "measures": Column("Меры", "что засчитано в этой организации: ключи раздела measures через пробел", ALWAYS),
    "people": Column("Сколько разных", "сколько разных людей или партнёров этого образца", {**ALWAYS, "minimum": 1}),
    "breakdown": Column("Разрез", "код разреза; что он такое, сказано в evidence/definitions.json", ALWAYS),
    "delivery": Column("Сдача", "ключ действующей сдачи", ALWAYS),
    "sha256": Column("Хеш файла", "SHA-256 полученного файла", ALWAYS),
}  # fmt: skip
_OWN_WORDS = {
    "breakdown_people": {
        "measures": Column(
            "Что засчитано",
            "через пробел: participants и students — человек в любой паре года, как обучающийся тоже; "
            "с кодом части через точку — в этой части разреза",
            ALWAYS,
        ),
    },
    "breakdown_amounts": {
        "measure": Column(
            "Что сосчитано",
            "pairs — все пары года, pairs с кодом части через точку — пары этой части, enrolled с кодом части — "
            "численность обучающихся этого возраста",
            ALWAYS,
        ),
        "amount": Column("Сколько", "по действующей сдаче; строки нет, если ни одной пары или ни одного обучающегося",
                         {**ALWAYS, "minimum": 1}),
    },
}  # fmt: skip
_TOLD = {
    "places": ("Кто должен был сдать", "Организация на отчётную дату: где числится, сдала ли, сколько в ней учится."),
    "amounts": ("Складываемые меры", "Всё, что складывается по организациям: численность, пары, часы, документы."),
    "people": ("Разные люди по образцам", "Сколько людей в одном и том же наборе организаций засчитано одинаково."),
    "breakdown_people": (
        "Люди разрезов по образцам",
        "Сколько людей в одном и том же наборе организаций и частей одного разреза.",
    ),
    "breakdown_amounts": ("Пары и численность разрезов", "Всё, что в разрезах складывается по организациям."),
    "deliveries": ("Действующие сдачи", "Из каких присланных файлов сосчитан выпуск."),
    "institutions": ("Реестр организаций", "Реестр, по которому сосчитан выпуск."),
    "targets": ("Цели", "Целевые значения, с которыми сравнивали."),
}
_FOLDER = {name: "csv" if name in ("deliveries", "institutions", "targets") else "parquet" for name in _TOLD}


def _words(name: str) -> dict[str, Column]:
    """A reference file is told in the words its own declaration has."""
    if name not in REFERENCE:
        words = _WORDS | _OWN_WORDS.get(name, {})
        return {column: words[column] for column in SCHEMAS[name].names if column in words}
    fields = REFERENCE[name][1]
    return {
        f.name: Column(f.comment[:1].upper() + f.comment[1:], f.comment, ALWAYS if f.required else {}) for f in fields
    }


EVIDENCE_TABLES: dict[str, Tabular] = {
    name: Tabular(
        f"evidence-{name}".replace("_", "-"), *_TOLD[name], SCHEMAS[name], KEYS[name], (f"evidence/{name}.{kind}",),
        _words(name),
    )
    for name, kind in _FOLDER.items()
}  # fmt: skip
