"""What commands say in words."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.frame.screen import printable

if TYPE_CHECKING:
    from warehouse.ingestion.intake import IntakeSummary
    from warehouse.marked.marking import Marked
    from warehouse.preview.checking import Checked
    from warehouse.preview.effect import Effect, MovedFigure
    from warehouse.review.held import Held

VERDICT_COUNTS = {
    "accepted": "принято целиком",
    "accepted_with_errors": "принято без строк с ошибками",
    "rejected": "не принято",
    "duplicate": "повторов",
}


def intake_words(summary: IntakeSummary, receipts: Path, foreign: int = 0) -> str:
    """Tell what one run of intake did."""
    lines = []
    if summary.lines:
        lines += [
            f"Получено сдач: {len(summary.lines)}: {verdict_words(summary.verdicts)}.",
            f"Протоколы: {receipts}",
        ]
    else:
        lines.append("Нового нет.")
    if summary.held:
        lines.append(
            f"Удержано до подтверждения: {len(summary.held)}: вовлечённых обучающихся стало намного меньше. "
            "Какие это сдачи, скажет nastavnik status; подтвердить: nastavnik confirm СДАЧА."
        )
    if foreign:
        lines.append(f"Тревога: файлов, сданных в чужую папку: {foreign}. Чьи это папки, скажет nastavnik status.")
    if summary.unsettled:
        lines.append(f"Ещё записывается, оставлено до следующего раза: {summary.unsettled}.")
    if summary.odd:
        lines.append(f"Не файлы в папках организаций (ссылки, вложенные папки и прочее), не тронуто: {summary.odd}.")
    if summary.unread:
        lines.append(f"Видны, но не получены, оставлены до следующего раза: {summary.unread}.")
    if summary.strangers:
        lines.append(f"Писем не с зарегистрированных адресов, не тронуто: {summary.strangers}.")
    return "\n".join(lines)


def fault_words(faults: dict[str, str]) -> str:
    """Tell which channels gave nothing, and why."""
    return "\n".join(f"Канал {printable(name)}: {reason}" for name, reason in faults.items())


def verdict_words(verdicts: Counter[str]) -> str:
    """Count deliveries by verdict: «принято целиком 12, не принято 1»."""
    return ", ".join(f"{words} {verdicts[code]}" for code, words in VERDICT_COUNTS.items() if verdicts[code])


def checked_words(checked: Checked) -> str:
    """Tell the verdict on one file and its findings by cause."""
    from warehouse.receipts.contents import explained_in
    from warehouse.receipts.words import VERDICTS, explained_words, section

    lines = [f"{printable(checked.path.name)}: {VERDICTS[checked.verdict].lower()}"]
    severity = None
    for group in checked.groups:
        if group.severity != severity:
            severity = group.severity
            lines.append(f"  {section(severity.value, checked.verdict)}")
        explained = explained_words(explained_in(checked.findings, checked.explained, group), group.count)
        words = " ".join(filter(None, (group.sentence, group.remedy, explained)))
        lines.append(f"    {group.place or 'Весь файл'} ({group.count}): {words}")
    return "\n".join([*lines, *(effect_words(checked.effect) if checked.effect else ())])


def confirmed_words(held: Held) -> str:
    """Tell that a held delivery is in force now."""
    from warehouse.receipts.words import drop_words

    return f"Сдача {held.delivery} подтверждена и действует: вовлечённых обучающихся {drop_words(held.drop)}."


SCOPES = {"institution": "организация", "kind": "вид организаций", "municipality": "муниципалитет"}


def effect_words(effect: Effect) -> list[str]:
    """Tell what a file would change if it were submitted."""
    from warehouse.receipts.words import drop_words

    if effect.same:
        return ["  Если сдать: ничего не изменится, то же самое уже принято."]
    day = f"{effect.as_of:%d.%m.%Y}"
    if effect.replaces is None:
        lines = [f"  Если сдать: первая сдача на {day}. Обучающихся в списке участников: {effect.added}."]
    else:
        lines = [
            f"  Если сдать: заменит сдачу {effect.replaces} на {day}. Обучающихся в списке участников: "
            f"добавится {effect.added}, исчезнет {effect.gone}, изменится {effect.changed}."
        ]
    if effect.held_for is not None:
        lines.append(f"    Сдача будет удержана до подтверждения: вовлечённых {drop_words(effect.held_for)}.")
    return lines + [f"    {_moved_words(one)}" for one in effect.figures]


def _moved_words(one: MovedFigure) -> str:
    words = f"доля вовлечённых, {SCOPES[one.scope_type]} {one.scope_code}: {_share(one.before)} → {_share(one.after)}"
    if one.target is None or one.met_after is None:
        return f"{words}."
    crossed = one.met_before is not None and one.met_before != one.met_after
    state = "достигнута" if one.met_after else "не достигнута"
    return f"{words}; цель {_share(one.target)} {'теперь ' if crossed else ''}{state}."


def _share(value: Decimal | None) -> str:
    return "нет" if value is None else f"{value.normalize():f} %".replace(".", ",")


MARKED_WAYS = {
    "own": "Присланная книга с пометками",
    "rows": "Книга, составленная из присланных строк, с пометками (сам файл не xlsx или не правится безопасно)",
    "bare": "Только лист «Замечания»: строк файла не прочесть",
}


def marked_words(made: Marked) -> str:
    """Tell what was marked, and where it is."""
    return f"{MARKED_WAYS[made.mode]}. В ней персональные данные: передавайте её только отправителю.\n{made.path}"
