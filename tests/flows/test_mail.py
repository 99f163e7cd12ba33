"""The mail server: TLS that is proved, logins, errors that quote nobody, and each letter once."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.flows.mail import PASSWORD, USER, certificate, mail_server
from tests.installations import moscow, settings_for
from warehouse.installation.settings import Misconfigured, Settings
from warehouse.mail import journal
from warehouse.mail.journal import JOURNAL, alone, outbox_of, said_so_far
from warehouse.mail.letters import Key, Kind, Letter, message_id
from warehouse.mail.posting import Posted, post
from warehouse.mail.server import MailFailed, Outcome

AT = moscow("2022-01-11 09:00")
ADDRESS = "seven@example.org"
KEY = Key(Kind.REMINDER, "NSH-S007", "2021-12-31", -7)
LETTER = Letter(KEY, (ADDRESS,), "Тема", "Текст\n", "receipts/NSH-S007/2021-12-31_письмо.eml")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "home")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """The server's certificate, and its side of TLS."""
    return certificate(tmp_path_factory.mktemp("own"))


def posted(settings: Settings, *letters: Letter, **changes: object) -> Posted:
    with alone(settings.home):
        return post(replace(settings, **changes), letters or [LETTER], AT)


@pytest.mark.parametrize("way", ["smtps", "starttls"])
def test_letters_leave_encrypted_and_logged_in(settings: Settings, own: tuple[Path, ssl.SSLContext], way: str) -> None:
    with mail_server(**{way: own[1]}, login=True) as (url, postbox):
        login = url.replace("://", f"://{USER}:{quote(PASSWORD, safe='')}@")
        assert posted(settings, smtp_url=login, smtp_ca_file=own[0]) == Posted(sent=1)
    (received,) = postbox.received
    assert (received["To"], received["Subject"], received["Message-ID"]) == (ADDRESS, "Тема", message_id(settings, KEY))
    assert received["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("way", ["smtps", "starttls"])
@pytest.mark.parametrize("shown", ["unknown", "of another host"])
def test_a_certificate_that_is_not_proved_is_refused(
    settings: Settings, own: tuple[Path, ssl.SSLContext], tmp_path: Path, way: str, shown: str
) -> None:
    file, context = certificate(tmp_path / "other", "127.0.0.2" if shown == "of another host" else "127.0.0.1")
    trusted = file if shown == "of another host" else own[0]
    told = "сертификат почтового сервера не подтверждён"
    with mail_server(**{way: context}) as (url, postbox), pytest.raises(MailFailed, match=told):
        posted(settings, smtp_url=url, smtp_ca_file=trusted)
    assert (postbox.received, said_so_far(settings.home)) == ([], {})


def test_a_server_of_nobodys_authority_is_refused_by_default(
    settings: Settings, own: tuple[Path, ssl.SSLContext]
) -> None:
    with mail_server(smtps=own[1]) as (url, _), pytest.raises(MailFailed, match="сертификат"):
        posted(settings, smtp_url=url)


def test_a_stripped_starttls_is_refused(settings: Settings) -> None:
    with mail_server() as (url, postbox), pytest.raises(MailFailed, match="не предлагает STARTTLS"):
        posted(settings, smtp_url=url.replace("smtp://", "smtp+starttls://"))
    assert postbox.received == []


def test_a_wrong_password_is_told_without_it(settings: Settings, own: tuple[Path, ssl.SSLContext]) -> None:
    with (
        mail_server(smtps=own[1], login=True) as (url, _),
        pytest.raises(MailFailed, match="SMTPAuthenticationError 535") as failure,
    ):
        posted(settings, smtp_url=url.replace("://", "://kenar:Nevernyj@"), smtp_ca_file=own[0])
    assert not {"kenar", "Nevernyj"} & set(str(failure.value).split())


@pytest.mark.parametrize(
    ("url", "environ", "told"),
    [
        ("mail.example.org", {}, "ожидается smtps://"),
        ("http://mail.example.org", {}, "ожидается smtps://"),
        ("smtp://", {}, "ожидается smtps://"),
        ("smtps://mail.example.org:port", {}, "ожидается smtps://"),
        ("smtp://mail.example.org", {}, "не отправляются без шифрования"),
        ("smtp://127.0.0.1.example.org", {}, "не отправляются без шифрования"),
        ("smtp://a:b@mail.example.org", {"smtp_unencrypted": True}, "пароль не передаётся"),
        ("smtps://mail.example.org", {"smtp_ca_file": Path("/no/such")}, "NASTAVNIK_SMTP_CA_FILE"),
    ],
)
def test_an_unsafe_or_wrong_server_is_a_setting_to_mend(
    settings: Settings, url: str, environ: dict[str, object], told: str
) -> None:
    with pytest.raises(Misconfigured, match=told):
        posted(settings, smtp_url=url, **environ)


def test_a_killed_run_says_it_again_under_the_same_name(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between sending and noting: the letter comes twice and mail programs show it once."""
    with mail_server() as (url, postbox):
        with monkeypatch.context() as patch:
            patch.setattr(journal, "add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                posted(settings, smtp_url=url)
        assert posted(settings, smtp_url=url) == Posted(sent=1)
        assert posted(settings, smtp_url=url) == Posted()
    first, second = postbox.received
    assert first["Message-ID"] == second["Message-ID"]
    assert [str(path.name) for path in settings.receipts.rglob("*.eml")] == ["2021-12-31_письмо.eml"]


def test_a_torn_line_of_the_journal_is_said_again(settings: Settings) -> None:
    posted(settings)
    path = outbox_of(settings.home) / JOURNAL
    path.write_bytes(path.read_bytes()[:-20])
    assert posted(settings) == Posted(kept=1)
    assert [(one.key, one.outcome) for one in said_so_far(settings.home).values()] == [(KEY, Outcome.KEPT)]


@pytest.mark.parametrize(
    ("answer", "told", "again"),
    [
        ("550 No such user", Posted(refused=1), Posted()),
        ("451 Come back later", Posted(postponed=1), Posted(sent=1)),
    ],
)
def test_a_refused_recipient_stops_nobody_else(settings: Settings, answer: str, told: Posted, again: Posted) -> None:
    other = replace(LETTER, key=replace(KEY, institution="NSH-S008"), addresses=("eight@example.org",), path=None)
    with mail_server({ADDRESS: answer}) as (url, postbox):
        assert posted(settings, LETTER, other, smtp_url=url) == told + Posted(sent=1)
    assert [one["To"] for one in postbox.received] == ["eight@example.org"]
    assert ADDRESS not in (outbox_of(settings.home) / JOURNAL).read_text()
    with mail_server() as (url, _):
        assert posted(settings, LETTER, other, smtp_url=url) == again


def test_a_dead_server_leaves_the_letters_for_the_next_run(settings: Settings) -> None:
    with mail_server() as (url, _):
        pass  # now nobody listens there
    with pytest.raises(MailFailed, match="ConnectionRefusedError") as failure:
        posted(settings, smtp_url=url)
    assert "example.org" not in str(failure.value)
    assert said_so_far(settings.home) == {}


@pytest.mark.parametrize(
    "address",
    ["", "нет", "a@b", f"{ADDRESS}, all@example.org", f"{ADDRESS}\r\nBcc: all@example.org", "a b@example.org"],
)
def test_what_is_no_address_is_not_written_to(settings: Settings, address: str) -> None:
    with mail_server() as (url, postbox):
        assert posted(settings, replace(LETTER, addresses=(address,)), smtp_url=url) == Posted(kept=1)
    assert postbox.received == []


def test_what_is_kept_names_no_address_and_is_its_owners_alone(settings: Settings) -> None:
    with mail_server() as (url, _):
        posted(settings, smtp_url=url)
    kept = [path for path in settings.home.rglob("*") if path.is_file() and path.suffix in (".eml", ".jsonl")]
    assert len(kept) == 2
    assert not [path for path in kept if ADDRESS in path.read_text() or path.stat().st_mode & 0o077]
