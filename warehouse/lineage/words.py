"""What lineage says in Russian: rows in short, and what a measure asks of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from warehouse.indicators.definitions import Measure
from warehouse.review.held import Held

if TYPE_CHECKING:
    from warehouse.lineage.traced import Restated

BASES = {
    "year": "пара началась не позже отчётной даты и не закончилась до 1 января отчётного года",
    "active": "пара началась не позже отчётной даты и не закончилась раньше неё",
    "entered": "пара началась с 1 января отчётного года по отчётную дату",
}
SOURCES = {
    "people": "строки листа «Пары»; один человек считается один раз",
    "respondents": "анкеты отчётного года; один человек считается один раз",
    "partners": "партнёры, чьё соглашение действует на отчётную дату; один ИНН считается один раз",
    "students": "сумма листа «Контингент»",
    "teachers": "лист «Организация», педагогических работников",
    "young_specialists": "лист «Организация», молодых специалистов",
    "planned": "план учебного года, в который попадает отчётная дата",
    "pairs_ended": "пары, закончившиеся в отчётном году; повторённая пара считается один раз",
    "training_hours": "мероприятия отчётного года: часы, умноженные на число участников",
    "practices": "строки листа «Практики»",
    "documents_ready": "организации, у которых есть все четыре документа, согласованные в срок и кем следует",
    "events_held": "организации, которые провели нужное в срок дорожной карты",
    "expected": "организации реестра, действующие на отчётную дату",
    "reported": "организации, чья сдача действует",
    "on_time": "организации, у которых есть принятая сдача, полученная в срок",
}
VERDICTS = {
    "accepted": "принята",
    "accepted_with_errors": "принята, часть строк в карантине",
    "rejected": "отклонена",
    "duplicate": "повтор",
}
FATES = {
    "stored": "загружена",
    "quarantined": "в карантине: не загружена и не считается",
    "skipped": "пропущена по правилу: пустая или итоговая",
    "refused": "не загружена: сдача отклонена целиком",
    "repeated": "не загружена: сдача повторяет другую, её строки учтены там",
}
SIDES = {"numerator": "числитель", "denominator": "знаменатель"}


def held_words(held: Held, zone: ZoneInfo) -> str:
    """Say that a delivery was held, and what came of it."""
    told = f"Удержана: вовлечённых обучающихся было {held.drop.before}, стало {held.drop.after}"
    if held.confirmed_at is not None:
        return f"{told}; подтверждена {held.confirmed_at.astimezone(zone):%d.%m.%Y}, с этого времени действует"
    return f"{told}; {'ждёт подтверждения' if held.waits else 'не подтверждена, действовать уже не будет'}"


def restated_words(restated: Restated) -> list[str]:
    """Say that a file was judged anew, before and since."""
    told = {
        "Файл проверен заново, прежнее решение о нём — сдача": restated.before,
        "Пересмотрена: её место заняла сдача": restated.after,
    }
    return [f"{words} {delivery}" for words, delivery in told.items() if delivery]


MOST_TOLD = 5  # deliveries by name; of a region it may be a thousand


def stands_for(restated: Mapping[str, str]) -> list[str]:
    """Say of deliveries that their files were judged anew, and which judgements are no more in force."""
    anew = {key: before for key, before in restated.items() if before}
    if len(anew) > MOST_TOLD:
        return [f"Из этих сдач пересмотрены, то есть проверены заново: {len(anew)}"]
    return [f"Сдача {key} — пересмотр сдачи {before}: тот же файл, проверен заново" for key, before in anew.items()]


def conditions(measure: Measure) -> list[str]:
    """Say what a measure counts and what it asks of a row."""
    least = "наставников" if measure.source == "partners" else "оценка"
    asked = {
        BASES.get(measure.basis or ""): measure.basis,
        f"роль: {measure.role}": measure.role,
        f"категория: {' или '.join(measure.categories)}": measure.categories,
        f"этап анкеты: {measure.stage}": measure.stage,
        f"статус соглашения: {measure.status}": measure.status,
        f"итог: {measure.outcome}": measure.outcome,
        f"{least} не меньше {measure.at_least}": measure.at_least is not None,
        f"возраст на 1 января следующего года: {'–'.join(map(str, measure.ages or ()))}": measure.ages,
        f"только {', '.join(measure.kinds)}": measure.kinds,
        "в школе и в УДО — один человек": measure.across_kinds,
        " и ".join(measure.every): measure.every,
        " или ".join(measure.any): measure.any,
    }
    return [SOURCES[measure.source], *(words for words, holds in asked.items() if words and holds)]
