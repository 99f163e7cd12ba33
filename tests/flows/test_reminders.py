"""Reminders: who is written to, at which stage, what about, and what the department is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.flows.conftest import copied
from tests.flows.mail import mail_server
from tests.installations import installation, moscow, take
from tests.workbooks import submission, write
from warehouse.collection.expected import ReportingDate
from warehouse.installation.settings import Misconfigured, Settings, read_settings
from warehouse.mail.owing import Owed, Reason, owed_on
from warehouse.mail.posting import Posted
from warehouse.mail.reminders import run_reminders, stage_on

ON_TIME, LATE = moscow("2022-01-11 09:00"), moscow("2022-01-18 09:00")


def said(settings: Settings) -> dict[str, str]:
    """Return the letters kept: folder and name → body."""
    letters = {}
    for path in sorted(settings.home.rglob("*.eml")):
        name = f"{path.parent.name}/{path.name}"
        content = message_from_bytes(path.read_bytes(), policy=default).get_content()
        letters[name] = content.replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ")
    return letters


@pytest.fixture(scope="module")
def refused(collected: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, and № 7, whose accepted file names a curator's address, has sent one that was refused."""
    folder = tmp_path_factory.mktemp("refused")
    settings = copied(collected, folder)
    with installation(settings.home) as home:
        write(settings.inbox / "NSH-S007" / "b.xlsx", submission("NSH-S007", students=0))
        take(home, ON_TIME)
    return settings.home


@pytest.fixture
def after_refusal(refused: Path, tmp_path: Path) -> Settings:
    return copied(refused, tmp_path)


def owed(settings: Settings, on: date) -> dict[str, str]:
    with installation(settings.home) as home:
        return {f"{one.institution.code} {one.date.as_of}": one.reason.value for one in owed_on(home, on)}


BOTH = {"NSH-S001 2021-12-31": "missing", "NSH-S008 2021-12-31": "rejected"}


@pytest.mark.parametrize(
    ("on", "institutions"),
    [
        (date(2021, 12, 30), {}),  # submissions are open, but one for tomorrow would be refused
        (date(2021, 12, 31), BOTH),
        (date(2022, 1, 15), BOTH),  # the deadline
        (date(2022, 1, 31), BOTH),  # the last day
        (date(2022, 2, 1), {}),
    ],
)
def test_those_who_owe_an_open_date_are_due(settings: Settings, on: date, institutions: dict[str, str]) -> None:
    assert owed(settings, on) == institutions


HISTORIES = {
    "NSH-S001": (["good"], None),
    "NSH-S003": (["bad"], "rejected"),
    "NSH-S004": (["not a workbook"], "rejected"),  # tells no date: held against the open one
    "NSH-S005": (["bad", "good"], None),
    "NSH-S007": (["good", "bad"], "rejected"),  # although the good one stays in force
    "NSH-S008": (["good", "bad", "good"], None),  # a repetition counts as the file it repeats
    "NSH-S014": (["bad", "bad"], "rejected"),
    "NSH-S016": (["other date"], "missing"),
    "NSH-S020": (["good", "other date"], None),
    "NSH-S024": ([], "missing"),
}


@pytest.fixture(scope="module")
def reminders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Owed]:
    """What every institution of HISTORIES is due after its deliveries, in the order's own register."""
    with installation(tmp_path_factory.mktemp("histories") / "home") as home:
        for code, (delivered, _) in HISTORIES.items():
            for number, name in enumerate(delivered):
                deliver(home.settings.inbox / code / f"{number}.xlsx", code, name, modified=1_640_000_000 + number)
        take(home)
        return {one.institution.code: one for one in owed_on(home, date(2022, 1, 11))}


def deliver(path: Path, code: str, name: str, modified: int) -> None:
    if name == "not a workbook":
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode())
    else:
        as_of, students = "30.09.2021" if name == "other date" else "31.12.2021", 0 if name == "bad" else 100
        write(path, submission(code, as_of, students), modified)


@pytest.mark.parametrize("code", HISTORIES)
def test_the_last_delivery_decides(reminders: dict[str, Owed], code: str) -> None:
    delivered, reason = HISTORIES[code]
    reminder = reminders.get(code)
    assert (reminder and reminder.reason.value) == reason
    if reminder and reminder.reason is Reason.REJECTED:
        assert reminder.still_in_force == ("good" in delivered)
        assert reminder.causes


def test_a_letter_says_what_is_missing_until_when_and_whom_to_ask(settings: Settings) -> None:
    asked = replace(settings, contact="отдел образования, 8 (000) 000-00-00")
    assert run_reminders(asked, ON_TIME) == Posted(kept=2)
    assert said(settings) == {
        "NSH-S001/2021-12-31_напоминание_7-до-срока.eml": """Здравствуйте!

МБОУ СОШ № 1 (код NSH-S001).

Сведения о наставничестве на 31.12.2021 от вас ещё не поступили.

Что сделать: заполните книгу и положите её в свою папку для приёма, как обычно.

Срок сдачи — 15.01.2022, через 4 дня.

Если вы уже прислали сведения сегодня, это письмо можно не учитывать.

Вопросы: отдел образования, 8 (000) 000-00-00.

Письмо составлено программой, отвечать на него не нужно.
""",
        "NSH-S008/2021-12-31_напоминание_7-до-срока.eml": """Здравствуйте!

МБОУ СОШ № 8 (код NSH-S008).

Последний присланный вами файл со сведениями о наставничестве на 31.12.2021 не принят:
– контингент не заполнен.

Что сделать: исправьте книгу по протоколу (он лежит в вашей папке) и пришлите её снова целиком.

Срок сдачи — 15.01.2022, через 4 дня.

Если вы уже прислали сведения сегодня, это письмо можно не учитывать.

Вопросы: отдел образования, 8 (000) 000-00-00.

Письмо составлено программой, отвечать на него не нужно.
""",
    }


def test_after_the_deadline_the_department_is_told_too(settings: Settings) -> None:
    own = replace(settings, mail_department=("head@example.org", "deputy@example.org"))
    with mail_server() as (url, postbox):
        assert run_reminders(replace(own, smtp_url=url), LATE) == Posted(sent=1, kept=2)
    (received,) = postbox.received
    assert received["To"] == "head@example.org, deputy@example.org"
    assert received["Subject"] == "Не сдали сведения о наставничестве на 31.12.2021: 2 из 3"
    letters = said(settings)
    assert (
        letters.pop("outbox/2021-12-31_не-сдали_1-после-срока.eml")
        == """Здравствуйте!

Срок сдачи сведений о наставничестве на 31.12.2021 прошёл 15.01.2022. Не сдали 2 из 3:
– МБОУ СОШ № 1 (NSH-S001): ничего не поступило; письмо не ушло, адреса нет
– МБОУ СОШ № 8 (NSH-S008): последний файл не принят; письмо не ушло, адреса нет

Сведения принимаются до 31.01.2022 включительно. Кто сдал, показывает команда nastavnik status.

Письмо составлено программой, отвечать на него не нужно.
"""
    )
    deadline = "Срок сдачи прошёл 15.01.2022, но сведения ещё принимаются до 31.01.2022 включительно."
    assert len(letters) == 2
    assert all(deadline in body for body in letters.values())


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        ("01-07", None),
        ("01-08", -7),
        ("01-13", -7),
        ("01-14", -1),
        ("01-15", -1),
        ("01-16", 1),
        ("01-23", 8),
        ("01-31", 8),
    ],
)
def test_a_stage_lasts_until_the_next(on: str, stage: int | None) -> None:
    date_ = ReportingDate(date(2021, 12, 31), date(2021, 12, 1), date(2022, 1, 15), date(2022, 1, 31))
    assert stage_on((-7, -1, 1, 8), date_, date.fromisoformat(f"2022-{on}")) == stage


def test_nothing_is_said_twice_at_one_stage(settings: Settings) -> None:
    """Every day of the collection, twice, and once more near midnight, when it is another day in Moscow."""
    letters = []
    for day in range(25):
        for moment in (ON_TIME, ON_TIME, ON_TIME.replace(hour=23, minute=59)):
            posted = run_reminders(settings, moment - timedelta(days=11) + timedelta(days=day))
            letters += [day - 15] * posted.kept  # in days from the deadline
    assert letters == [-7, -7, -1, -1, 1, 1, 1, 8, 8, 8]  # two schools; after the deadline the department


def test_days_are_those_of_the_settings_zone(settings: Settings) -> None:
    evening = moscow("2022-01-07 23:30")
    assert run_reminders(settings, evening) == Posted()
    assert run_reminders(replace(settings, timezone=ZoneInfo("Asia/Vladivostok")), evening) == Posted(kept=2)


@pytest.mark.parametrize("text", ["завтра", "-7;1", "1.5"])
def test_stages_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="NASTAVNIK_REMIND_DAYS"):
        read_settings({"NASTAVNIK_REMIND_DAYS": text})


def test_letters_are_sent_to_the_curator_of_the_last_accepted_delivery(after_refusal: Settings) -> None:
    with mail_server() as (url, postbox):
        assert run_reminders(replace(after_refusal, smtp_url=url), ON_TIME) == Posted(sent=1, kept=2)
    (received,) = postbox.received
    assert received["To"] == "seven@example.org"
    assert received["Subject"] == (
        "Напоминание: сведения о наставничестве на 31.12.2021, срок сдачи 15.01.2022, МБОУ СОШ № 7"
    )
    body = said(after_refusal)["NSH-S007/2021-12-31_напоминание_7-до-срока.eml"]
    assert received.get_content().split() == body.split()
    assert "Пока действуют сведения, принятые от вас раньше." in body


def test_who_has_something_in_force_is_not_missing_to_the_department(after_refusal: Settings) -> None:
    run_reminders(after_refusal, LATE)
    assert "NSH-S007" not in said(after_refusal)["outbox/2021-12-31_не-сдали_1-после-срока.eml"]
