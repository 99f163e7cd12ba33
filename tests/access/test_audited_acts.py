"""Which acts leave a line in the audit journal, and what the commands tell of it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.access.served import places
from tests.cli.conftest import Run, runner
from tests.installations import installation, settings_for
from tests.workbooks import submission, write
from warehouse.access.audit import read_lines
from warehouse.installation.settings import read_settings


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """A home in which every kind of act was done, at the command line."""
    home = tmp_path_factory.mktemp("worked") / "home"
    run = runner(home)
    settings_for(home)
    write(home / "inbox/NSH-S007/a.xlsx", submission())
    write(home / "inbox/NSH-S008/a.xlsx", submission("NSH-S008"))
    done(run("intake", "--received-at", "2022-01-10"))
    reference = home.parent / "reference"
    reference.mkdir()
    shipped = Path(__file__).parents[2] / "warehouse/seed/milestones.csv"
    (reference / "milestones.csv").write_bytes(shipped.read_bytes())
    done(run("reference", "load", reference))
    done(run("persons", "queue"))
    done(run("persons", "queue", "-o", home.parent / "queue.xlsx"))
    done(run("forms", "--institution", "NSH-S007"))
    done(run("findings", "--format", "csv"))
    done(run("findings"))
    done(run("release", "--as-of", "2021-12-31"))
    done(run("analysis"))
    done(run("analysis"))
    done(run("rebuild"))
    done(run("keys", "rotate"))
    return run, home


def done(result: Result) -> Result:
    assert result.exit_code in (0, 1), result.output
    return result


def test_every_act_has_its_line(worked: tuple[Run, Path]) -> None:
    run, _ = worked
    lines = json.loads(run("audit", "list", "--format", "json").output)
    assert [line["action"] for line in lines] == [
        "intake", "reference load", "persons queue", "persons queue", "forms", "findings", "release", "analysis",
        "rebuild", "keys rotate",
    ]  # fmt: skip
    assert run("audit", "verify").exit_code == 0


def test_a_decision_and_a_withdrawal_have_theirs(tmp_path: Path) -> None:
    run, home = runner(tmp_path / "home"), tmp_path / "home"
    write(home / "inbox/NSH-S007/a.xlsx", submission())
    done(run("intake", "--received-at", "2022-01-10"))
    with installation(home) as opened:
        one, other = places(opened)[:2]
    done(run("persons", "different", str(one), str(other)))
    done(run("persons", "undo", json.loads(run("audit", "list", "--format", "json").output)[-1]["subject"]))
    done(run("withdraw", one.delivery))
    assert run("withdraw", one.delivery).exit_code == 2
    lines = read_lines(read_settings({"NASTAVNIK_HOME": str(home)}))
    assert [line.action for line in lines] == ["intake", "persons different", "persons undo", "withdraw"]
    assert lines[-1].subject == one.delivery


def test_as_csv_and_as_a_table(worked: tuple[Run, Path]) -> None:
    run, _ = worked
    rows = list(csv.DictReader(io.StringIO(run("audit", "list", "--format", "csv").output)))
    assert rows[0]["counts"] == "accepted 2, received 2"
    assert "keys rotate" in run("audit", "list").output
    assert json.loads(run("audit", "list", "--since", "2100-01-01", "--format", "json").output) == []


def test_a_file_has_no_roles(worked: tuple[Run, Path]) -> None:
    """The operator is told what serves instead."""
    run, _ = worked
    for words in (("roles", "apply"), ("roles", "apply", "--dry-run")):
        result = run(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "nastavnik analysis -o ФАЙЛ" in result.stderr


def test_no_person_is_in_it(worked: tuple[Run, Path]) -> None:
    _, home = worked
    text = (home / "audit.jsonl").read_text()
    for row in submission()["Участники"][1:]:
        assert not [cell for cell in map(str, row[1:4]) if len(cell) > 3 and cell in text]


def test_a_changed_journal_ends_with_3(worked: tuple[Run, Path]) -> None:
    run, home = worked
    path = home / "audit.jsonl"
    content = path.read_bytes()
    try:
        path.write_bytes(content.replace(b'"forms"', b'"fonts"'))
        result = run("audit", "verify")
        assert (result.exit_code, result.stdout) == (3, "Журнал не доказан.\n")
        assert result.stderr == "Строка 5: запись изменена.\n"
    finally:
        path.write_bytes(content)


def test_where_nothing_can_be_noted_no_name_is_read(worked: tuple[Run, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: the vault stays closed."""
    from warehouse.forms import people
    from warehouse.installation import home as homes

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    run, _ = worked
    monkeypatch.setattr(homes, "record", full)
    monkeypatch.setattr(people, "read_vault", lambda *_: pytest.fail("read"))
    result = run("forms", "--institution", "NSH-S007")
    assert result.exit_code == 3
    assert "на диске нет места" in result.stderr
