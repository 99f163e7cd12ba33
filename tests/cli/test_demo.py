"""The demonstration: only ever in a home of its own, and the whole job on invented people."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.installations import settings_for
from warehouse.installation.settings import Misconfigured, read_settings
from warehouse.release.package import verify
from warehouse.synthetic.demo import (
    MARKER,
    TOWN,
    demonstration,
    go_through,
    make_world,
    prepare_home,
    reported_series,
    write_deliveries,
)


def test_a_home_with_anything_in_it_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/key").write_text("dear")
    for words in (["demo"], ["demo", "--fresh"]):
        result = run(*words)
        assert result.exit_code == 2
        assert "не пуста" in result.stderr
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["key"]


def test_a_former_demonstration_goes_only_when_asked(tmp_path: Path) -> None:
    settings = read_settings({"NASTAVNIK_HOME": str(tmp_path / "home")})
    prepare_home(settings, fresh=False)
    (tmp_path / "home/inbox").mkdir()
    (tmp_path / "home/link").symlink_to(tmp_path)
    with pytest.raises(Misconfigured, match="--fresh"):
        prepare_home(settings, fresh=False)
    prepare_home(settings, fresh=True)
    assert [path.name for path in (tmp_path / "home").iterdir()] == [MARKER]
    assert tmp_path.is_dir()


def test_a_server_is_left_alone(run: Run) -> None:
    result = run("demo", NASTAVNIK_WAREHOUSE_URL="postgresql://nobody@localhost/dear")
    assert result.exit_code == 2
    assert "NASTAVNIK_WAREHOUSE_URL" in result.stderr


def test_settings_from_elsewhere_do_not_lead_outside(tmp_path: Path) -> None:
    own = settings_for(tmp_path / "other", NASTAVNIK_INBOX=str(tmp_path / "inbox"))
    made = prepare_home(replace(own, home=tmp_path / "home"), fresh=False)
    assert (made.inbox, made.key.file) == (tmp_path / "home/inbox", tmp_path / "home/key")
    assert made.warehouse_url == f"duckdb:///{tmp_path / 'home/warehouse.duckdb'}"


def test_a_small_town_goes_through(tmp_path: Path) -> None:
    """Three schools and one date of the town: what arrives is taken, released and proved."""
    settings = prepare_home(read_settings({"NASTAVNIK_HOME": str(tmp_path / "home")}), fresh=False)
    town = make_world(TOWN, 1, settings.run / "reference")
    few = town.setting.only([town.setting.dates[0].as_of])
    world = replace(town, setting=replace(few, institutions=few.institutions[:3]))
    written: list[int] = []
    waves = write_deliveries(settings, world, 1, written.append)
    with demonstration(settings, world, waves) as home:
        (done,) = go_through(home, waves)
    assert done.verdicts.total() == sum(written) == sum(len(wave.postings) for wave in waves)
    assert Counter(done.verdicts)["accepted"] + Counter(done.verdicts)["accepted_with_errors"] >= 3
    assert verify(done.release) == []
    series = reported_series(done.release)
    assert {row["as_of"] for row in series} == {town.setting.dates[0].as_of}
    assert not (settings.run / "postings").exists()
