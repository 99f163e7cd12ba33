"""A town of two reporting dates with renamed, merged and moved institutions, events and surveys among its deliveries."""

from __future__ import annotations

from pathlib import Path

from tests.indicators.changing_town import live
from tests.installations import moscow, take
from tests.workbooks import PAIRS, submission, write
from warehouse.installation.home import Home

EVENTS = """
    Дата       | Вид мероприятия               | Название         | Участников | Часов
    15.03.2022 | обучение наставников          | Школа наставника | 12         | 8
    20.09.2022 | информирование обучающихся    | =Общий сбор      | 40         |
    20.12.2021 | встреча с партнёрами          | Прошлый год      | 5          |
"""
STUDENTS = """
    П-3     | У-1           | У-2              | ученик – ученик      | Вместе    | 01.09.2022  |                 | продолжается
"""
SURVEYS = """
    ID участника | Роль         | Этап  | Дата анкеты | Удовлетворённость | Комфорт
    У-1          | наставляемый | до    | 01.10.2022  | 4                 | 5
    У-1          | наставляемый | после | 20.12.2022  | 9                 | 8
    У-3          | наставник    | после | 20.12.2021  | 7                 |
"""


def settle(home: Home, folder: Path) -> None:
    """Live through the town's two dates, then let one school tell of its second date anew."""
    live(home, folder)
    told = submission("M", "31.12.2022", Пары=PAIRS + STUDENTS, Мероприятия=EVENTS, Анкеты=SURVEYS)
    write(home.settings.inbox / "M" / "again.xlsx", told)
    taken = take(home, moscow("2023-01-12 12:00"))
    assert [line.verdict for line in taken.lines] in (["accepted"], ["accepted_with_errors"])
