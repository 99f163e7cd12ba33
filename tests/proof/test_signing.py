"""Signatures: who may sign, what a signature holds, what breaks it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.proof.keys import CHIEF, METHODIST, SIGNED, key_pair, signed
from warehouse.installation.settings import Misconfigured
from warehouse.proof.manifest import MANIFEST, SIGNATURE, render, sealed
from warehouse.proof.signing import DAMAGED, check_signatures, sign
from warehouse.release.package import verify


def records(folder: Path) -> list[dict[str, str]]:
    return json.loads((folder / SIGNATURE).read_text(encoding="utf-8"))["signatures"]


def rewrite(folder: Path, signatures: list[dict[str, str]]) -> None:
    (folder / SIGNATURE).write_bytes(render({"signatures": signatures}))


def test_an_unsigned_release_is_proved_unless_a_signature_is_required(folder: Path, tmp_path: Path) -> None:
    assert check_signatures(folder) == ([], [])
    lacks = ["Подписи нет: в выпуске нет файла signature.json."]
    assert check_signatures(folder, required=True)[1] == lacks
    assert check_signatures(folder, key_file=key_pair(tmp_path)[1])[1] == lacks


def test_two_roles_sign(released: Path, tmp_path: Path) -> None:
    folder = signed(released, tmp_path, CHIEF, METHODIST)
    holding, wrong = check_signatures(folder, required=True, key_file=tmp_path / "key1.pub")
    assert wrong == []
    assert [(one.role, one.signed_at) for one in holding] == [
        (METHODIST, "2025-01-21T09:00:00+00:00"),
        (CHIEF, "2025-01-21T09:00:00+00:00"),
    ]
    assert len({one.fingerprint for one in holding}) == 2
    assert verify(folder) == []


def test_another_key_did_not_sign(released: Path, tmp_path: Path) -> None:
    folder = signed(released, tmp_path, CHIEF)
    other = key_pair(tmp_path, "other")[1]
    assert check_signatures(folder, key_file=other) == ([], ["Подписи названным ключом нет."])


@pytest.mark.parametrize("field", ["role", "signed_at"])
def test_what_was_stated_cannot_be_changed(released: Path, tmp_path: Path, field: str) -> None:
    folder = signed(released, tmp_path, CHIEF)
    (record,) = records(folder)
    rewrite(folder, [record | {field: record[field].replace("н", "Н").replace("2025", "2024")}])
    assert any(line.endswith("неверна.") for line in check_signatures(folder)[1])


def test_a_signature_is_of_one_manifest(released: Path, tmp_path: Path) -> None:
    """A manifest sealed anew is whole by itself: only the signature tells that it is another one."""
    folder = signed(released, tmp_path, CHIEF)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest.pop("seal")
    (folder / MANIFEST).write_bytes(sealed(manifest | {"known_at": "2025-01-22T00:00:00+00:00"}))
    assert verify(folder) == []
    assert check_signatures(folder)[1] == [f"Подпись «{CHIEF}»: подписана другая опись."]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"signatures": []}', b'{"signatures": [{"role": "x"}]}', b"\xff"]
)
def test_a_file_of_another_shape(folder: Path, content: bytes) -> None:
    (folder / SIGNATURE).write_bytes(content)
    assert check_signatures(folder) == ([], [DAMAGED])


def test_a_role_signs_once(released: Path, tmp_path: Path) -> None:
    folder = signed(released, tmp_path, CHIEF)
    before = (folder / SIGNATURE).read_bytes()
    with pytest.raises(Misconfigured, match="уже есть"):
        sign(folder, key_pair(tmp_path, "again")[0], CHIEF, SIGNED)
    assert (folder / SIGNATURE).read_bytes() == before


@pytest.mark.parametrize("role", ["", " ", "a\nb", "x" * 121])
def test_a_role_is_words(folder: Path, tmp_path: Path, role: str) -> None:
    with pytest.raises(Misconfigured, match="Роль"):
        sign(folder, key_pair(tmp_path)[0], role, SIGNED)


def test_a_passphrase_opens_the_key(folder: Path, tmp_path: Path) -> None:
    private, public = key_pair(tmp_path, passphrase="сложная фраза")
    assert private.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    for passphrase, told in ((None, "нужна: ключ зашифрован"), ("иная", "возможно, неверна")):
        with pytest.raises(Misconfigured, match=told):
            sign(folder, private, CHIEF, SIGNED, passphrase)
    sign(folder, private, CHIEF, SIGNED, "сложная фраза")
    assert check_signatures(folder, key_file=public)[1] == []


def test_a_key_without_passphrase_wants_none(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="не нужна"):
        sign(folder, key_pair(tmp_path)[0], CHIEF, SIGNED, "лишняя")


def test_a_key_is_its_owners_alone(folder: Path, tmp_path: Path) -> None:
    private, _ = key_pair(tmp_path)
    assert private.stat().st_mode & 0o777 == 0o600
    private.chmod(0o640)
    with pytest.raises(Misconfigured, match="chmod 600"):
        sign(folder, private, CHIEF, SIGNED)
    with pytest.raises(Misconfigured, match="уже есть"):
        key_pair(tmp_path)


def test_other_kinds_of_key_are_refused(folder: Path, tmp_path: Path) -> None:
    private, public = key_pair(tmp_path)
    public.chmod(0o600)
    with pytest.raises(Misconfigured, match="не читается"):
        sign(folder, public, CHIEF, SIGNED)
    with pytest.raises(Misconfigured, match="открытый ключ"):
        check_signatures(folder, key_file=private)
