"""Cases of single cells: what a cell may hold. `cases_of_columns` has one for each column of the form."""

from __future__ import annotations

from tests.rules.cases import Case
from tests.rules.delivered import workbook
from tests.rules.numbers import inn, inn_of_person, snils, spoiled

CASES = [
    Case("required-cell-empty", "empty, and only spaces", {"Участники": """
        Фамилия     | Имя  | Отчество
        Мнимый      | Пётр | Ильич
        Мнимый-Иной | Пётр |
        Мнимый      |      | Ильич    → required-cell-empty C
                    | Пётр | Ильич    → required-cell-empty B
    """}),
    Case("required-cell-empty", "what a category must have", {"Участники": """
        Категория              | Класс / объединение | Стаж, лет | ИНН партнёра
        обучающийся            |                     |           |              → required-cell-empty H
        студент                |                     |           |
        молодой специалист     |                     |           |              → required-cell-empty I
        педагогический работник |                    |           |              → required-cell-empty I
        работник предприятия   |                     |           |              → required-cell-empty J
        выпускник              |                     |           |
        родитель               |                     |           |
        иное                   |                     |           |
    """}),
    Case("required-cell-empty", "a cell that could not be read is not an empty one", {"Участники": """
        Дата рождения | Категория | Стаж, лет
        31.02.2008    | обучающийся |         → wrong-type E
        15.05.1980    | педагогический работник | много → wrong-type I
    """}),
    Case("wrong-type", "dates", {"Пары": """
        ID наставника | ID наставляемого | Дата начала
        У-1           | У-2              | 01.10.2021
        У-1           | У-3              | 2021-10-01
        У-1           | У-4              | 01.10.21     → wrong-type H
        У-1           | У-5              | 31.11.2021   → wrong-type H
        У-1           | У-6              | октябрь      → wrong-type H
        У-1           | У-7              | 44470        → wrong-type H
    """}),
    Case("wrong-type", "whole numbers", {"Контингент": """
        Обучающихся
        100
        100,0
        1 000
        12,5          → wrong-type B
        сто           → wrong-type B
        около 100     → wrong-type B
    """}),
    Case("wrong-type", "numbers and addresses", {"Мероприятия": """
        Часов
        1,5
        2.5
        два           → wrong-type E
    """, "Практики": """
        Ссылка
        https://example.org/a
        HTTP://EXAMPLE.ORG
        example.org   → wrong-type G
        ftp://example.org → wrong-type G
    """}),
    Case("formula-without-value", "a formula no program has counted", {"Контингент": """
        Возраст, полных лет | Обучающихся
        13                  | 100
        14                  | =СУММ(B2)   → formula-without-value B
    """}, file=workbook),
    Case("formula-without-value", "a text that begins as a formula, in a file without formulas", {"Практики": """
        Название
        =Вместе
    """}),
    Case("excel-error-value", "errors of Excel in both languages", {"Мероприятия": """
        Название     | Участников | Часов
        Встреча      | 12         |
        #Н/Д         | 12         |       → excel-error-value C
        Встреча      | #ССЫЛКА!   | #DIV/0! → excel-error-value D, excel-error-value E
        № 7 и № 8    | 12         |
    """}),
    Case("not-in-list", "how a value may be spelled", {"Участники": """
        Категория
        обучающийся
        Обучающийся
        ОБУЧАЮЩИЙСЯ
        ученик                → not-in-list G
        обучающийся, студент  → not-in-list G
    """, "Пары": """
        ID наставника | ID наставляемого | Форма наставничества | Итог
        У-1           | У-2              | ученик – ученик      | продолжается
        У-2           | У-3              | Ученик-Ученик        | Продолжается
        У-3           | У-1              | ученик — ученик      | прервана
        У-1           | У-3              | ученик ученик        | идёт         → not-in-list D, not-in-list J
        У-1           | У-4              | ученик – ученик      | продолжается → unknown-participant C
        У-1           | У-5              | ученик – ученик      | продолжается → unknown-participant C
    """}),
    Case("out-of-range", "the ages of an enrolment", {"Контингент": """
        Возраст, полных лет | Обучающихся
        2                   | 10          → out-of-range A
        3                   | 10
        25                  | 0
        26                  | 10          → out-of-range A
        14                  | -1          → out-of-range B
    """}),
    Case("out-of-range", "years of experience", {"Участники": """
        Категория               | Стаж, лет
        молодой специалист      | 0
        молодой специалист      | 3
        молодой специалист      | 4         → out-of-range I
        молодой специалист      | 71        → out-of-range I
        педагогический работник | 4
        педагогический работник | 70
        педагогический работник | 71        → out-of-range I
        педагогический работник | -1        → out-of-range I
    """}),
    Case("out-of-range", "marks, and the score of a curator", {"Анкеты": """
        ID участника | Комфорт | Удовлетворённость
        У-1          | 1       | 10
        У-1          | 0       | 1         → out-of-range F
        У-1          | 5       | 11        → out-of-range I
    """, "Мониторинг": """
        Показатель              | До | После
        анкета куратора, баллов | 18 | 18
        анкета куратора, баллов | 18 | 18,5 → out-of-range C
        анкета куратора, баллов | 18 | 0
        анкета куратора, баллов | 18 | -1   → out-of-range C
        жалоб                   | 18 | 19
    """}),
    Case("out-of-range", "the length of an ID", {"Участники": f"""
        ID участника
        {"У" * 20}
        {"У" * 21}    → out-of-range A
    """}),
    Case("out-of-range", "more young specialists than teachers", {"Организация": """
        Педагогических работников   | 4
        из них молодых специалистов | 5 → out-of-range B
    """}),
    Case("out-of-range", "all teachers are young", {"Организация": """
        Педагогических работников   | 4
        из них молодых специалистов | 4
    """}),
    Case("bad-snils", "spellings and checksums", {"Участники": f"""
        СНИЛС
        {snils(112233445)}
        112-233-446 {snils(112233446)[-2:]}
        {spoiled(snils(112233447))}    → bad-snils F
        {snils(112233448)[:10]}        → bad-snils F
        {snils(112233449)}1            → bad-snils F
        нет                            → bad-snils F

        087-654-303 00
        {snils(2000)}
    """}),
    Case("bad-inn", "ten and twelve digits", {"Партнёры": f"""
        ИНН
        {inn(770708389)}
        {inn_of_person(5001007322)}
        {spoiled(inn(770708388))}            → bad-inn A
        {spoiled(inn_of_person(5001007323))} → bad-inn A
        {inn(770708387)}0                    → bad-inn A
        {inn(770708386)[1:]}                 → bad-inn A
        {inn(7)}
    """, "Участники": f"""
        Категория            | ИНН партнёра
        работник предприятия | {inn(770708389)}
        работник предприятия | {spoiled(inn(770708389))} → bad-inn J
        выпускник            | не знаю                   → bad-inn J
        выпускник            |
    """}),
    Case("bad-name", "letters, hyphens, apostrophes", {"Участники": """
        Фамилия            | Имя      | Отчество
        О'Мнимая           | Анна-Мария | Ибрагим кызы
        Мнимая – Пробная   | Ё        | Оглы
        Müller             | Jörg     |
        Мнимый2            | Пётр     | Ильич   → bad-name B
        Мнимый             | Пётр?    | Ильич   → bad-name C
        Мнимый             | Пётр     | -       → bad-name D
        Мнимый (Пробный)   | Пётр     | Ильич   → bad-name B
        Мнимый_            | 1        | Ильич   → bad-name B, bad-name C
    """}),
    Case("mixed-alphabet", "Latin look-alikes in a Russian name", {"Участники": """
        Фамилия   | Имя     | Отчество
        Мнимoв    | Пётр    | Ильич    → mixed-alphabet B
        Пробный   | Пeтр    | Ильич    → mixed-alphabet C
        Smith     | John    |
    """}),
    Case("mixed-alphabet", "read as Cyrillic, the two are one person", {"Участники": """
        Фамилия   | Имя     | Отчество
        Мнимoв    | Пётр    | Ильич    → mixed-alphabet B, duplicate-person A
        МНИМОВ    | Петр    | Ильич    → duplicate-person A
    """}),
    Case("age-implausible", "a pupil of 5 to 21 at the reporting date", {"Участники": """
        Категория   | Дата рождения
        обучающийся | 31.12.2016
        обучающийся | 01.01.2017    → age-implausible E
        обучающийся | 01.01.2000
        обучающийся | 31.12.1999    → age-implausible E
        обучающийся | 01.01.2022    → age-implausible E
    """}),
    Case("age-implausible", "another of 14 at the least", {"Участники": """
        Категория            | Дата рождения
        студент              | 31.12.2007
        студент              | 01.01.2008    → age-implausible E
        выпускник            | 01.01.1930
        молодой специалист   | 01.01.2008    → age-implausible E
        педагогический работник | 01.01.2008 → age-implausible E
        работник предприятия | 01.01.2008    → age-implausible E
        выпускник            | 01.01.2008    → age-implausible E
        родитель             | 15.05.2018    → age-implausible E
        иное                 | 01.01.2008    → age-implausible E
    """}),
    Case("age-implausible", "born on 29 February", {"Организация": """
        Отчётная дата | 31.08.2021
    """, "Участники": """
        Категория | Дата рождения
        студент   | 29.02.2004
        студент   | 31.08.2007
        студент   | 01.09.2007    → age-implausible E
    """, "Пары": """
        ID пары | ID наставника | ID наставляемого | Дата начала
        П-1     | У-1           | У-2              | 01.10.2020
        П-1     | У-1           | У-3              | 01.10.2020
    """}, received="01.09.2021"),
    Case("name-differs-from-register", "another name", {"Организация": """
        Наименование организации | МБОУ СОШ № 8 → name-differs-from-register B
    """}),
    Case("name-differs-from-register", "the name in other signs", {"Организация": """
        Наименование организации | мбоу  сош №7
    """}),
    Case("name-differs-from-register", "an alias", {"Организация": """
        Наименование организации | «Школа 7»
    """}),
    Case("name-differs-from-register", "no name is told once", {"Организация": """
        Наименование организации | → required-cell-empty B
    """}),
]  # fmt: skip
