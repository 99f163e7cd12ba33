"""A collection in which everything happens that can happen to a file in an inbox, and what becomes of each."""

from __future__ import annotations

import os
from pathlib import Path

from tests.installations import learn, moscow, take
from tests.workbooks import PAIRS, submission, write
from warehouse.ingestion.intake import IntakeSummary
from warehouse.installation.home import Home

REGISTER_WITH_A_NEWCOMER = """
    code,name,aliases,kind,level,municipality,region,valid_from,valid_to
    NSH-S001,МБОУ СОШ № 1,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S003,МБОУ СОШ № 3,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S004,МБОУ СОШ № 4,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S005,МБОУ ООШ № 5,,ОУ,ООШ,NSH,61,2020-09-01,
    NSH-S007,МБОУ СОШ № 7,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S008,МБОУ СОШ № 8,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S014,МБОУ СОШ № 14,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-D001,ЦРТДиЮ,,УДО,УДО,NSH,61,2020-09-01,
    NSH-D002,ЦДО,,УДО,УДО,NSH,61,2020-09-01,
    NSH-N001,Новая школа,,ОУ,СОШ,NSH,61,2020-09-01,
"""
ENDS_BEFORE_IT_STARTS = PAIRS.replace("01.10.2020  |                 ", "01.10.2020  | 01.09.2020      ")
UNREADABLE_NAME = os.fsdecode("отчёт".encode("cp1251"))  # no UTF-8
NOBODY = os.fsdecode("Школа 7".encode("cp1251"))

# Each sender's files in the order of their coming, and what became of each.
STORIES = {
    "NSH-S001": ["accepted", "duplicate"],  # a copy saved anew in another format says the same
    "NSH-S003": ["accepted_with_errors", "accepted"],  # corrected
    "NSH-S004": [
        "rejected",
        "duplicate",
        "rejected",
    ],  # the same bytes, judged again once the register changed
    "NSH-S005": ["rejected"],
    "NSH-S007": ["accepted", "duplicate", "rejected"],  # twice under two names; then a refused correction
    "NSH-S008": ["accepted", "accepted", "duplicate"],  # first version, second, the first once more
    "NSH-S014": ["rejected", "accepted"],  # another school's very bytes; its own at 23:59 of the last day
    "NSH-D001": ["accepted"],  # two minutes later
    "NSH-N001": ["rejected", "duplicate", "accepted"],  # enters the register before the third attempt
    "NSH-D002": ["rejected", "accepted"],  # for a date to come; the same bytes once it has come
    "Школа 7": ["rejected"],
    "\\xd8\\xea\\xee\\xeb\\xe0 7": ["rejected"],
}


def _first_day(inbox: Path) -> None:
    good = write(inbox / "NSH-S001/сведения.zip", submission("NSH-S001"))
    write(inbox / "NSH-S003/a.zip", submission("NSH-S003", Пары=ENDS_BEFORE_IT_STARTS))
    write(inbox / "NSH-S004/b.zip", submission("NSH-S005"))
    (inbox / "NSH-S005").mkdir()
    (inbox / "NSH-S005/c.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    write(inbox / f"NSH-S007/{UNREADABLE_NAME}.zip", submission(), modified=1_640_000_000)
    write(inbox / "NSH-S007/[ещё] раз *.zip", submission(), modified=1_640_000_001)
    write(inbox / "NSH-S008/v1.zip", submission("NSH-S008"))
    (inbox / "NSH-S014").mkdir()
    (inbox / "NSH-S014/чужое.zip").write_bytes(good.read_bytes())
    write(inbox / "NSH-N001/n.zip", submission("NSH-N001"))
    write(inbox / "NSH-D002/рано.zip", submission("NSH-D002", "31.03.2022"))
    write(inbox / "Школа 7/n.zip", submission())
    write(inbox / NOBODY / "n.zip", submission())
    _odd_things(inbox)


def _odd_things(inbox: Path) -> None:
    os.mkfifo(inbox / "NSH-S001/pipe.xlsx")
    (inbox / "NSH-S001/folder.xlsx").mkdir()
    (inbox / "NSH-S001/link.xlsx").symlink_to(inbox / "NSH-S008/v1.zip")
    (inbox / "NSH-S014/dangling.xlsx").symlink_to("/nowhere")
    (inbox / "lost.xlsx").write_bytes(b"in nobody's folder")
    for name in ("~$сведения.xlsx", ".hidden.xlsx", "половина.xlsx.part", "Thumbs.db"):
        (inbox / "NSH-S001" / name).write_bytes(b"not for us")


def _second_day(inbox: Path) -> None:
    write(inbox / "NSH-S001/пересохранено.xlsx", submission("NSH-S001"))
    write(inbox / "NSH-S003/исправлено.zip", submission("NSH-S003"))
    write(inbox / "NSH-S004/b.zip", submission("NSH-S005"))
    write(inbox / "NSH-S007/нет контингента.zip", submission(students=0))
    write(inbox / "NSH-S008/v2.zip", submission("NSH-S008", students=105))
    write(inbox / "NSH-N001/n.zip", submission("NSH-N001"))


def _last_minute(inbox: Path) -> None:
    write(inbox / "NSH-S004/b.zip", submission("NSH-S005"))
    write(inbox / "NSH-S008/v1.zip", submission("NSH-S008"))
    write(inbox / "NSH-N001/n.zip", submission("NSH-N001"))
    write(inbox / "NSH-S014/своё.zip", submission("NSH-S014"))


def play(home: Home, folder: Path) -> list[IntakeSummary]:
    """Live through the collection; `folder` is for the register that comes in between."""
    inbox, runs = home.settings.inbox, []
    _first_day(inbox)
    runs.append(take(home, moscow("2022-01-10 12:00")))
    _second_day(inbox)
    runs.append(take(home, moscow("2022-01-11 12:00")))
    learn(home, folder, moscow("2022-01-12 12:00"), institutions=REGISTER_WITH_A_NEWCOMER)
    _last_minute(inbox)
    runs.append(take(home, moscow("2022-01-15 23:59:59")))
    write(inbox / "NSH-D001/d.zip", submission("NSH-D001"))
    runs.append(take(home, moscow("2022-01-16 00:01:00")))
    write(inbox / "NSH-D002/рано.zip", submission("NSH-D002", "31.03.2022"))
    runs.append(take(home, moscow("2022-04-01 12:00:00")))
    return runs
