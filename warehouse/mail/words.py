"""The Russian of letters: who is written to, what happened, what to do, whom to ask. Nothing of a person."""

from __future__ import annotations

from collections import Counter
from datetime import date

from expectations.rules.structure import Severity
from warehouse.collection.expected import ReportingDate
from warehouse.mail.owing import Owed, Reason
from warehouse.receipts.contents import Receipt
from warehouse.receipts.words import sender, title_of, what_next
from warehouse.release.wording import counted, day, number

HELLO = "Здравствуйте!"
ENCLOSED = (
    "К письму приложена ваша книга, в которой отмечены ячейки с замечаниями; исправлять можно прямо в ней. Книга "
    "открывается паролем вашей организации; в письмах его нет. Если вы его не знаете, спросите его в управлении "
    "образования."
)
AUTOMATIC = "Письмо составлено программой, отвечать на него не нужно."
CROSSED = "Если вы уже прислали сведения сегодня, это письмо можно не учитывать."
REASONS = {
    Reason.MISSING: "ничего не поступило",
    Reason.HELD: "сдача ждёт подтверждения",
    Reason.REJECTED: "последний файл не принят",
}
DAYS = ("день", "дня", "дней")
ROWS = ("строка", "строки", "строк")
SEVERITIES = {
    Severity.FATAL: ("отказ", "отказа", "отказов"),
    Severity.ERROR: ("ошибка", "ошибки", "ошибок"),
    Severity.WARNING: ("предупреждение", "предупреждения", "предупреждений"),
}


def _letter(contact: str | None, *paragraphs: str) -> str:
    ask = f"Вопросы: {contact}." if contact else ""
    return "\n\n".join(filter(None, (HELLO, *paragraphs, ask, AUTOMATIC))) + "\n"


def reminder_subject(owed: Owed, on: date) -> str:
    """Head a reminder."""
    what = f"сведения о наставничестве на {day(owed.date.as_of)}"
    due = day(owed.date.due_on)
    when = f"срок сдачи {due}" if on <= owed.date.due_on else f"срок сдачи прошёл {due}"
    return f"Напоминание: {what}, {when}, {owed.institution.name}"


def reminder_body(owed: Owed, on: date, contact: str | None) -> str:
    """Word a reminder."""
    who = f"{owed.institution.name} (код {owed.institution.code})."
    return _letter(contact, who, *_state(owed), _deadline(owed.date, on), CROSSED)


def _state(owed: Owed) -> tuple[str, ...]:
    as_of = day(owed.date.as_of)
    if owed.reason is Reason.MISSING:
        return (
            f"Сведения о наставничестве на {as_of} от вас ещё не поступили.",
            "Что сделать: заполните книгу и положите её в свою папку для приёма, как обычно.",
        )
    if owed.reason is Reason.HELD:
        return (
            f"Сведения о наставничестве на {as_of} от вас получены, но ещё не действуют: они ждут подтверждения.",
            "Что сделать: посмотрите протокол (он лежит в вашей папке). Если всё верно, сообщите об этом управлению "
            "образования; если нет, исправьте книгу и пришлите её снова целиком.",
        )
    causes = ";\n".join(f"– {cause[0].lower() + cause[1:]}" for cause in owed.causes)
    return tuple(filter(None, (
        f"Последний присланный вами файл со сведениями о наставничестве на {as_of} не принят:\n{causes}.",
        "Пока действуют сведения, принятые от вас раньше." if owed.still_in_force else "",
        "Что сделать: исправьте книгу по протоколу (он лежит в вашей папке) и пришлите её снова целиком.",
    )))  # fmt: skip


def _deadline(date_: ReportingDate, on: date) -> str:
    due = day(date_.due_on)
    if on == date_.due_on:
        return f"Срок сдачи — сегодня, {due}."
    if on < date_.due_on:
        return f"Срок сдачи — {due}, через {counted((date_.due_on - on).days, DAYS)}."
    return f"Срок сдачи прошёл {due}, но сведения ещё принимаются до {day(date_.closes_on)} включительно."


def notice_subject(receipt: Receipt) -> str:
    """Head the news of one delivery."""
    return f"{title_of(receipt)}: сведения о наставничестве{_as_of(receipt)}, {receipt.institution_name}"


def notice_body(receipt: Receipt, protocol: str, contact: str | None, *, enclosed: bool = False) -> str:
    """Word the news of one delivery, whose protocol lies at a path; `enclosed`: its marked workbook goes along."""
    came = f"{receipt.received_at:%d.%m.%Y в %H:%M}"
    what = f"Файл со сведениями о наставничестве{_as_of(receipt)}, полученный {came}, проверен."
    if receipt.late:
        what += " Он пришёл после срока сдачи."
    verdict = f"{title_of(receipt)}. {what_next(receipt, where='в протоколе')}"
    where = f"Протокол проверки, где всё показано по строкам, лежит в вашей папке:\n{protocol}"
    book = (ENCLOSED,) if enclosed else ()
    return _letter(contact, f"{sender(receipt)}.", what, verdict, *_counts(receipt), where, *book)


def _as_of(receipt: Receipt) -> str:
    return f" на {day(receipt.as_of)}" if receipt.as_of else ""


def _counts(receipt: Receipt) -> tuple[str, ...]:
    lines = []
    if receipt.counts:
        of = receipt.totals
        lines.append(
            f"Прочитано {counted(of.read, ROWS)}: загружено {number(of.stored)}, отложено {number(of.quarantined)}, "
            f"пропущено {number(of.skipped)}."
        )
    found = Counter(Severity(one.severity) for one in receipt.findings)
    if found:
        words = ", ".join(counted(found[severity], SEVERITIES[severity]) for severity in Severity if found[severity])
        lines.append(f"Замечания: {words}.")
    return ("\n".join(lines),) if lines else ()


def escalation_subject(date_: ReportingDate, missing: int, expected: int) -> str:
    """Head the department's list."""
    return f"Не сдали сведения о наставничестве на {day(date_.as_of)}: {number(missing)} из {number(expected)}"


def escalation_body(date_: ReportingDate, owing: list[Owed], expected: int, unreached: set[str]) -> str:
    """Word the department's list: who owes, and which of them no letter reaches."""
    lines = "\n".join(
        f"– {one.institution.name} ({one.institution.code}): "
        + REASONS[one.reason]
        + ("; письмо не ушло, адреса нет" if one.institution.code in unreached else "")
        for one in owing
    )
    return _letter(
        None,
        f"Срок сдачи сведений о наставничестве на {day(date_.as_of)} прошёл {day(date_.due_on)}. "
        f"Не сдали {number(len(owing))} из {number(expected)}:\n{lines}",
        f"Сведения принимаются до {day(date_.closes_on)} включительно. Кто сдал, показывает команда nastavnik status.",
    )
