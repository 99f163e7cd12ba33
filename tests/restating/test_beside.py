"""Restatement beside what else there is: deliveries that wait, files that are destroyed; and the command."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from expectations.rules.ruleset import SHIPPED
from tests.cli.conftest import runner
from tests.holding.pupils import with_pupils
from tests.installations import figures, installation, learn, moscow, take
from tests.restating.collection import STRICT, in_force, rebuilt_alike, restated, share
from tests.workbooks import organisation, submission, write
from warehouse.erasure.retention import retain
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.ledger import EVER, waiting
from warehouse.mail.curators import curator_addresses
from warehouse.review.held import waiting_deliveries
from warehouse.review.holding import confirm

pytestmark = pytest.mark.slow  # a history is made anew
WITHOUT_S007 = """
    code,name,aliases,kind,level,municipality,region,valid_from,valid_to
    NSH-S008,МБОУ СОШ № 8,,ОУ,СОШ,NSH,61,2020-09-01,
"""


def test_what_is_refused_when_judged_anew_waits_no_longer(either: Home) -> None:
    """Nobody could confirm it, and the same file sent again would repeat it for ever."""
    home = replace(either, settings=replace(either.settings, hold_drop=30))
    for place, pupils in enumerate((8, 3)):
        write(home.settings.inbox / f"NSH-S007/{place}.xlsx", with_pupils(pupils))
        held = take(home, moscow(f"2022-01-1{place} 12:00")).held
    assert len(held) == 1
    learn(home, home.settings.home / "register", moscow("2022-02-01 09:00"), institutions=WITHOUT_S007)
    assert {one.after for one in restated(home, None, "2022-02-01 10:00").turned} == {"rejected"}
    with home.reading() as connection:
        assert waiting_deliveries(connection, EVER) == []
    rebuilt_alike(home)


def test_what_waits_to_be_confirmed_goes_on_waiting(tmp_path: Path) -> None:
    with installation(tmp_path / "home", NASTAVNIK_HOLD_DROP="30") as home:
        write(home.settings.inbox / "NSH-S007/a.xlsx", with_pupils(8))
        take(home, moscow("2022-01-10 12:00"))
        fewer = with_pupils(3)
        fewer["Участники"] = [
            [cell.replace("2009", "1999") if row[0] == "У-1" else cell for cell in row] for row in fewer["Участники"]
        ]
        write(home.settings.inbox / "NSH-S007/b.xlsx", fewer)
        (old,) = take(home, moscow("2022-01-11 12:00")).held
        (one,) = restated(home, STRICT, "2022-02-01 09:00").turned
        assert one.delivery == old
        now = waiting(EVER)
        with home.reading() as connection:
            assert list(connection.execute(sa.select(now.c.delivery)).scalars()) == [one.by_delivery]
        assert one.by_delivery not in in_force(home).values()
        with home.writing() as connection:
            with pytest.raises(Misconfigured, match=f"пересмотрена: её место заняла {one.by_delivery}"):
                confirm(connection, old, moscow("2022-02-02 09:00"))
            confirm(connection, one.by_delivery, moscow("2022-02-02 09:00"))
        assert in_force(home) == {"NSH-S007": one.by_delivery}
        assert (share(figures(home), "NSH-S007")) == "2.00"
        take(home, moscow("2022-02-02 10:00"))  # writes the receipt that is owed
        rebuilt_alike(home)


def test_letters_go_where_the_newest_file_says(either: Home) -> None:
    """A file judged anew is the newest line of the ledger, and may name a curator of years ago."""
    home = replace(either, settings=replace(either.settings, smtp_url="smtp://127.0.0.1:9"))
    labels = {"код_организации": "NSH-S007", "отчётная_дата": "31.12.2022", "Эл. почта куратора": "new@school.example"}
    write(home.settings.inbox / "NSH-S007/c.zip", submission(Организация=organisation(**labels)))
    take(home, moscow("2023-01-10 12:00"))
    assert "NSH-S007" in [one.institution_code for one in restated(home, STRICT, "2023-02-01 09:00").turned]
    assert curator_addresses(home, {"NSH-S007"}) == {"NSH-S007": "new@school.example"}


def test_a_file_that_is_destroyed_keeps_its_judgement(collected: Path, tmp_path: Path) -> None:
    shutil.copytree(collected, tmp_path / "home")
    with installation(tmp_path / "home", NASTAVNIK_KEEP_RECEIVED_YEARS="1") as home:
        restated(home, STRICT, "2022-02-01 09:00")
        told = figures(home)
        retain(home, moscow("2023-02-01 09:00"))
        assert restated(home, SHIPPED, "2023-02-02 09:00").turned == []
        assert figures(home) == told
        rebuilt_alike(home)


def test_the_command_asks_shows_and_does(collected: Path, tmp_path: Path) -> None:
    shutil.copytree(collected, tmp_path / "home")
    run = runner(tmp_path / "home")
    words = ("backfill", "--from", "2021-12-01", "--to", "2021-12-31", "--set", "age-implausible=error")
    shown = run(*words, "--dry-run")
    assert shown.exit_code == 0
    assert "принято без строк с ошибками" in shown.stdout and "2,00" in shown.stdout
    refused = run(*words)
    assert refused.exit_code == 2 and "--yes" in refused.output
    assert "Пересмотр № " in run(*words, "--yes").stdout
    assert "Делать нечего" in run(*words, "--yes").stdout
    assert json.loads(run(*words, "--dry-run", "--format", "json").stdout)["restatement"]["turned"] == []
    assert "restatement" in run("audit", "list").stdout
    told = [json.loads(path.read_text()) for path in (tmp_path / "home/receipts/NSH-S007").glob("*/receipt.json")]
    (anew,) = [one for one in told if one["restates"]]
    traced = run("trace", anew["delivery"], "Пары", "2").stdout
    assert f"Файл проверен заново, прежнее решение о нём — сдача {anew['restates']}" in traced
    figure = ("explain", "--indicator", "students_involved", "--scope", "institution:NSH-S007", "--as-of", "2021-12-31")
    said = f"Сдача {anew['delivery']} — пересмотр сдачи {anew['restates']}"
    assert said in " ".join(run(*figure).stdout.split())
    assert "пересмотр" not in run(*figure, "--known-at", "2022-01-15").stdout
    told = json.loads(run(*figure, "--format", "json").stdout)["deliveries"][anew["delivery"]]
    assert told["restates"] == anew["restates"]
    assert run("withdraw", anew["restates"]).exit_code == 2
    for wrong in (["--set", "no=1"], ["--standard", "--set", "age-implausible=error"]):
        assert run(*words[:5], *wrong).exit_code == 2
    assert run("backfill", "--from", "1999-01-01", "--to", "1999-12-31").exit_code == 2
