"""systemd units, container and compose file: judged by their own programs where there are any, and held to our words."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flows.automations import ALARMS, SILENT, STUCK
from flows.cli.commands.scheduled import SCHEDULES
from flows.serving import environment
from tests.installations import settings_for
from warehouse.doctor.checks import CHECKS
from warehouse.installation.settings import KNOWN

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deployments/systemd").glob("*.[st]*[er]"))
COMPOSE = ROOT / "deployments/compose.yaml"
CONTAINER = (ROOT / "deployments/Containerfile").read_text(encoding="utf-8")
PAGE = (ROOT / "docs/engineers/operations.md").read_text(encoding="utf-8")
PROGRAM = "/opt/nastavnik/.venv/bin/"
SILENT_UNITS = ("nastavnik-alarm", "nastavnik-metrics")  # the letter itself, and what Prometheus looks after


OURS = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"  # the environment's own first
RETENTION = "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"


def judged(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which(command[0], path=OURS) or command[0], *command[1:]], capture_output=True, text=True
    )


def has(*command: str) -> bool:
    return shutil.which(command[0], path=OURS) is not None and not judged(*command).returncode


@pytest.mark.skipif(not has("systemd-analyze", "--version"), reason="no systemd-analyze on this machine")
def test_systemd_takes_every_unit(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(re.sub(rf"{PROGRAM}\w+", "/bin/true", text), encoding="utf-8")
    made = [str(tmp_path / unit.name) for unit in UNITS]
    said = judged("systemd-analyze", "verify", *made)
    told = [line for line in said.stderr.splitlines() if "nastavnik" in line]
    assert (told, said.returncode) == ([], 0)


def test_units_are_those_of_the_page() -> None:
    assert {unit.name for unit in UNITS} == {
        "nastavnik-server.service", "nastavnik-worker.service", "nastavnik-alarm.service", "nastavnik-night.service",
        "nastavnik-night.timer", "nastavnik-metrics.service", "nastavnik-metrics.timer",
    }  # fmt: skip
    assert [unit.name for unit in UNITS if unit.stem not in PAGE] == []


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.stem)
def test_a_unit_runs_as_our_account_and_tells_of_failure(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    assert "\nUser=nastavnik\n" in text
    assert "\nNoNewPrivileges=true\n" in text
    assert "\nUMask=0077\n" in text
    assert ("OnFailure=nastavnik-alarm.service" in text) == (unit.stem not in SILENT_UNITS)
    assert {line for line in text.splitlines() if line.startswith("ExecStart") and PROGRAM not in line} == set()


def test_a_server_gets_no_key_of_ours() -> None:
    server = (ROOT / "deployments/systemd/nastavnik-server.service").read_text(encoding="utf-8")
    assert "nastavnik.env" not in server.split("[Service]")[1]
    assert "key" not in yaml.safe_load(COMPOSE.read_text())["services"]["server"]["secrets"]


@pytest.mark.parametrize("path", [*ROOT.glob("deployments/systemd/*.example"), COMPOSE], ids=lambda path: path.name)
def test_settings_in_examples_exist(path: Path) -> None:
    assert set(re.findall(r"\bNASTAVNIK_\w+", path.read_text(encoding="utf-8"))) <= KNOWN


@pytest.mark.skipif(not has("docker", "compose", "version"), reason="no docker compose on this machine")
def test_compose_takes_its_file(tmp_path: Path) -> None:
    said = judged("docker", "compose", "--file", str(COMPOSE), "config", "--quiet")
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.skipif(not has("check-jsonschema", "--version"), reason="no check-jsonschema in this environment")
@pytest.mark.parametrize(("text", "code"), [("", 0), ("\nservice: {}\n", 1)], ids=["ours", "a word misspelt"])
def test_the_compose_specification_takes_the_file(tmp_path: Path, text: str, code: int) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE.read_text(encoding="utf-8") + text, encoding="utf-8")
    said = judged("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(tmp_path / "compose.yaml"))
    assert said.returncode == code, said.stdout


def test_compose_says_what_it_means() -> None:
    told = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    services = told["services"]
    assert set(services) == {"database", "server", "worker"}
    for name, one in services.items():
        assert "healthcheck" in one, name
        assert set(one["secrets"]) <= set(told["secrets"]), name
        assert {place.partition(":")[0] for place in one["volumes"]} <= set(told["volumes"]), name
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", ())), name
    assert not re.search(r"PASSWORD: |:latest|privileged: true", COMPOSE.read_text(encoding="utf-8"))
    assert all("read_only" in services[name] and services[name]["cap_drop"] == ["ALL"] for name in ("server", "worker"))


@pytest.mark.skipif(not has("hadolint", "--version"), reason="no hadolint on this machine")
def test_hadolint_takes_the_container_file() -> None:
    said = judged("hadolint", str(ROOT / "deployments/Containerfile"))
    assert (said.returncode, said.stdout) == (0, "")


@pytest.mark.parametrize(
    ("name", "value"), [(RETENTION, "events,flow_runs"), ("PREFECT_SERVER_EVENTS_MESSAGING_BROKER", "flows.messaging")]
)
def test_every_shape_of_the_server_forgets_old_runs_and_no_event(tmp_path: Path, name: str, value: str) -> None:
    """Prefect's own defaults keep runs for ever, and drop events that find the database busy."""
    unit = (ROOT / "deployments/systemd/nastavnik-server.service").read_text(encoding="utf-8")
    server = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]["server"]
    assert environment(settings_for(tmp_path), 4200)[name] == server["environment"][name] == value
    assert f"\nEnvironment={name}={value}\n" in unit


def test_the_container_copies_what_there_is_and_is_nobody_special() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE)
    assert [name for line in copied for name in line.split() if not (ROOT / name).exists()] == []
    assert re.findall(r"^USER (\w+)$", CONTAINER, re.MULTILINE) == ["10001"]
    assert re.findall(r"^FROM (\S+?):(\S+)", CONTAINER, re.MULTILINE) == [("python", "3.13-slim-bookworm")] * 2
    assert CONTAINER.count("--require-hashes --only-binary :all:") == 2
    assert "NASTAVNIK_KEY" not in CONTAINER
    let_in = (ROOT / "deployments/Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {name for line in copied for name in line.split()} <= {line.removeprefix("!") for line in let_in}
    assert "deployments/secrets" in let_in
    assert "deployments/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8")


def rows(heading: str) -> set[str]:
    """Return the first cells of a table of the page, below a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return {found for line in section.splitlines() if (found := line.strip("| ").split(" | ")[0].strip("`"))}


def test_the_page_tells_what_to_do_for_every_alarm() -> None:
    failing = {unit.stem for unit in UNITS if unit.suffix == ".service"} - {"nastavnik-metrics"}
    assert {SILENT, STUCK, *ALARMS, *failing} - rows("Тревоги") == set()


def test_the_page_tells_what_to_do_for_every_check() -> None:
    assert {check.name for check in (*CHECKS, SCHEDULES)} - rows("Что проверяет doctor") == set()
