"""A marked workbook travels where the settings say so, encrypted under the password of its sender and of nobody else."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import msoffcrypto
import pytest
from msoffcrypto.exceptions import InvalidKeyError
from openpyxl import load_workbook

from expectations.rules.submission import FOUR_DOCUMENTS
from tests.canaries import search
from tests.flows.mail import mail_server
from tests.installations import COLLECTED, installation, settings_for, take
from tests.leaks.birds import BIRDS, FAULTY, GOOD, fly_in
from tests.workbooks import organisation, submission, write
from warehouse.installation.home import Home, opened
from warehouse.installation.settings import MarkedByMail, Misconfigured, Settings, read_settings
from warehouse.mail.journal import outbox_of, said_so_far
from warehouse.mail.notices import run_notices
from warehouse.mail.passwords import password_of, replace_password
from warehouse.mail.server import Outcome

pytestmark = pytest.mark.slow  # a mail server, and encryption that takes its time
CLEAN, CURATOR = "NSH-S005", "kurator@shkola.example"  # whose book has nothing amiss
DOCUMENTS = "\n".join(("Вид документа | Дата утверждения", *(f"{one} | 15.09.2020" for one in FOUR_DOCUMENTS)))
MORNING = COLLECTED + timedelta(hours=19)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that took in a good and a faulty file."""
    own = settings_for(tmp_path_factory.mktemp("filled") / "home")
    fly_in(own.inbox)
    told = {"код_организации": CLEAN, "наименование_организации": "МБОУ ООШ № 5", "Эл. почта куратора": CURATOR}
    clean = submission(CLEAN, Организация=organisation(**told), Документы=DOCUMENTS)
    write(own.inbox / CLEAN / "книга.xlsx", clean)
    with installation(own.home) as home:
        take(home)
    return own.home


@pytest.fixture
def settings(folder: Path) -> Settings:
    """Settings that let marked workbooks travel, of a copy of it."""
    return travelling(folder)


def travelling(folder: Path) -> Settings:
    return replace(settings_for(folder), mail_marked=MarkedByMail.ENCRYPTED)


@pytest.fixture(scope="module")
def travelled(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, dict[str, EmailMessage]]:
    """The settings of a copy whose notices were sent, and what came."""
    settings = travelling(Path(shutil.copytree(filled, tmp_path_factory.mktemp("travelled") / "home")))
    return settings, sent(settings)


def sent(settings: Settings, attachments: str | None = None) -> dict[str, EmailMessage]:
    """Send the notices; return what came by whom it came to."""
    with mail_server(attachments=attachments) as (url, postbox):
        run_notices(replace(settings, smtp_url=url), MORNING)
    return {str(one["To"]): one for one in postbox.received}


def attached(letter: EmailMessage) -> list[tuple[str | None, bytes]]:
    return [(one.get_filename(), one.get_content()) for one in letter.iter_attachments()]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body()
    assert body is not None
    return body.get_content()


def opened_by(password: str, workbook: bytes) -> bytes:
    file, plain = msoffcrypto.OfficeFile(io.BytesIO(workbook)), io.BytesIO()
    file.load_key(password=password, verify_password=True)
    file.decrypt(plain, verify_integrity=True)
    return plain.getvalue()


def test_a_marked_workbook_opens_with_its_senders_password_alone(
    travelled: tuple[Settings, dict[str, EmailMessage]],
) -> None:
    settings, letters = travelled
    with opened(settings, MORNING) as home:
        own, others = (password_of(home, one.institution) for one in (FAULTY, GOOD))
    ((name, content),) = attached(letters[FAULTY.email])
    assert name == "замечания.xlsx"
    text = text_of(letters[FAULTY.email])
    assert "открывается паролем" in text
    assert own not in text
    with pytest.raises(InvalidKeyError):
        opened_by(others, content)
    workbook = opened_by(own, content)
    assert load_workbook(io.BytesIO(workbook)).sheetnames[0] == "Замечания"
    assert FAULTY.surname.encode() in b"".join(_parts(workbook))  # it is the sender's own book

    found = search([canary for bird in BIRDS for canary in bird.canaries])
    for one in letters.values():
        del one["To"]
        found.text(one.as_string(), "the letter as it travelled")
    found.folder(outbox_of(settings.home))
    assert found.found == set()


def _parts(workbook: bytes) -> list[bytes]:
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(workbook)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_what_was_accepted_without_a_remark_brings_no_workbook(
    travelled: tuple[Settings, dict[str, EmailMessage]],
) -> None:
    letter = travelled[1][CURATOR]
    assert attached(letter) == []
    assert "паролем" not in text_of(letter)


def test_a_server_that_takes_no_encrypted_attachment_gets_the_letter_without(settings: Settings) -> None:
    letters = sent(settings, attachments="552 5.7.0 encrypted content")
    assert attached(letters[FAULTY.email]) == []
    assert "паролем" not in text_of(letters[FAULTY.email])
    assert {one.outcome for one in said_so_far(settings.home).values()} == {Outcome.SENT}


def test_a_server_that_puts_an_attachment_off_is_asked_again(settings: Settings) -> None:
    assert FAULTY.email not in sent(settings, attachments="451 4.7.1 come later")
    assert len(attached(sent(settings)[FAULTY.email])) == 1


def test_a_workbook_too_big_for_a_letter_stays_here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.mail.enclosing.MOST_BYTES", 1000)
    assert attached(sent(settings)[FAULTY.email]) == []


def test_a_password_is_an_institutions_own_and_may_be_replaced(settings: Settings) -> None:
    with opened(settings, MORNING) as home:
        first = password_of(home, FAULTY.institution)
        assert re.fullmatch(r"\d{4}(-\d{4}){4}", first)
        assert password_of(home, FAULTY.institution) == first
        others = password_of(home, GOOD.institution)
        assert others != first
        replace_password(home, FAULTY.institution)
        assert password_of(home, FAULTY.institution) not in (first, others)
        assert password_of(home, GOOD.institution) == others
        assert first not in (outbox_of(home.settings.home) / "passwords.json").read_text()
        _refused(home)


def _refused(home: Home) -> None:
    for act in (password_of, replace_password):
        with pytest.raises(Misconfigured, match="в реестре нет"):
            act(home, "NSH-S999")


@pytest.mark.parametrize(("said", "meant"), [("", MarkedByMail.NEVER), ("encrypted", MarkedByMail.ENCRYPTED)])
def test_the_setting_is_off_unless_said(said: str, meant: MarkedByMail) -> None:
    assert read_settings({"NASTAVNIK_MAIL_MARKED": said}).mail_marked is meant
    with pytest.raises(Misconfigured, match="never или encrypted"):
        read_settings({"NASTAVNIK_MAIL_MARKED": "yes"})
