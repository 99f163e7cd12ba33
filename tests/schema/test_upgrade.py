"""An installation upgraded: told before, kept whole, finished after a kill, taken back."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.installations import COLLECTED, ENGINES, installation, settings_for, state, take
from tests.workbooks import submission, write
from warehouse.installation.engine import open_engine
from warehouse.installation.home import forget_made, opened
from warehouse.installation.settings import Misconfigured, Settings
from warehouse.installation.unfinished import end, unfinished
from warehouse.release.publish import make_release
from warehouse.schema import upgrade as upgrading
from warehouse.schema.upgrade import FIRST, plan, upgrade
from warehouse.schema.version import HEAD, KEPT_APART, WAREHOUSE, number_of

pytestmark = pytest.mark.slow  # a history is made anew
AFTER = "0003"


def fill(folder: Path, url: str | None = None) -> dict[str, object]:
    """One school and a release; return the state."""
    write(folder / "inbox/NSH-S007/a.zip", submission(), modified=1_640_000_000)
    with installation(folder, url) as home:
        take(home)
        make_release(home, date(2021, 12, 31), COLLECTED)
        return state(home)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("filled") / "home"
    return folder, fill(folder)


@pytest.fixture
def settings(filled: tuple[Path, dict[str, object]], tmp_path: Path) -> Settings:
    return settings_for(Path(shutil.copytree(filled[0], tmp_path / "home")))


def told(settings: Settings) -> dict[str, object]:
    with opened(settings, COLLECTED, write=True) as home:
        return state(home)


def sql(settings: Settings, *statements: str) -> None:
    """Change the warehouse as another version of the program would have left it."""
    engine = open_engine(settings.warehouse_url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
    forget_made(settings)


@pytest.mark.parametrize("engine", ENGINES)
def test_up_and_down_and_up_again_lose_nothing(
    engine: str, tmp_path: Path, with_one_more: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_database") if engine == "postgresql" else None
    before = fill(tmp_path / "home", url)
    own = settings_for(tmp_path / "home", url)
    assert upgrade(own, COLLECTED, AFTER, folder=with_one_more) is None  # the next version of the program would go on
    with pytest.raises(Misconfigured, match="не закончено: повторите nastavnik upgrade"), opened(own, COLLECTED):
        pass
    assert plan(own, HEAD, with_one_more).down
    summary = upgrade(own, COLLECTED, HEAD, folder=with_one_more)
    assert summary is not None
    assert (summary.deliveries, summary.releases) == (1, 1)
    assert told(own) == before
    assert plan(own).nothing
    assert upgrade(own, COLLECTED) is None


def test_data_of_a_newer_program_are_told(settings: Settings, with_one_more: Path) -> None:
    upgrade(settings, COLLECTED, AFTER, folder=with_one_more)
    with pytest.raises(Misconfigured, match=r"более новой версией программы: схема 0003.*--down --to 0002"):
        plan(settings)


def test_data_without_a_number_are_told_and_then_numbered(
    settings: Settings, filled: tuple[Path, dict[str, object]]
) -> None:
    upgrade(settings, COLLECTED, FIRST)
    end(settings)  # as that version left it
    sql(settings, "DROP TABLE journal.schema_version")
    with pytest.raises(Misconfigured, match="выполните nastavnik upgrade"), opened(settings, COLLECTED):
        pass
    assert plan(settings).number is None
    assert upgrade(settings, COLLECTED) is not None
    assert told(settings) == filled[1]


def test_data_older_than_the_first_number_are_told(settings: Settings) -> None:
    sql(settings, "DROP TABLE journal.schema_version", "ALTER TABLE journal.entries DROP COLUMN arrival")
    with pytest.raises(Misconfigured, match="слишком старой версией"):
        plan(settings)


def test_computed_tables_of_another_version_are_made_anew(
    settings: Settings, filled: tuple[Path, dict[str, object]]
) -> None:
    sql(settings, "ALTER TABLE mentoring.surveys ADD COLUMN mood INTEGER")
    with pytest.raises(Misconfigured, match=r"другой версией программы: surveys\."), opened(settings, COLLECTED):
        pass
    assert plan(settings).changed == ["surveys"]
    upgrade(settings, COLLECTED)
    assert told(settings) == filled[1]


def test_an_upgrade_that_was_killed_is_finished_by_the_next(
    settings: Settings, filled: tuple[Path, dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    sql(settings, "ALTER TABLE mentoring.surveys ADD COLUMN mood INTEGER")
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "rebuild", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            upgrade(settings, COLLECTED)
    assert unfinished(settings) == ("upgrade", HEAD)
    with pytest.raises(Misconfigured, match="повторите nastavnik upgrade"), opened(settings, COLLECTED):
        pass
    assert upgrade(settings, COLLECTED) is not None
    assert told(settings) == filled[1]


def test_stores_killed_between_each_other_meet_again(settings: Settings, with_one_more: Path) -> None:
    """The vault has gone down, the warehouse not yet."""
    upgrade(settings, COLLECTED, AFTER, folder=with_one_more)
    engine = open_engine(f"duckdb:///{settings.home / 'vault.duckdb'}")
    with engine.begin() as connection:
        connection.execute(sa.update(KEPT_APART.versions).values(version_num=HEAD))
    engine.dispose()
    upgrade(settings, COLLECTED, HEAD, folder=with_one_more)
    with opened(settings, COLLECTED) as home, home.reading() as connection:
        assert number_of(connection, WAREHOUSE) == HEAD


def test_a_home_without_data_has_nothing_to_upgrade(tmp_path: Path) -> None:
    from warehouse.installation.settings import read_settings

    with pytest.raises(Misconfigured, match="ещё нет данных"):
        plan(read_settings({"NASTAVNIK_HOME": str(tmp_path)}))
