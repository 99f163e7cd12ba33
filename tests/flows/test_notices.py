"""Notices: each delivery is answered by e-mail once, and no letter holds a word of a person that all may read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.canaries import search
from tests.flows.mail import mail_server
from tests.installations import COLLECTED, installation, moscow, settings_for, take
from tests.leaks.birds import BIRDS, FAULTY, GOOD, MISPLACED, fly_in
from warehouse.installation.settings import Settings
from warehouse.mail.journal import said_so_far
from warehouse.mail.letters import Kind
from warehouse.mail.notices import run_notices
from warehouse.mail.posting import Posted
from warehouse.mail.reminders import run_reminders

ACCEPTED = (GOOD, FAULTY, MISPLACED)  # an address is taken from an accepted file alone
MORNING = COLLECTED + timedelta(hours=19)
CONTACT = "отдел образования, 8 (000) 000-00-00"


@pytest.fixture(scope="module")
def birds(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation that took in every kind of file, each full of words that stand in it alone."""
    settings = settings_for(tmp_path_factory.mktemp("birds") / "home")
    fly_in(settings.inbox)
    with installation(settings.home) as home:
        take(home)
    return replace(settings, contact=CONTACT, mail_department=("head@example.org",))


def test_a_delivery_is_answered_once_and_nobody_is_named(birds: Settings) -> None:
    with mail_server() as (url, postbox):
        own = replace(birds, smtp_url=url)
        first = run_notices(own, MORNING)
        assert run_notices(own, MORNING + timedelta(days=1)) == Posted()
        run_reminders(own, moscow("2022-01-18 09:00"))
    assert first.sent > 0
    assert {one["To"] for one in postbox.received} == {"head@example.org", *(bird.email for bird in ACCEPTED)}
    found = search([canary for bird in BIRDS for canary in bird.canaries])
    for one in postbox.received:
        del one["To"]
        found.text(one.as_string(), "headers and body")
        found.text(one.get_content(), "text")
        found.text(str(one["Subject"]), "subject")
    found.folder(own.home / "outbox")
    for letter in own.receipts.rglob("*.eml"):
        found.file(letter)
    assert found.found == set()
    assert found.looked > 20
    assert not any(part for one in postbox.received for part in one.iter_attachments())  # by default
    notices = [one for one in said_so_far(own.home) if one.kind is Kind.NOTICE]
    assert len(notices) == first.sent
