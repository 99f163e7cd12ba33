"""A history of deliveries, reference changes and releases, for tests of what can be made again from it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.installations import learn, moscow, take
from tests.workbooks import PAIRS, submission, write
from warehouse.installation.home import Home
from warehouse.release.publish import make_release

AS_OF = date(2021, 12, 31)
NEWER_REGISTER = """
    code,name,aliases,kind,level,municipality,region,valid_from,valid_to
    NSH-S007,Школа семь,МБОУ СОШ № 7,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S008,МБОУ СОШ № 8,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S014,МБОУ СОШ № 14,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-D001,ЦРТДиЮ,,УДО,УДО,NSH,61,2020-09-01,
    NSH-N001,Новая школа,,ОУ,СОШ,NSH,61,2020-09-01,
"""
TARGETS = """
    indicator,scope_type,scope_code,as_of,target_percent,direction,source
    students_involved,municipality,NSH,2021-12-31,2,at_least,
"""
ONE_PAIR_OFF = PAIRS.replace("01.10.2020  |                 ", "01.10.2020  | 01.09.2020      ")


def first_collection(home: Home) -> None:
    """Two schools in time, one of them with a quarantined row; two refused."""
    inbox = home.settings.inbox
    write(inbox / "NSH-S007/v1.zip", submission())
    write(inbox / "NSH-S008/v1.zip", submission("NSH-S008", Пары=ONE_PAIR_OFF))
    write(inbox / "NSH-S014/v1.zip", submission("NSH-S007"))
    write(inbox / "NSH-N001/v1.zip", submission("NSH-N001"))
    take(home, moscow("2022-01-10 12:00"))


def first_release(home: Home) -> Path:
    return make_release(home, AS_OF, moscow("2022-01-16 09:00"))


def later_knowledge(home: Home, folder: Path) -> None:
    """The register and a target change; a correction, a repetition, a late school, a newcomer judged again."""
    learn(home, folder, moscow("2022-01-17 09:00"), institutions=NEWER_REGISTER, targets=TARGETS)
    inbox = home.settings.inbox
    write(inbox / "NSH-S007/v2.zip", submission(students=110))
    write(inbox / "NSH-S008/again.xlsx", submission("NSH-S008", Пары=ONE_PAIR_OFF))
    write(inbox / "NSH-D001/v1.zip", submission("NSH-D001", students=50))
    write(inbox / "NSH-N001/v1.zip", submission("NSH-N001"))
    write(inbox / "NSH-S014/broken.xlsx", {"Участники": "ID участника"})
    take(home, moscow("2022-01-18 12:00"))


def second_release(home: Home) -> Path:
    return make_release(home, AS_OF, moscow("2022-01-19 09:00"))
