"""The first sheet of a template: how to fill it in, for a school's secretary."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter.worksheet import Worksheet

from expectations.structure import Form
from expectations.template.filling import Filling
from expectations.template.looks import (
    ACCENT,
    ACCENT_PALE,
    BROKEN,
    BROKEN_INK,
    INK,
    LINE,
    MISSING,
    QUIET,
    REQUIRED,
    WHITE,
    Looks,
)

WIDTHS = (4, 26, 76)
LINE_SIGNS, LINE_HEIGHT = 84, 16  # of the widest column
DATE_FORMAT = "%d.%m.%Y"

STEPS = (
    "Проверьте лист «{first}»: код и наименование организации, отчётную дату. Впишите куратора и число педагогов.",
    "Заполните остальные листы по порядку. Строка под заголовками — одна запись; "
    "пустых строк между записями не оставляйте.",
    "Сведения нужны на отчётную дату вместе с историей: завершённые пары не удаляйте, "
    "а укажите дату завершения и итог.",
    "Где в ячейке есть список, выбирайте значение из него. "
    "Подсказка появляется, когда ячейка выбрана или мышь наведена на заголовок.",
    "Даты пишите как ДД.ММ.ГГГГ, например 01.09.2020. Числа — без слов и единиц измерения.",
    "Скопированное из другой книги вставляйте «только значения» (Специальная вставка → Значения), "
    "чтобы сохранились списки и проверки.",
    "Прежде чем сдать, пролистайте листы: оранжевых и красных ячеек остаться не должно.",
    "Сохраните книгу как «Книга Excel (.xlsx)», без пароля. Имя файла может быть любым.",
)
SENDING = (
    "Положите файл в папку своей организации{folder}, которую открыло управление образования.",
    "В ответ придёт протокол: что принято, что нужно исправить и в каких ячейках. Исправив, сдайте всю "
    "книгу снова: новая сдача на ту же дату заменяет прежнюю целиком.",
    "Листы {ignored} не читаются; остальные листы не переименовывайте и заголовки не меняйте.",
    "В книге есть личные сведения участников. Не пересылайте её по открытой почте и в мессенджерах, "
    "не храните лишних копий.",
)
DEADLINE = "Срок сдачи — до {date} включительно."
NO_DEADLINE = "Срок сдачи — по календарю отчётности управления образования."
# sample, its look, what it means
LEGEND: tuple[tuple[str, dict[str, object], str], ...] = (
    ("Заголовок *", {"bg_color": ACCENT, "font_color": WHITE, "bold": True},
     "столбец обязателен: ячейка заполняется в каждой строке"),
    ("Заголовок", {"bg_color": ACCENT_PALE, "bold": True},
     "столбец заполняется, если сведения есть или того требует подсказка"),
    (" ", {"bg_color": REQUIRED}, "сюда нужно вписать значение"),
    (" ", {"bg_color": MISSING}, "строка начата, а обязательная ячейка пуста"),
    ("ошибка", {"bg_color": BROKEN, "font_color": BROKEN_INK},
     "значение не подходит: не из списка, не дата, вне границ, повторяется"),
)  # fmt: skip


def write_instruction(target: Worksheet, form: Form, filling: Filling, looks: Looks) -> None:
    """Write how to fill in, where to send, what the colours mean, and links to the sheets."""
    for place, width in enumerate(WIDTHS):
        target.set_column(place, place, width)
    page = _Page(target, looks)
    page.title("Наставничество: сведения организации", " · ".join(_addressed(form, filling)))
    page.numbered("Как заполнить", [step.format(first=form.sheets[0].title) for step in STEPS])
    page.numbered("Срок и куда сдать", list(_sending(form, filling)))
    page.legend()
    page.contents(form)
    target.hide_gridlines(2)
    target.set_paper(9)  # A4
    target.fit_to_pages(1, 1)
    target.protect()


def _addressed(form: Form, filling: Filling) -> Iterator[str]:
    yield f"Форма {form.version}"
    if filling.institution_name:
        yield filling.institution_name
    if filling.as_of is not None:
        yield f"на {filling.as_of.strftime(DATE_FORMAT)}"


def _sending(form: Form, filling: Filling) -> Iterator[str]:
    due = filling.due_on
    yield NO_DEADLINE if due is None else DEADLINE.format(date=due.strftime(DATE_FORMAT))
    folder = f" ({filling.institution_code})" if filling.institution_code else ""
    ignored = " и ".join(f"«{title}»" for title in form.ignored_sheets)
    yield from (line.format(folder=folder, ignored=ignored) for line in SENDING)
    if filling.contact:
        yield f"Вопросы: {filling.contact}."


class _Page:
    """The instruction written from top to bottom: each part starts where the last one ended."""

    def __init__(self, target: Worksheet, looks: Looks) -> None:
        self._target, self._looks, self._line = target, looks, 0
        self._text = looks.made(text_wrap=True, valign="top", align="left", indent=1)
        self._number = looks.made(font_color=ACCENT, bold=True, valign="top", align="right")
        self._name = looks.made(bold=True, valign="top")

    def title(self, title: str, below: str) -> None:
        self._target.set_row(0, 36)
        self._target.write_string(0, 0, title, self._looks.made(bold=True, font_size=20, font_color=ACCENT))
        self._target.write_string(1, 0, below, self._looks.made(font_size=12, font_color=QUIET))
        self._line = 2

    def _heading(self, text: str) -> None:
        self._target.set_row(self._line, 30)
        heading = self._looks.made(bold=True, font_size=14, font_color=INK, valign="bottom")
        self._target.write_string(self._line, 0, text, heading)
        self._line += 1

    def numbered(self, heading: str, lines: list[str]) -> None:
        self._heading(heading)
        for number, text in enumerate(lines, start=1):
            height = LINE_HEIGHT * (1 + len(text) // (LINE_SIGNS + WIDTHS[1] // 2)) + 3
            self._target.set_row(self._line, height)
            self._target.write_number(self._line, 0, number, self._number)
            self._target.merge_range(self._line, 1, self._line, 2, text, self._text)
            self._line += 1

    def legend(self) -> None:
        self._heading("Что значат цвета")
        for sample, look, meaning in LEGEND:
            self._target.set_row(self._line, LINE_HEIGHT + 4)
            shown = self._looks.made(align="center", border=1, border_color=LINE, **look)
            self._target.write_string(self._line, 1, sample, shown)
            self._target.write_string(self._line, 2, meaning, self._looks.made(indent=1))
            self._line += 1

    def contents(self, form: Form) -> None:
        self._heading("Листы")
        link = self._looks.made(font_color=ACCENT, underline=1, valign="top")
        for sheet in form.sheets:
            need = "обязателен" if sheet.required else "заполняется, если есть что указать"
            text = f"{sheet.description} Лист {need}."
            self._target.set_row(self._line, LINE_HEIGHT * (1 + len(text) // LINE_SIGNS) + 3)
            self._target.write_url(self._line, 1, f"internal:'{sheet.title}'!A1", link, sheet.title)
            self._target.write_string(self._line, 2, text, self._text)
            self._line += 1
