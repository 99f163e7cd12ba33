"""What commands say in words."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.tables import printable

if TYPE_CHECKING:
    from warehouse.checking import Checked
    from warehouse.effect import Effect, Moved
    from warehouse.intake import IntakeSummary
    from warehouse.marked.marking import Marked

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
    if foreign:
        lines.append(f"Тревога: файлов, сданных в чужую папку: {foreign}. Чьи это папки, скажет nastavnik status.")
    if summary.unsettled:
        lines.append(f"Ещё записывается, оставлено до следующего раза: {summary.unsettled}.")
    if summary.odd:
        lines.append(f"Не файлы в папках организаций (ссылки, вложенные папки и прочее), не тронуто: {summary.odd}.")
    return "\n".join(lines)


def verdict_words(verdicts: Counter[str]) -> str:
    """Count deliveries by verdict: «принято целиком 12, не принято 1»."""
    return ", ".join(f"{words} {verdicts[code]}" for code, words in VERDICT_COUNTS.items() if verdicts[code])


def checked_words(checked: Checked) -> str:
    """Tell the verdict on one file and its findings by cause."""
    from warehouse.receipts.words import VERDICTS, section

    lines = [f"{printable(checked.path.name)}: {VERDICTS[checked.verdict].lower()}"]
    severity = None
    for group in checked.groups:
        if group.severity != severity:
            severity = group.severity
            lines.append(f"  {section(severity.value, checked.verdict)}")
        lines.append(f"    {group.place or 'Весь файл'} ({group.count}): {group.sentence} {group.remedy}")
    return "\n".join([*lines, *(effect_words(checked.effect) if checked.effect else ())])


SCOPES = {"institution": "организация", "kind": "вид организаций", "municipality": "муниципалитет"}


def effect_words(effect: Effect) -> list[str]:
    """Tell what a file would change if it were submitted."""
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
    return lines + [f"    {_moved_words(one)}" for one in effect.figures]


def _moved_words(one: Moved) -> str:
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
