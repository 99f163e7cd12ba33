"""The tiny town that commands of pages meet, and what stands in pages for its deliveries and decisions."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.holding.pupils import with_pupils
from tests.installations import installation, rows
from tests.lineage.histories import freeze
from tests.pages.shell import run
from tests.workbooks import submission, write
from warehouse.tables.tables import entries, table

SCHOOL, OTHER = "NSH-S007", "NSH-S008"
FIRST = """
nastavnik intake --received-at 2022-01-10
nastavnik release --as-of 2021-12-31
"""
LATER = """
NASTAVNIK_HOLD_DROP=30 nastavnik intake --received-at 2022-01-12
nastavnik backup -o /srv/nastavnik-backup
mkdir -p /etc/nastavnik/keys && cp nastavnik/key /etc/nastavnik/keys/master
"""
TO_CHECK = ("NSH-S007.xlsx", "книга.xlsx", "наша.xlsx")  # workbooks that lie about, as pages call them


def settle(root: Path, path: Path) -> dict[str, str]:
    """Fill a folder that is a whole machine; return what each example of the pages is there.

    Two schools and a release; then the first of them sends fewer pupils, which is held, and a second release.
    """
    inbox, typed = root / "nastavnik/inbox", partial(run, root=root, path=path)
    write(inbox / SCHOOL / "a.xlsx", with_pupils(9))
    write(inbox / OTHER / "a.xlsx", submission(OTHER))
    typed(FIRST).check_returncode()
    write(inbox / SCHOOL / "b.xlsx", with_pupils(4))
    write(inbox / "NSH-S003/b.xlsx", submission("NSH-S003"))
    for name in TO_CHECK:
        write(root / name, with_pupils(8))
    typed(LATER).check_returncode()
    with installation(root / "nastavnik") as home:
        freeze(home, 2)
        told = rows(home, table("deliveries"), "seq", "institution_code", "delivery")
        last, *_ = max(rows(home, entries(), "seq"))
    typed("nastavnik status").check_returncode()  # the first after an intake costs a second: not in every copy
    (_, first), (_, held) = ((seq, delivery) for seq, code, delivery in sorted(told) if code == SCHOOL)
    other = next(delivery for _, code, delivery in told if code == OTHER)
    return {
        "e34faf459c90d913": held,
        "0123456789abcdef:12": f"{first}:11",  # its last pupil
        "0123456789abcdef": first,
        "394844e1fad86514": first,
        "5fb15ff802eb0b31": first,
        "c0aaef0d3aa21a1f:5": f"{other}:4",
        "c0aaef0d3aa21a1f": other,
        "persons undo 41": f"persons undo {last + 1}",
        "explanations undo 10": f"explanations undo {last + 2}",
    }
