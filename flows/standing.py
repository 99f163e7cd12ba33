"""How a collection stands, for the screen, for other programs and for Prefect: one set of entries, one rendering."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.collection.status import DateStatus, State, Status
from warehouse.mail.server import Outcome
from warehouse.review.held import Held

Entry = dict[str, Any]
WORDS = {
    "submitted": "сдано",
    "submitted_with_errors": "сдано, есть строки с ошибками",
    "held": "ждёт подтверждения",
    "waiting": "файл ждёт приёма",
    "missing": "ещё не сдано",
    "overdue": "срок прошёл, не сдано",
}
POSTED = {
    Outcome.SENT: "отправлено",
    Outcome.KEPT: "только в папке",
    Outcome.REFUSED: "адрес не принят",
}


def standing(status: Status, zone: ZoneInfo) -> Entry:
    """Return the state of a collection for other programs; moments are of the zone."""
    return {
        "on": status.on.isoformat(),
        "dates": [_of_date(one, zone) for one in status.dates],
        "waiting": status.waiting,
        "left": asdict(status.left),
        "alarms": [
            {"institution": one.institution_code, "delivery": one.delivery, "received_at": _at(one.received_at, zone)}
            for one in status.alarms
        ],
        "held": [_of_held(one, zone) for one in status.held],
        "erased_again": [
            {"institution": one.institution_code, "delivery": one.delivery, "received_at": _at(one.received_at, zone)}
            for one in status.again
        ],
    }


def _of_held(one: Held, zone: ZoneInfo) -> Entry:
    return {
        "institution": one.institution_code,
        "delivery": one.delivery,
        "as_of": one.as_of.isoformat(),
        "received_at": _at(one.received_at, zone),
        "before": one.drop.before,
        "after": one.drop.after,
        "lost_percent": one.drop.lost,
    }


def _of_date(one: DateStatus, zone: ZoneInfo) -> Entry:
    entries = [_of_institution(state, zone) for state in one.states]
    days = {name: getattr(one.date, name).isoformat() for name in ("as_of", "opens_on", "due_on", "closes_on")}
    return days | {"totals": _totals(entries), "institutions": entries}


def _totals(entries: list[Entry]) -> Entry:
    done = [one for one in entries if one["state"].startswith("submitted")]
    counted = {state: sum(one["state"] == state for one in entries) for state in ("held", "waiting")}
    return {
        "expected": len(entries),
        "submitted": len(done),
        "late": sum(one["late"] for one in done),
        "missing": len(entries) - len(done),  # of them some wait
        **counted,
        "refused": sum(one["refused"] for one in entries),
    }


def _of_institution(state: State, zone: ZoneInfo) -> Entry:
    last, said = state.last, state.reminded
    return {
        "code": state.institution.code,
        "name": state.institution.name,
        "state": _state(state),
        "late": state.late,
        "refused": state.refused,
        "held": state.held,
        "files_waiting": state.files,
        "received_at": state.received_at and _at(state.received_at, zone),
        "last_receipt": last
        and {"delivery": last.delivery, "verdict": last.verdict, "received_at": _at(last.received_at, zone)},
        "last_reminder": said and {"stage": said.key.stage, "at": _at(said.at, zone), "outcome": said.outcome.value},
    }


def _state(state: State) -> str:
    if state.verdict is not None:
        return "submitted" if state.verdict == "accepted" else "submitted_with_errors"
    if state.held:
        return "held"
    if state.files:
        return "waiting"
    return "overdue" if state.late else "missing"


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def rows_of(day: Entry) -> list[dict[str, str]]:
    """Word the entries of one reporting date, an institution a line."""
    return [
        {
            "код": one["code"],
            "организация": one["name"],
            "состояние": _words(one),
            "сдано": _day(one["received_at"]),
            "последний протокол": _receipt(one["last_receipt"]),
            "напоминание": _reminder(one["last_reminder"]),
        }
        for one in day["institutions"]
    ]


def totals_words(day: Entry) -> str:
    """Word the totals of one reporting date."""
    of = day["totals"]
    words = f"Сдали: {of['submitted']} из {of['expected']}"
    words += f", из них после срока: {of['late']}" if of["late"] else ""
    words += f"; не сдали: {of['missing']}"
    waits = {"held": "ждут подтверждения", "waiting": "файл ждёт приёма", "refused": "последний файл не принят"}
    return words + "".join(f"; {name}: {of[key]}" for key, name in waits.items() if of[key]) + "."


def left_words(standing: Entry) -> str:
    """Word what the last intake left in the channels; nothing where it left nothing."""
    of = standing["left"]
    parts = [f"писем не с зарегистрированных адресов: {of['strangers']}"] * bool(of["strangers"])
    parts += [f"файлов, которые канал показал и не отдал: {of['unread']}"] * bool(of["unread"])
    return f"При последнем приёме осталось в каналах: {'; '.join(parts)}." if parts else ""


def title_words(day: Entry) -> str:
    """Head one reporting date."""
    return f"Отчётная дата {_day(day['as_of'])}; срок {_day(day['due_on'])}, приём до {_day(day['closes_on'])}"


def _words(one: Entry) -> str:
    submitted = one["state"].startswith("submitted")
    parts = [WORDS[one["state"]] + (" (после срока)" if submitted and one["late"] else "")]
    parts += ["срок прошёл"] * (one["late"] and one["state"] in ("held", "waiting"))
    parts += ["новая сдача ждёт подтверждения"] * (submitted and one["held"])
    parts += ["последний файл не принят"] * one["refused"]
    parts += [f"в папке приёма файлов: {one['files_waiting']}"] * bool(one["files_waiting"])
    return "; ".join(parts)


def _receipt(last: Entry | None) -> str:
    from warehouse.receipts.words import VERDICTS

    return f"{_day(last['received_at'])} {VERDICTS[last['verdict']].partition(':')[0].lower()}" if last else ""


def _reminder(said: Entry | None) -> str:
    if said is None:
        return ""
    stage = said["stage"]
    side = "до" if stage < 0 else "после"
    return f"{_day(said['at'])} ({abs(stage)} дн. {side} срока), {POSTED[Outcome(said['outcome'])]}"


def _day(text: str | None) -> str:
    return f"{datetime.fromisoformat(text):%d.%m.%Y}" if text else ""
