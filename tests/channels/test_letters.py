"""Letters as they came, without a server: who wrote one, and which of its parts hold files."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.channels.post import SEVEN
from warehouse.channels.letters import Part, parts_of, sender_of

OURS, PROVED = "mx.city.example", "dkim=pass header.d=school7.example"
SPELT = "=?utf-8?q?=3B_dkim=3Dpass_header.d=3Dschool7.example_?="  # decoded: `; dkim=pass header.d=school7.example `
SAID = {
    "proved": ([f"{OURS}; {PROVED}"], "NSH-S007"),
    "an address that spells a word of ours": ([f"{OURS}; spf=pass smtp.mailfrom={SPELT}@evil.example"], None),
    "ours with a comment in a comment, the sender's below": (
        [f"{OURS}; dkim=fail (key (1024 bits) revoked) header.d=evil.example", f"{OURS}; {PROVED}"],
        None,
    ),
    "another server's with one, ours below": (
        ["mx.other.example; dkim=fail (key (1024 bits) revoked)", f"{OURS}; {PROVED}"],
        "NSH-S007",
    ),
}


@pytest.mark.parametrize(("said", "sender"), SAID.values(), ids=SAID)
def test_a_stranger_puts_no_word_into_our_servers_mouth(said: list[str], sender: str | None) -> None:
    head = [f"From: {SEVEN}", *(f"Authentication-Results: {line}" for line in said), "", ""]
    letter = message_from_bytes("\r\n".join(head).encode(), _class=EmailMessage, policy=policy.default)
    assert sender_of(letter, {SEVEN: "NSH-S007"}, OURS) == sender


def test_a_part_whose_encoding_a_server_does_not_tell_is_plain() -> None:
    told = (b"application", b"octet-stream", None, None, None, None, 5)
    assert list(parts_of(([told], b"mixed"))) == [Part("1", "", 5)]
