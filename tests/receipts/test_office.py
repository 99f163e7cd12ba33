"""Papers that people get from us open in the office program that schools have, each under its Russian heading."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import ENDS_BEFORE_IT_STARTS, runner
from tests.installations import installation, vault_rows
from tests.workbooks import enrolment, submission, write
from warehouse.erasure.act import TITLE as ACT
from warehouse.receipts.protocol import TITLE as PROTOCOL
from warehouse.receipts.words import VERDICTS

PROGRAMS = ("soffice", "pdftotext")
TEMPLATE = "Наставничество: сведения организации"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not all(map(shutil.which, PROGRAMS)), reason="LibreOffice or poppler is not installed"),
]


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every paper as the office program prints it, by its name: all are opened in one run of it."""
    folder = tmp_path_factory.mktemp("papers")
    out = folder / "out"
    out.mkdir()
    for path in made(folder / "home"):
        name = f"{path.parent.parent.name} {path.name}" if "receipts" in path.parts else path.name
        shutil.copy(path, out / name)
    books = sorted(out.glob("*.xlsx"))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", out, *books]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return {book.name: printed(book.with_suffix(".pdf")) for book in books}


def made(home: Path) -> list[Path]:
    """Make every kind of paper: receipts of three verdicts, forms, a filled template, an act of destruction."""
    run = runner(home)
    write(home / "inbox/NSH-S007/a.xlsx", submission())
    write(home / "inbox/NSH-S003/b.xlsx", submission("NSH-S003", Пары=ENDS_BEFORE_IT_STARTS))
    write(home / "inbox/NSH-S004/c.xlsx", submission("NSH-S004", Контингент=enrolment(0)))
    assert run("intake", "--received-at", "2022-01-10").exit_code == 1
    with installation(home) as opened:
        one = next(f"{row[0]}:{row[1]}" for row in vault_rows(opened)["personal.participants"])
    for words in ("forms --institution NSH-S007 -o {0}/forms.xlsx", "template --institution NSH-S007 --as-of 2022-03-31 -o {0}/template.xlsx",
                  f"erase {one} --ground request"):  # fmt: skip
        result = run(*words.format(home.parent).split())
        assert result.exit_code == 0, result.output
    return [*home.glob("receipts/*/*/*.xlsx"), *home.glob("acts/*.xlsx"), *home.parent.glob("*.xlsx")]


def printed(paper: Path) -> str:
    """Return what a PDF says, without the ends of its lines."""
    text = subprocess.run(["pdftotext", "-layout", paper, "-"], check=True, capture_output=True, timeout=60).stdout
    return " ".join(text.decode().split())


def test_receipts_of_each_verdict(papers: dict[str, str]) -> None:
    receipts = [text for name, text in papers.items() if name.startswith("NSH-")]
    assert len(receipts) == 3 and all(PROTOCOL in text for text in receipts)
    for verdict in ("accepted", "accepted_with_errors", "rejected"):
        assert any(VERDICTS[verdict] in text for text in receipts), verdict


def test_forms_template_and_act(papers: dict[str, str]) -> None:
    assert "База наставляемых" in papers["forms.xlsx"] and "База наставников" in papers["forms.xlsx"]
    assert TEMPLATE in papers["template.xlsx"]
    (act,) = (text for name, text in papers.items() if ACT in text)
    assert "Требование субъекта персональных данных" in act
