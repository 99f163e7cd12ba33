"""What a verdict means to the one who sent the file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from warehouse.receipts.contents import Other, Receipt
from warehouse.release.wording import counted, day, moment
from warehouse.review.held import Drop

VERDICTS = {
    "accepted": "Принято",
    "accepted_with_errors": "Принято, кроме строк с ошибками",
    "rejected": "Не принято",
    "duplicate": "Повтор: такой файл уже получен",
}
HELD = "Принято, но ждёт подтверждения"
SECTIONS_OF_ACCEPTED = {
    "error": "Ошибки: эти строки отложены и не посчитаны",
    "warning": "Предупреждения: строки посчитаны, но проверьте их",
}
SECTIONS_OF_REJECTED = {
    "fatal": "Отказ: из-за этого файл не принят целиком",
    "error": "Ошибки: при приёме эти строки не были бы посчитаны",
    "warning": "Предупреждения: проверьте и это",
}
ROWS = ("строка отложена", "строки отложены", "строк отложено")
UNCOUNTED = ("строка отложена и не посчитана", "строки отложены и не посчитаны", "строк отложено и не посчитано")
DOUBTS = "Есть предупреждения: проверьте их; если всё верно, делать ничего не нужно."
NOTHING_TO_DO = "Делать ничего не нужно."
ALL_EXPLAINED = "Все предупреждения пояснены раньше. " + NOTHING_TO_DO
STILL_REJECTED = "Они не приняты, и с тех пор ничего не изменилось: исправьте отмеченное в протоколе той сдачи."
RESEND = "Исправьте книгу и пришлите её снова целиком: новая сдача заменит эту."


def title_of(receipt: Receipt) -> str:
    """Name what became of a delivery."""
    return HELD if receipt.waits else VERDICTS[receipt.verdict]


def what_next(receipt: Receipt, where: str = "ниже") -> str:
    """Tell in a few sentences what became of the file and what to do; `where` it is told what is wrong."""
    if receipt.waits:
        return _of_held(receipt)
    match receipt.verdict:
        case "duplicate":
            return _of_duplicate(receipt)
        case "rejected":
            ruling = _ruling(receipt.in_force)
            return f"Сведения из файла не загружены. {ruling} Исправьте отмеченное {where} и пришлите книгу снова."
        case "accepted_with_errors":
            return f"{counted(receipt.totals.quarantined, UNCOUNTED)}, остальное принято. {RESEND}"
    if receipt.findings and len(receipt.explained) == len(receipt.findings):
        return f"Сведения приняты целиком. {ALL_EXPLAINED}"
    if any(one.severity == "warning" for one in receipt.findings):
        return f"Сведения приняты целиком. {DOUBTS}"
    return "Сведения приняты целиком, замечаний нет. Делать ничего не нужно."


def drop_words(drop: Drop) -> str:
    """Tell how many involved pupils were lost: «было 40 (на 31.12.2020), стало 12, на 70 % меньше»."""
    return f"было {drop.before} (на {day(drop.compared_on)}), стало {drop.after}, на {drop.lost} % меньше"


def _of_held(receipt: Receipt) -> str:
    assert receipt.held is not None
    also = f" {counted(receipt.totals.quarantined, ROWS)}, исправьте их." if receipt.totals.quarantined else ""
    return (
        f"Сведения приняты, но пока не действуют: вовлечённых обучающихся {drop_words(receipt.held.drop)}. "
        f"{_ruling(receipt.in_force)}{also} Если всё верно, сообщите об этом управлению образования, и оно подтвердит "
        "сдачу. Если что-то пропущено, исправьте книгу и пришлите её снова целиком: новая сдача заменит эту."
    )


def explained_words(on: Sequence[date], count: int = 1) -> str:
    """Tell when findings alike were explained; empty where none was."""
    if not on:
        return ""
    return f"Пояснено {day(on[-1])}." if len(on) == count else f"Пояснено: {len(on)} из {count}."


def section(severity: str, verdict: str) -> str:
    """Head the findings of one severity under a verdict."""
    return (SECTIONS_OF_REJECTED if verdict == "rejected" else SECTIONS_OF_ACCEPTED)[severity]


def _of_duplicate(receipt: Receipt) -> str:
    first = receipt.duplicate_of
    if first is None:
        return _ruling(receipt.in_force)
    same = f"Те же сведения уже получены: сдача {first.delivery} от {moment(first.received_at)}."
    if first.verdict == "rejected":
        return f"{same} {STILL_REJECTED}"
    if receipt.held is not None and receipt.held.waits:
        return f"{same} Она ждёт подтверждения: если в ней всё верно, сообщите об этом управлению образования."
    in_force = receipt.in_force
    ruling = "Она и в силе." if in_force and in_force.delivery == first.delivery else _ruling(in_force)
    return f"{same} {ruling} Делать ничего не нужно."


def _ruling(ruling: Other | None) -> str:
    if ruling is None:
        return "Принятых сведений на эту отчётную дату пока нет."
    return f"В силе сдача {ruling.delivery} от {moment(ruling.received_at)}."


def sender(receipt: Receipt) -> str:
    """Name the owner of the folder, as the register does."""
    name = receipt.institution_name
    return f"{name} ({receipt.institution_code})" if name else f"{receipt.institution_code} (такого кода нет в реестре)"


def facts(receipt: Receipt, contact: str | None = None) -> list[tuple[str, str]]:
    """List what is known of a delivery, as label and value, and whom to ask."""
    late = " — после срока" if receipt.late else ""
    confirmed = receipt.held.confirmed_at if receipt.held else None
    return [
        ("Организация", sender(receipt)),
        ("Отчётная дата", day(receipt.as_of) if receipt.as_of else "не прочитана"),
        ("Получено", moment(receipt.received_at) + late),
        ("Номер сдачи", receipt.delivery),
        *([("Пересмотрено", f"файл сдачи {receipt.restates} проверен заново")] if receipt.restates else []),
        *([("Подтверждено", moment(confirmed))] if confirmed else []),
        *([("Вопросы", contact)] if contact else []),
    ]
