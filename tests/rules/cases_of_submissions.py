"""Cases of a whole submission: the register, the calendar, the plan, its own past."""

from __future__ import annotations

from expectations.rules.submission import FOUR_DOCUMENTS
from tests.rules.cases import Case
from tests.rules.numbers import snils

THREE_INVOLVED = {"Пары": """
    ID наставника | ID наставляемого | Дата начала | Дата завершения | Итог
    У-1           | У-2              | 01.10.2020  | 01.01.2021      | завершена
    У-1           | У-3              | 31.12.2021  |                 | продолжается
    У-1           | У-4              | 01.10.2020  | 31.12.2020      | завершена
"""}  # fmt: skip
# The last pair ended before the reporting year: У-4 was involved in it no more.


def enrolled(students: int) -> dict[str, str]:
    return {"Контингент": f"""
        Возраст, полных лет | Обучающихся
        13                  | {students}
    """}  # fmt: skip


def involved(students: int) -> dict[str, str]:
    mentees = "\n".join(f"У-1 | У-{number}" for number in range(2, students + 1))
    return {"Пары": f"ID наставника | ID наставляемого\n{mentees}"}


def version(text: str, found: str = "") -> dict[str, str]:
    return {"Организация": f"""
        Версия формы | {text} → {found}
    """}  # fmt: skip


def reported(on: str, found: str = "") -> dict[str, str]:
    return {"Организация": f"""
        Отчётная дата | {on} → {found}
    """, "Пары": """
        ID наставника | ID наставляемого | Дата начала
        У-1           | У-2              | 01.09.2020
    """}  # fmt: skip


CASES = [
    Case("unsupported-form-version", "a version of the future", version("2.0", "unsupported-form-version B")),
    Case("unsupported-form-version", "no version", version("", "unsupported-form-version B, required-cell-empty B")),
    Case("unsupported-form-version", "1.0"),
    Case("unsupported-form-version", "1, as Excel writes the number", version("1")),
    Case("unknown-institution", "a code that is not in the register", registered=False, found=("unknown-institution Организация!B2",)),
    Case("unknown-institution", "the first day of an entry", valid=("31.12.2021", "")),
    Case("unknown-institution", "the day before an entry begins", valid=("01.01.2022", ""), found=("unknown-institution Организация!B2",)),
    Case("unknown-institution", "the last day of an entry", valid=("01.09.2020", "31.12.2021")),
    Case("unknown-institution", "the day after an entry ended", valid=("01.09.2020", "30.12.2021"), found=("unknown-institution Организация!B2",)),
    Case("unknown-institution", "no code", {"Организация": """
        Код организации | → required-cell-empty B, unknown-institution B
    """}),
    Case("wrong-inbox-folder", "the folder of another", folder="TST-OTHER", found=("wrong-inbox-folder Организация!B2",)),
    Case("wrong-inbox-folder", "its own folder"),
    Case("bad-reporting-date", "not in the calendar", reported("30.12.2021", "bad-reporting-date B")),
    Case("bad-reporting-date", "in the future", reported("31.12.2022", "bad-reporting-date B")),
    Case("bad-reporting-date", "received the day before", received="30.12.2021", found=("bad-reporting-date Организация!B4",)),
    Case("bad-reporting-date", "received on the day itself", received="31.12.2021"),
    Case("bad-reporting-date", "no date; the code is not blamed for it", reported("", "bad-reporting-date B, required-cell-empty B")),
    Case("bad-reporting-date", "a date that could not be read", reported("конец года", "bad-reporting-date B, wrong-type B")),
    Case("enrolment-empty", "only zeros", enrolled(0), found=("enrolment-empty Контингент!B",)),
    Case("enrolment-empty", "no rows", exact={"Контингент": "Возраст, полных лет | Обучающихся"}, found=("enrolment-empty Контингент!B",)),
    Case("enrolment-empty", "no good row", {"Контингент": """
        Возраст, полных лет | Обучающихся
        30                  | 100         → out-of-range A
    """}, found=("enrolment-empty Контингент!B",)),
    Case("enrolment-empty", "one pupil", enrolled(1)),
    Case("participants-exceed-enrolment", "more pupils than enrolled", {**enrolled(1), **THREE_INVOLVED},
         found=("participants-exceed-enrolment Участники",)),
    Case("participants-exceed-enrolment", "as many pupils as enrolled", {**enrolled(4), **THREE_INVOLVED}),
    Case("participants-exceed-enrolment", "a third ID links a name with a СНИЛС: still one person", {**enrolled(1), "Участники": f"""
        Фамилия | СНИЛС
        Мнимый  |              → duplicate-person A
        Мнимый  | {snils(401)} → duplicate-person A
        Пробный | {snils(401)} → duplicate-person A
    """}),
    Case("participants-exceed-enrolment", "two СНИЛС of one name are two", {**enrolled(1), "Участники": f"""
        Фамилия | СНИЛС
        Мнимый  | {snils(401)}
        Мнимый  | {snils(402)}
    """}, found=("participants-exceed-enrolment Участники",)),
    Case("participants-exceed-enrolment", "one person under two IDs is one, adults are none, refused rows are none", {**enrolled(1), "Участники": """
        Фамилия | Категория
        Мнимый  | обучающийся → duplicate-person A
        Мнимый  | обучающийся → duplicate-person A
        Тестов  | студент
        Пробный | ученик      → not-in-list G
    """}),
    Case("late-submission", "by one day", received="16.01.2022", found=("late-submission Организация!B4",)),
    Case("late-submission", "on the last day", received="15.01.2022"),
    Case("enrolment-jump", "by exactly 20 % up", enrolled(120), past=(("31.12.2020", 100, 0),)),
    Case("enrolment-jump", "by over 20 % up", enrolled(1201), past=(("31.12.2020", 1000, 0),), found=("enrolment-jump Контингент!B",)),
    Case("enrolment-jump", "by exactly 20 % down", enrolled(80), past=(("31.12.2020", 100, 0),)),
    Case("enrolment-jump", "by over 20 % down", enrolled(799), past=(("31.12.2020", 1000, 0),), found=("enrolment-jump Контингент!B",)),
    Case("enrolment-jump", "against the newest of its past, which for a resubmission is the same date", enrolled(200),
         past=(("31.12.2020", 100, 0), ("31.12.2021", 200, 0))),
    Case("enrolment-jump", "never against what came later", enrolled(200), past=(("31.12.2022", 100, 0),)),
    Case("enrolment-jump", "an enrolment that is not there is told once", absent=("Контингент",), past=(("31.12.2020", 100, 0),),
         found=("missing-sheet Контингент",)),
    Case("participation-drop", "by exactly 50 %", THREE_INVOLVED, past=(("31.12.2020", 100, 6),)),
    Case("participation-drop", "by over 50 %", THREE_INVOLVED, past=(("31.12.2020", 100, 7),), found=("participation-drop Пары",)),
    Case("participation-drop", "by half a person over 50 %", involved(60), past=(("31.12.2020", 100, 121),), found=("participation-drop Пары",)),
    Case("participation-drop", "a rise", THREE_INVOLVED, past=(("31.12.2020", 100, 0),)),
    Case("participation-drop", "pairs that are not there are told once", absent=("Пары",), past=(("31.12.2020", 100, 7),),
         plans={"2021/2022": 3}, found=("missing-sheet Пары",)),
    *(Case("document-missing", f"no {absent}", {"Документы": "Вид документа\n" + "\n".join(one for one in FOUR_DOCUMENTS if one != absent)},
           found=("document-missing Документы",)) for absent in FOUR_DOCUMENTS),
    Case("document-missing", "one whose row is refused", {"Документы": """
        Вид документа                | Дата утверждения
        приказ о назначении куратора | 10.09.2020
        дорожная карта               | 10.09.2020
        положение о наставничестве   | 10.09.2020
        программа наставничества     |            → required-cell-empty C
    """}, found=("document-missing Документы",)),
    Case("document-missing", "all four, no sheet", absent=("Документы",), found=("document-missing Документы",) * 4),
    Case("document-missing", "none"),
    Case("fewer-than-planned", "below the plan", THREE_INVOLVED, plans={"2021/2022": 4}, found=("fewer-than-planned Пары",)),
    Case("fewer-than-planned", "the plan itself", THREE_INVOLVED, plans={"2021/2022": 3}),
    Case("fewer-than-planned", "the plan of another school year", THREE_INVOLVED, plans={"2020/2021": 75, "2022/2023": 75}),
    Case("fewer-than-planned", "the last day of a school year", reported("31.08.2021"), received="01.09.2021",
         plans={"2020/2021": 75, "2021/2022": 1}, found=("fewer-than-planned Пары",)),
    Case("fewer-than-planned", "the first day of a school year", reported("01.09.2021"), received="01.09.2021",
         plans={"2020/2021": 75, "2021/2022": 1}),
]  # fmt: skip
