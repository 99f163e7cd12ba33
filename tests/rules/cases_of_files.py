"""Cases of the file and its sheets: what refuses a submission before its rows are looked at."""

from __future__ import annotations

from tests.rules.cases import Case
from tests.rules.delivered import csv_archive, cut_short, locked, with_a_stranger, with_long_text, workbook

CASES = [
    Case("unreadable-file", "an archive cut short", file=cut_short, found=("unreadable-file",)),
    Case("unreadable-file", "an archive of CSV files"),
    Case("unreadable-file", "a workbook", file=workbook),
    Case("password-protected", "an encrypted archive", file=locked, found=("password-protected",)),
    Case("password-protected", "an open archive"),
    Case("too-large", "a text longer than a cell may hold", file=with_long_text, found=("too-large",)),
    Case("too-large", "a text as long as a cell may hold", {"Практики": f"""
        Название     | →
        {"а" * 32_767}
    """}),
    Case("unsafe-archive", "a file that climbs out of the archive", file=with_a_stranger, found=("unsafe-archive",)),
    Case("unsafe-archive", "nothing but sheets of the form", {"Практики": """
        Название
        Вместе
    """}),
    Case("missing-sheet", "no pairs; nobody is told to be without one", absent=("Пары",), found=("missing-sheet Пары",)),
    Case("missing-sheet", "no organisation", absent=("Организация",), found=("missing-sheet Организация",)),
    Case("missing-sheet", "the optional sheets are absent", absent=("Анкеты", "Мероприятия", "Партнёры", "Практики", "Мониторинг")),
    Case("duplicate-sheet", "two sheets with one title", found=("duplicate-sheet Мониторинг",),
         file=lambda sheets: csv_archive([*sheets, ("Мониторинг", [["Показатель"]]), ("мониторинг ", [["Показатель"]])])),
    Case("duplicate-sheet", "one sheet of each title", {"Мониторинг": """
        Показатель | До | После
        жалоб      | 1  | 0
    """}),
    Case("missing-column", "a required heading is absent", found=("missing-column Контингент",), exact={"Контингент": """
        Возраст, полных лет | Учеников → unknown-column B
        13                  | 100
    """}),
    Case("missing-column", "a required label is absent", found=("missing-column Организация",), exact={"Организация": """
        Версия формы                    | 1.0
        Наименование организации        | СОШ 7
        Отчётная дата                   | 31.12.2021
        Педагогических работников       | 40
        из них молодых специалистов     | 4
        Куратор                         | Пробная Анна Ивановна
    """}),
    Case("missing-column", "an optional heading is absent", exact={"Контингент": """
        Обучающихся * | Возраст, полных лет:
        100           | 13
    """}),
    Case("duplicate-column", "a heading stands twice", exact={"Контингент": """
        Возраст, полных лет | Обучающихся | обучающихся → duplicate-column C
        13                  | 100         | 200
    """}),
    Case("duplicate-column", "a label stands twice", exact={"Организация": """
        Версия формы                    | 1.0
        Код организации                 | TST
        Наименование организации        | СОШ 7
        Отчётная дата                   | 31.12.2021
        Педагогических работников       | 40
        из них молодых специалистов     | 4
        Куратор                         | Пробная Анна Ивановна
        Куратор                         | Мнимая Анна Ивановна → duplicate-column B
    """}, found=("unknown-institution Организация!B2", "wrong-inbox-folder Организация!B2")),
    Case("duplicate-column", "headings that only look alike", exact={"Контингент": """
        Возраст, полных лет | Обучающихся | Обучающихся всего → unknown-column C
        13                  | 100         | 200
    """}),
    Case("unknown-column", "a column of the school's own", {"Мониторинг": """
        Показатель | До | После | Заметки → unknown-column D
        жалоб      | 1  | 0     | проверено
    """}),
    Case("unknown-column", "a label of the school's own", {"Организация": """
        Директор | Мнимый Пётр Ильич → unknown-column A
    """}),
    Case("unknown-column", "an empty column without a heading", exact={"Мониторинг": """
        Показатель |  | До | После
        жалоб      |  | 1  | 0
    """}),
    Case("unknown-sheet", "a sheet of the school's own", found=("unknown-sheet Мои заметки",),
         file=lambda sheets: workbook([*sheets, ("Мои заметки", [["для себя"]])])),
    Case("unknown-sheet", "the sheets of our own template",
         file=lambda sheets: workbook([("Инструкция", [["Как заполнять"]]), *sheets, ("Списки", [["до"]])])),
]  # fmt: skip
