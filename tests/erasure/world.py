"""A town with one person to be erased: in two schools, in refused, repeated, re-saved and quarantined rows, in words."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

from expectations.sealing import unseal
from tests.canaries import Search, search, snils_spellings
from tests.installations import COLLECTED, installation, moscow, take, vault_rows
from tests.workbooks import snils, submission, write
from warehouse.installation.home import Home
from warehouse.release.publish import make_release
from warehouse.storage.remains import bound

AS_OF = date(2021, 12, 31)
LATER = moscow("2022-02-01 10:00")
SNILS = snils(314159265)
SURNAME = "Канарейкин"
WORDS = (SURNAME, "канарейкин", "Кенар", *snils_spellings(SNILS), "КЕНАР-1")
OTHERS = ("Мнимый", "Учебная")
HEAD = (
    "ID участника | Фамилия | Имя | Отчество | Дата рождения | СНИЛС | Категория | Класс / объединение | Стаж, лет "
    "| Дата согласия"
)
BIRD = f"КЕНАР-1 | {SURNAME} | Кенар | Птахович | 13.07.2009 | {SNILS} | обучающийся | 7А | | 01.10.2020"
REST = """
    У-2 | Мнимый  | Лев  |         | 05.05.2009 | | обучающийся            | 6Б |    | 01.10.2020
    У-3 | Учебная | Вера | Львовна | 01.01.1980 | | педагогический работник |    | 12 | 01.10.2020
"""
PEOPLE = f"{HEAD}\n{BIRD}{REST}"
NAMESAKE = PEOPLE.replace(SNILS, "")  # the same name and birth date, no СНИЛС
BAD_DATE = PEOPLE.replace("13.07.2009", "вчера").replace(SNILS, "")  # nothing to make a token of
PAIRS = f"""
    ID пары|ID наставника|ID наставляемого|Форма наставничества|Программа|Запрос наставляемого|Дата начала|Итог|Результат
    П-1 | У-3 | КЕНАР-1 | педагог – ученик | Вместе | хочу как {SURNAME}а мать | 01.10.2020 | продолжается |
    П-2 | У-3 | У-2 | педагог – ученик | Вместе | дружить | 01.10.2021 | продолжается | помог {SURNAME}у
"""
SURVEYS = """
    ID участника | Роль | Этап | Дата анкеты | Удовлетворённость
    КЕНАР-1 | наставляемый | до | 01.10.2020 | 7
    У-2 | наставляемый | до | 01.10.2021 | 8
"""
NO_SURVEYS = SURVEYS.strip().splitlines()[0]
OTHER_PAIRS = "\n".join(PAIRS.splitlines()[:2] + PAIRS.splitlines()[3:]).replace(f"помог {SURNAME}у", "помог")


def book(institution: str = "NSH-S007", **sheets: object) -> dict:
    own = {"Участники": PEOPLE, "Пары": PAIRS, "Анкеты": SURVEYS} | sheets
    return submission(institution, **own)  # type: ignore[arg-type]


def fill(folder: Path, url: str | None = None) -> None:
    """Fill a home: nine deliveries, a release, and files with names made beside it."""
    inbox = folder / "inbox"
    write(inbox / "NSH-S007/1.zip", book(), modified=1_640_000_000)
    write(inbox / "NSH-S007/2.zip", book(), modified=1_640_000_001)  # the same bytes again
    write(inbox / "NSH-S007/3.xlsx", book(), modified=1_640_000_002)  # the same content, saved anew
    write(inbox / "NSH-S007/4.zip", {"Участники": PEOPLE}, modified=1_640_000_003)  # refused
    write(inbox / "NSH-S008/1.zip", book("NSH-S008", Участники=NAMESAKE, Анкеты=NO_SURVEYS), modified=1_640_000_004)
    write(inbox / "NSH-S008/2.zip", book(), modified=1_640_000_005)  # another's bytes: refused
    write(inbox / "NSH-S007/5.zip", book(Участники=BAD_DATE), modified=1_640_000_006)  # in quarantine
    others = {"Участники": f"{HEAD}{REST}", "Пары": OTHER_PAIRS, "Анкеты": NO_SURVEYS}
    write(inbox / "NSH-S014/1.zip", submission("NSH-S014", **others), modified=1_640_000_007)
    (inbox / "NSH-S014/2.xlsx").write_bytes(b"no workbook at all")
    with installation(folder, url) as home:
        take(home)
        make_release(home, AS_OF, COLLECTED)
        for name in ("forms/NSH-S007/2021-12-31.xlsx", "templates/NSH-S008/NSH-S008-2021-12-31.xlsx", "queue.xlsx"):
            write(folder / name, {"Лист": SURNAME})
        write(folder / "forms/NSH-S014/2021-12-31.xlsx", {"Лист": "Мнимый"})


def place_of(home: Home, surname: str = SURNAME, delivery: str | None = None) -> tuple[str, int]:
    """Return a row of the vault that bears a surname."""
    return next(
        (row[0], row[1])
        for row in vault_rows(home)["personal.participants"]
        if surname in row and delivery in (None, row[0])
    )


def opened_bytes(home: Home) -> dict[str, bytes]:
    """Return every sealed thing of a home, opened, by name."""
    found = {f"received/{path.name}": home.received.read(path.name) for path in home.received.paths()}
    for path in home.remains.paths():
        content = unseal(path.read_bytes(), bound(path.name), home.ring.storage)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found |= {f"remains/{path.name}/{name}": archive.read(name) for name in archive.namelist()}
    found |= {f"vault/{name}": repr(rows).encode() for name, rows in vault_rows(home).items()}
    return found


def looked_for(home: Home, words: tuple[str, ...]) -> Search:
    """Search a whole home, whatever is sealed in it opened."""
    found = search(words)
    found.folder(home.settings.home)
    for name, content in opened_bytes(home).items():
        found.content(content, name)
    return found
