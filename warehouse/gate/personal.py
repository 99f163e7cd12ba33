"""What a release's checklist says of people's own data: erasures undone by newer files, retention without a term."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.erasure.again import again_kept
from warehouse.gate.points import PASSES, WARNS, Point, listed
from warehouse.installation.home import Home
from warehouse.installation.settings import Settings

TERMS = {
    "keep_received_years": "полученные файлы",
    "keep_identities_years": "личные сведения",
    "keep_receipts_years": "протоколы",
    "keep_rejected_days": "непринятые файлы",
}


def of_people(home: Home, connection: sa.Connection) -> list[Point]:
    """Look at both; codes of institutions and names of settings alone."""
    return [_again(home, connection), _terms(home.settings)]


def _again(home: Home, connection: sa.Connection) -> Point:
    title = "Удалённые люди, присланные снова"
    senders = sorted({one.institution_code for one in again_kept(connection, home.settings)})
    if not senders:
        return Point(title, PASSES, "В сдачах их нет.")
    return Point(title, WARNS, f"Прислали: {listed(senders)}. Файлы уничтожит nastavnik retention.")


def _terms(settings: Settings) -> Point:
    title = "Сроки хранения"
    endless = [words for name, words in TERMS.items() if not getattr(settings, name)]
    if not endless:
        return Point(title, PASSES, "Заданы для всех видов данных.")
    return Point(title, WARNS, f"Хранится бессрочно: {', '.join(endless)}. Срок устанавливает оператор своим актом.")
