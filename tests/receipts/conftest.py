"""A school's history of deliveries on each engine, with its receipts written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.installations import ENGINES, installation, moscow, take
from tests.workbooks import PAIRS, PEOPLE, enrolment, submission, write
from warehouse.installation.home import Home

BAD_PAIRS = PAIRS.replace("01.10.2021  |                 ", "01.10.2021  | 01.09.2021      ")
SPOILT_PEOPLE = PEOPLE.replace("112-233-445 95", "112-233-445 96").replace("29.02.2008", "29 февраля 2008")
BROKEN = b"PK\x03\x04 torn"

# When → sender's folder, file, what is in it.
RUNS = {
    "2022-01-10 12:00": [
        ("NSH-S007", "a.xlsx", submission()),
        ("NSH-S003", "spoilt.xlsx", submission("NSH-S003", Участники=SPOILT_PEOPLE, Пары=BAD_PAIRS)),
        ("NSH-S004", "empty.xlsx", submission("NSH-S004", Контингент=enrolment(0))),
        ("NSH-S014", "torn.xlsx", BROKEN),
    ],
    "2022-01-14 12:00": [
        ("NSH-S007", "copy.xlsx", submission()),
        ("NSH-S003", "foreign.xlsx", submission("NSH-S008")),
    ],
    "2022-01-20 12:00": [("NSH-S007", "late.xlsx", submission(students=101))],
}


@dataclass(frozen=True)
class Answered:
    """An installation and its receipts by the name of the file, each as (folder, receipt.json)."""

    home: Home
    receipts: dict[str, tuple[Path, dict]]


@pytest.fixture(scope="module", params=ENGINES)
def answered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answered]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    receipts: dict[str, tuple[Path, dict]] = {}
    with installation(tmp_path_factory.mktemp("home") / "home", url) as home:
        for at, files in RUNS.items():
            for sender, name, content in files:
                put(home.settings.inbox / sender / name, content)
            take(home, moscow(at))
            known = {folder for folder, _ in receipts.values()}
            for sender, name, _ in files:
                (folder,) = set(home.settings.receipts.glob(f"{sender}/*")) - known
                receipts[name] = (folder, json.loads((folder / "receipt.json").read_text()))
        yield Answered(home, receipts)


def put(path: Path, content: dict | bytes) -> None:
    if isinstance(content, bytes):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    else:
        write(path, content)
