"""Cases of whole rows: people, pairs, documents against the rest of the submission."""

from __future__ import annotations

from tests.rules.cases import Case
from tests.rules.numbers import inn, snils, spoiled

ONE, TWO = snils(201), snils(202)

CASES = [
    Case("duplicate-participant-id", "every row that repeats it, the first included; its pairs are left without", {"Участники": """
        ID участника
        У-1          → duplicate-participant-id A
        У-2
        У-1          → duplicate-participant-id A
        у-1
        У-3
    """, "Пары": """
        ID наставника | ID наставляемого
        У-2           | у-1
        У-1           | У-3              → unknown-participant B
    """}),
    Case("duplicate-age", "every row that repeats it", {"Контингент": """
        Возраст, полных лет | Обучающихся
        13                  | 100         → duplicate-age A
        14                  | 100
        13                  | 5           → duplicate-age A
    """}),
    Case("duplicate-partner", "every row that repeats it, however written", {"Партнёры": f"""
        ИНН
        {inn(301)}              → duplicate-partner A
        {inn(302)}
        {inn(301)[:4]} {inn(301)[4:]}  → duplicate-partner A
    """}),
    Case("duplicate-person", "one СНИЛС under two IDs", {"Участники": f"""
        Фамилия | СНИЛС
        Мнимый  | {ONE}   → duplicate-person A
        Пробный | {ONE}   → duplicate-person A
        Тестов  | {TWO}
        Пустой  |
        Другой  |
    """}),
    Case("duplicate-person", "one name and birth date, one of the two without a СНИЛС", {"Участники": f"""
        Фамилия | Имя  | Отчество | Дата рождения | СНИЛС
        Мнимый  | Фёдор | Ильич   | 15.05.2008    | {ONE}   → duplicate-person A
        мнимый  | Федор | Ильич   | 15.05.2008    |         → duplicate-person A
        Мнимый  | Фёдор |         | 15.05.2008    |
        Мнимый  | Фёдор | Ильич   | 16.05.2008    |
    """}),
    Case("duplicate-person", "one name and birth date, both without a СНИЛС", {"Участники": """
        Фамилия          | Отчество | Дата рождения
        Мнимый-Пробный   |          | 15.05.2008    → duplicate-person A
        Мнимый - Пробный |          | 15.05.2008    → duplicate-person A
        Пробный-Мнимый   |          | 15.05.2008
    """}),
    Case("duplicate-person", "one name and two valid СНИЛС are two people, whoever a third may be", {"Участники": f"""
        Фамилия | СНИЛС
        Мнимый  | {ONE}
        Мнимый  | {TWO}
        Мнимый  |
    """}),
    Case("duplicate-person", "beside two with a СНИЛС, two without are one", {"Участники": f"""
        Фамилия | СНИЛС
        Мнимый  | {ONE}
        Мнимый  | {TWO}
        Мнимый  |         → duplicate-person A
        Мнимый  |         → duplicate-person A
    """}),
    Case("duplicate-person", "a wrong СНИЛС is none", {"Участники": f"""
        Фамилия | СНИЛС
        Мнимый  | {spoiled(ONE)}   → bad-snils F
        Пробный | {spoiled(ONE)}   → bad-snils F
    """}),
    Case("duplicate-person", "one ID twice is another matter", {"Участники": f"""
        ID участника | Фамилия | СНИЛС
        У-1          | Мнимый  | {ONE}   → duplicate-participant-id A
        У-1          | Мнимый  | {ONE}   → duplicate-participant-id A
    """}),
    Case("unknown-participant", "in pairs and in surveys", {"Участники": """
        ID участника | Категория
        У-1          | обучающийся
        У-2          | ученик          → not-in-list G
        У-3          | обучающийся
    """, "Пары": """
        ID наставника | ID наставляемого
        У-1           | У-3
        У-2           | У-3               → unknown-participant B
        У-1           | У-2               → unknown-participant C
        У-7           | У-8               → unknown-participant B, unknown-participant C
        У-7           |                   → unknown-participant B, required-cell-empty C
    """, "Анкеты": """
        ID участника
        У-1
        У-2               → unknown-participant A
        У-9               → unknown-participant A
    """}),
    Case("self-mentoring", "told once, whatever the form", {"Пары": """
        ID наставника | ID наставляемого | Форма наставничества
        У-1           | У-1              | иная                 → self-mentoring C
        У-1           | У-1              | учитель – учитель    → self-mentoring C
        У-1           | У-2              | иная
        У-2           | У-1              | иная
    """}),
    Case("duplicate-pair", "same mentor, mentee, form and start", {"Пары": """
        ID пары | ID наставника | ID наставляемого | Форма наставничества | Дата начала | Дата завершения | Итог
        П-1     | У-1           | У-2              | ученик – ученик      | 01.10.2020  | 01.11.2020      | завершена
        П-2     | У-1           | У-2              | ученик – ученик      | 01.10.2020  |                 | продолжается → duplicate-pair A
        П-2     | У-1           | У-2              | ученик – ученик      | 02.10.2020  |                 | продолжается
        П-2     | У-1           | У-2              | иная                 | 01.10.2020  |                 | продолжается
        П-2     | У-2           | У-1              | ученик – ученик      | 01.10.2020  |                 | продолжается
        П-2     | У-1           | У-3              | ученик – ученик      | 01.10.2020  |                 | продолжается
    """}),
    Case("duplicate-pair", "rows that lack what they are compared by are no repeats", {"Пары": """
        ID наставника | ID наставляемого | Дата начала
        У-1           | У-2              | 1 октября   → wrong-type H
        У-1           | У-2              | осенью      → wrong-type H
        У-1           |                  | 01.10.2021  → required-cell-empty C
        У-1           |                  | 01.10.2021  → required-cell-empty C
    """}),
    Case("ends-before-start", "by one day", {"Пары": """
        ID наставника | ID наставляемого | Дата начала | Дата завершения | Итог
        У-1           | У-2              | 01.10.2020  |                 | продолжается
        У-1           | У-3              | 01.10.2020  | 01.10.2020      | завершена
        У-1           | У-4              | 01.10.2020  | 30.09.2020      | завершена    → ends-before-start I
    """}),
    Case("starts-after-reporting-date", "by one day", {"Пары": """
        ID наставника | ID наставляемого | Дата начала | Дата завершения
        У-1           | У-2              | 31.12.2021  |
        У-1           | У-3              | 01.01.2022  |                 → starts-after-reporting-date H
        У-1           | У-4              | 01.02.2022  | 01.01.2022      → starts-after-reporting-date H, ends-before-start I
    """}),
    Case("outcome-contradicts-dates", "ended, open, and ending on the reporting date or after it", {"Пары": """
        ID наставника | ID наставляемого | Дата завершения | Итог
        У-1           | У-2              |                 | продолжается
        У-1           | У-3              |                 | прервана
        У-1           | У-4              |                 | завершена    → outcome-contradicts-dates J
        У-1           | У-5              | 30.12.2021      | завершена
        У-1           | У-6              | 30.12.2021      | прервана
        У-1           | У-7              | 30.12.2021      | продолжается → outcome-contradicts-dates J
        У-1           | У-8              | 31.12.2021      | продолжается
        У-1           | У-9              | 31.12.2021      | завершена
        У-1           | У-10             | 01.01.2022      | продолжается
        У-1           | У-11             | 01.01.2022      | завершена    → outcome-contradicts-dates J
    """}),
    Case("outcome-contradicts-dates", "an end that could not be read is not an open pair", {"Пары": """
        ID наставника | ID наставляемого | Дата завершения | Итог
        У-1           | У-2              | май 2021        | завершена    → wrong-type I
    """}),
    Case("form-role-mismatch", "who mentors whom in each form", {"Участники": """
        ID участника | Категория
        уч           | обучающийся
        уч-2         | обучающийся
        ст           | студент
        мс           | молодой специалист
        пр           | педагогический работник
        пр-2         | педагогический работник
        рп           | работник предприятия
        вып          | выпускник
    """, "Пары": """
        ID наставника | ID наставляемого | Форма наставничества
        уч            | уч-2             | ученик – ученик
        ст            | уч               | ученик – ученик       → form-role-mismatch D
        уч            | ст               | ученик – ученик       → form-role-mismatch D
        пр            | мс               | учитель – учитель
        пр            | пр-2             | учитель – учитель
        мс            | пр               | учитель – учитель     → form-role-mismatch D
        пр            | уч               | учитель – учитель     → form-role-mismatch D
        ст            | уч               | студент – ученик
        уч            | ст               | студент – ученик      → form-role-mismatch D
        рп            | уч-2             | студент – ученик      → form-role-mismatch D
        ст            | пр               | студент – ученик      → form-role-mismatch D
        рп            | уч               | работодатель – ученик
        вып           | уч               | работодатель – ученик → form-role-mismatch D
        рп            | ст               | работодатель – ученик → form-role-mismatch D
        рп            | ст               | работодатель – студент
        рп            | уч               | работодатель – студент → form-role-mismatch D
        вып           | ст               | работодатель – студент → form-role-mismatch D
        пр            | уч               | педагог – ученик
        мс            | уч               | педагог – ученик
        вып           | уч               | педагог – ученик      → form-role-mismatch D
        пр            | мс               | педагог – ученик      → form-role-mismatch D
        вып           | рп               | иная
        уч            | пр               | иная
    """}),
    Case("upper-grade-in-basic-school", "classes 10 and 11 of an ООШ", {"Участники": """
        Класс / объединение
        1А
        1 «А»
        9
        10А                 → upper-grade-in-basic-school H
        10                  → upper-grade-in-basic-school H
        11                  → upper-grade-in-basic-school H
        11-Б                → upper-grade-in-basic-school H
        110
        12
        1-10
    """}, level="ООШ"),
    Case("upper-grade-in-basic-school", "classes 10 and 11 of a СОШ", {"Участники": """
        Класс / объединение
        10А
        11
    """}),
    Case("participant-without-pair", "in no pair; a mentor, a mentee, one of a refused pair are in one", {"Участники": """
        ID участника
        У-1
        У-2
        У-3           → participant-without-pair A
        У-4
    """, "Пары": """
        ID наставника | ID наставляемого
        У-1           | У-2
        У-9           | У-4              → unknown-participant B
    """}),
    Case("consent-missing", "no date of consent", {"Участники": """
        Имя  | Дата согласия
        Пётр | 01.09.2020
        Пётр |                → consent-missing K
        Пётр | в сентябре     → wrong-type K
    """}),
    Case("consent-withdrawn", "by the reporting date", {"Участники": """
        Дата согласия | Дата отзыва согласия
        01.09.2020    |
        01.09.2020    | 30.12.2021           → consent-withdrawn L
        01.09.2020    | 31.12.2021           → consent-withdrawn L
        01.09.2020    | 01.01.2022
    """}),
    Case("document-late", "agreed after the day of item 6.7", {"Документы": """
        Вид документа               | Дата согласования
        дорожная карта              | 01.10.2020
        положение о наставничестве  | 02.10.2020        → document-late E
        программа наставничества    | 15.01.2021        → document-late E
        программа наставничества    |
        приказ о назначении куратора | 15.01.2021
        приказ о внедрении          | 15.01.2021
        приказ о закреплении пар    | 15.01.2021
    """}),
    Case("document-late", "late and by the wrong hands", {"Документы": """
        Вид документа                | Дата согласования | Согласовано
        приказ о назначении куратора | 15.09.2020        | иное
        дорожная карта               | 01.10.2021        | иное         → document-late E, document-wrong-approver D
        положение о наставничестве   | 15.09.2020        | начальник информационно-методического отдела
        программа наставничества     | 15.09.2020        | начальник информационно-методического отдела
    """}),
    Case("document-wrong-approver", "at a school", {"Документы": """
        Вид документа               | Согласовано
        дорожная карта              | начальник информационно-методического отдела
        положение о наставничестве  | главный специалист отдела общего и дошкольного образования → document-wrong-approver D
        программа наставничества    | иное              → document-wrong-approver D
        программа наставничества    |
        приказ о назначении куратора | иное
        приказ о внедрении          | иное
        дорожная карта              | директор          → not-in-list D
    """}),
    Case("document-wrong-approver", "at an institution of additional education", {"Документы": """
        Вид документа               | Согласовано
        дорожная карта              | начальник информационно-методического отдела → document-wrong-approver D
        положение о наставничестве  | главный специалист отдела общего и дошкольного образования
        программа наставничества    | главный специалист отдела общего и дошкольного образования
        приказ о назначении куратора | начальник информационно-методического отдела
    """}, kind="УДО", level="УДО"),
]  # fmt: skip
