"""Reminders: who is written to, what about, how often, and how the letters leave."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.flows.mail import mail_server
from tests.installations import installation, learn, moscow, settings_for, take
from tests.workbooks import organisation, submission, write
from warehouse.outbox import Letter, MailFailed, Posted, alone, outbox_of, post, reminded
from warehouse.reminders import Reason, Reminder, due_reminders, run_reminders
from warehouse.settings import Misconfigured, Settings

REGISTER = """
    code,name,aliases,kind,level,municipality,region,valid_from,valid_to
    NSH-S001,МБОУ СОШ № 1,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S007,МБОУ СОШ № 7,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S008,МБОУ СОШ № 8,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S014,МБОУ СОШ № 14,,ОУ,СОШ,NSH,61,2020-09-01,2021-08-31
"""
ON_TIME, LATE = moscow("2022-01-11 09:00"), moscow("2022-01-18 09:00")


def said(settings: Settings) -> dict[str, str]:
    """Return the letters in the outbox: name → body."""
    letters = {}
    for path in sorted(outbox_of(settings.home).glob("*.eml")):
        letters[path.name] = message_from_bytes(path.read_bytes(), policy=default).get_content().replace("\r\n", "\n")
    return letters


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three schools expected, one closed: № 7 accepted, № 8 refused, № 1 silent."""
    folder = tmp_path_factory.mktemp("collected")
    with installation(folder / "home") as home:
        learn(home, folder / "reference", institutions=REGISTER)
        inbox = home.settings.inbox
        write(inbox / "NSH-S007" / "a.xlsx", submission(Организация=with_mail("NSH-S007", "seven@example.org")))
        write(inbox / "NSH-S008" / "a.xlsx", submission("NSH-S008", students=0))
        take(home)
    return folder / "home"


@pytest.fixture(scope="module")
def refused(collected: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, and № 7, whose accepted file names a curator's address, has sent one that was refused."""
    folder = tmp_path_factory.mktemp("refused")
    settings = copied(collected, folder)
    with installation(settings.home) as home:
        write(settings.inbox / "NSH-S007" / "b.xlsx", submission("NSH-S007", students=0))
        take(home, ON_TIME)
    return settings.home


def copied(home: Path, folder: Path) -> Settings:
    shutil.copytree(home, folder / "home")
    return settings_for(folder / "home")


@pytest.fixture
def settings(collected: Path, tmp_path: Path) -> Settings:
    return copied(collected, tmp_path)


@pytest.fixture
def after_refusal(refused: Path, tmp_path: Path) -> Settings:
    return copied(refused, tmp_path)


def with_mail(code: str, address: str) -> list[list[str]]:
    return [*organisation(код_организации=code), ["Эл. почта куратора", address]]


def owed(settings: Settings, on: date) -> dict[str, str]:
    with installation(settings.home) as home:
        return {f"{one.institution.code} {one.date.as_of}": one.reason.value for one in due_reminders(home, on)}


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
def reminders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reminder]:
    """What every institution of HISTORIES is due after its deliveries, in the order's own register."""
    with installation(tmp_path_factory.mktemp("histories") / "home") as home:
        for code, (delivered, _) in HISTORIES.items():
            for number, name in enumerate(delivered):
                deliver(home.settings.inbox / code / f"{number}.xlsx", code, name, modified=1_640_000_000 + number)
        take(home)
        return {one.institution.code: one for one in due_reminders(home, date(2022, 1, 11))}


def deliver(path: Path, code: str, name: str, modified: int) -> None:
    if name == "not a workbook":
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode())
    else:
        as_of, students = "30.09.2021" if name == "other date" else "31.12.2021", 0 if name == "bad" else 100
        write(path, submission(code, as_of, students), modified)


@pytest.mark.parametrize("code", HISTORIES)
def test_the_last_delivery_decides(reminders: dict[str, Reminder], code: str) -> None:
    delivered, reason = HISTORIES[code]
    reminder = reminders.get(code)
    assert (reminder and reminder.reason.value) == reason
    if reminder and reminder.reason is Reason.REJECTED:
        assert reminder.still_in_force == ("good" in delivered)
        assert reminder.causes


def test_a_letter_says_what_is_missing_and_until_when(settings: Settings) -> None:
    assert run_reminders(settings, ON_TIME) == Posted(kept=2)
    assert said(settings) == {
        "2022-01-11_NSH-S001_2021-12-31-missing.eml": """Здравствуйте!

Организация: МБОУ СОШ № 1 (код NSH-S001).

Сведения о наставничестве на 31.12.2021 от вас пока не поступили.

Пожалуйста, заполните шаблон и пришлите его.

Срок сдачи: 15.01.2022.

Если вы уже прислали сведения сегодня, это письмо можно не учитывать.

Письмо составлено автоматически.
""",
        "2022-01-11_NSH-S008_2021-12-31-rejected.eml": """Здравствуйте!

Организация: МБОУ СОШ № 8 (код NSH-S008).

Последний файл со сведениями о наставничестве на 31.12.2021, который вы прислали, не принят:

– контингент не заполнен.

Что исправить, сказано в протоколе проверки. Пожалуйста, исправьте файл и пришлите его снова.

Срок сдачи: 15.01.2022.

Если вы уже прислали сведения сегодня, это письмо можно не учитывать.

Письмо составлено автоматически.
""",
    }


def test_after_the_deadline_the_last_day_is_named(settings: Settings) -> None:
    run_reminders(settings, LATE)
    deadline = "Срок сдачи прошёл 15.01.2022, сведения ещё принимаются до 31.01.2022 включительно."
    assert all(deadline in body for body in said(settings).values())


@pytest.mark.parametrize(("days", "letters"), [(0, 0), (1, 0), (6, 0), (7, 2), (8, 2)])
def test_nothing_is_said_twice_within_a_week(settings: Settings, days: int, letters: int) -> None:
    run_reminders(settings, ON_TIME)
    assert run_reminders(settings, ON_TIME + timedelta(days=days)) == Posted(kept=letters)


def test_a_new_reason_is_said_at_once(settings: Settings) -> None:
    run_reminders(settings, ON_TIME)
    with installation(settings.home) as home:
        write(settings.inbox / "NSH-S001" / "a.xlsx", submission("NSH-S001", students=0))
        take(home, ON_TIME)
    assert run_reminders(settings, ON_TIME + timedelta(days=1)) == Posted(kept=1)
    assert list(said(settings))[-1] == "2022-01-12_NSH-S001_2021-12-31-rejected.eml"


@pytest.mark.parametrize("code", ["NSH-S001", "Школа № 1", "a_b.sent", "a+b/../c", "2022-01-11_x"])
def test_file_names_remember_any_code(tmp_path: Path, code: str) -> None:
    settings = settings_for(tmp_path)
    letter = Letter(code, ("2021-12-31-missing", "2022-03-31-rejected"), None, "Тема", "Текст")
    with alone(settings.home):
        post(settings, [letter], ON_TIME, ON_TIME.date())
    assert [path.parent for path in settings.home.rglob("*.eml")] == [outbox_of(settings.home)]
    assert reminded(settings.home, ON_TIME.date()) == {(code, mark) for mark in letter.marks}


def test_letters_are_sent_to_the_curator_of_the_last_accepted_delivery(after_refusal: Settings) -> None:
    with mail_server() as (url, postbox):
        assert run_reminders(replace(after_refusal, smtp_url=url), ON_TIME) == Posted(sent=1, kept=2)
    (received,) = postbox.received
    assert received["To"] == "seven@example.org"
    assert received["Subject"] == "Напоминание: сведения о наставничестве на 31.12.2021, МБОУ СОШ № 7"
    assert received["Auto-Submitted"] == "auto-generated"
    body = said(after_refusal)["2022-01-11_NSH-S007_2021-12-31-rejected.sent.eml"]
    assert received.get_content().strip() == body.strip()
    assert "Пока действуют сведения, принятые от вас раньше." in body


@pytest.mark.parametrize("sent_again", [False, True])
def test_a_sent_letter_is_not_sent_again(after_refusal: Settings, sent_again: bool) -> None:
    with mail_server() as (url, postbox):
        run_reminders(replace(after_refusal, smtp_url=url), ON_TIME)
        run_reminders(replace(after_refusal, smtp_url=url), ON_TIME + timedelta(days=7 if sent_again else 1))
    assert len({one["Message-ID"] for one in postbox.received}) == 1 + sent_again


@pytest.mark.parametrize(
    ("answer", "posted", "kept"),
    [
        ("550 No such user", Posted(kept=3), ["2022-01-11_NSH-S007_2021-12-31-rejected.eml"]),
        ("451 Come back later", Posted(kept=2, postponed=1), []),  # tomorrow's run says it again
    ],
)
def test_a_refused_recipient_stops_nobody_else(
    after_refusal: Settings, answer: str, posted: Posted, kept: list[str]
) -> None:
    with mail_server({"seven@example.org": answer}) as (url, postbox):
        assert run_reminders(replace(after_refusal, smtp_url=url), ON_TIME) == posted
    assert postbox.received == []
    assert [name for name in said(after_refusal) if "S007" in name] == kept


@pytest.mark.parametrize(
    "address",
    [
        "",
        "нет",
        "a@b",
        "seven@example.org, all@example.org",
        "seven@example.org\r\nBcc: all@example.org",
        "a b@example.org",
    ],
)
def test_what_is_no_address_is_not_written_to(tmp_path: Path, address: str) -> None:
    settings = settings_for(tmp_path)
    letter = Letter("NSH-S007", ("2021-12-31-missing",), address, "Тема", "Текст")
    with mail_server() as (url, postbox), alone(settings.home):
        assert post(replace(settings, smtp_url=url), [letter], ON_TIME, ON_TIME.date()) == Posted(kept=1)
    assert postbox.received == []


def test_a_dead_mail_server_leaves_the_letters_for_the_next_run(after_refusal: Settings) -> None:
    with mail_server() as (url, _):
        pass  # now nobody listens there
    with pytest.raises(MailFailed, match="ConnectionRefusedError") as failure:
        run_reminders(replace(after_refusal, smtp_url=url), ON_TIME)
    assert "example.org" not in str(failure.value)
    assert said(after_refusal) == {}
    assert run_reminders(after_refusal, ON_TIME) == Posted(kept=3)


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_a_wrong_mail_address_is_a_setting_to_mend(settings: Settings, url: str) -> None:
    with pytest.raises(Misconfigured, match="NASTAVNIK_SMTP_URL"):
        run_reminders(replace(settings, smtp_url=url), ON_TIME)


def test_letters_are_read_by_their_owner_alone(settings: Settings) -> None:
    run_reminders(settings, ON_TIME)
    assert {oct(path.stat().st_mode & 0o777) for path in outbox_of(settings.home).iterdir()} == {"0o600"}
    assert outbox_of(settings.home).stat().st_mode & 0o777 == 0o700
