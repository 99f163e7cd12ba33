"""Reading in child processes: one bad file costs itself alone, and no child is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from expectations.reading.limits import Limits
from expectations.reading.pool import read_many
from expectations.reading.wire import SCHEMAS
from tests.reading.made_files import DELIVERY, KEY, archive, csv_entries, problems, read, rules, xlsx
from tests.reading.made_xls import XLS

pytestmark = pytest.mark.slow  # processes are killed
LITTLE_MEMORY = Limits(memory_bytes=80 * 1024 * 1024)


def children():
    """Processes that read for this one."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                command, status = (process / "cmdline").read_bytes(), (process / "status").read_text()
            except OSError:
                continue
            if b"expectations.reading.process" in command and f"PPid:\t{os.getpid()}\n" in status:
                found.append(int(process.name))
    return found


def is_running(process):
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes() != b""  # empty for the dead not yet buried
    except OSError:
        return False


@pytest.fixture
def good(tmp_path):
    return xlsx(tmp_path / "good.xlsx", DELIVERY)


@pytest.fixture
def heavy(tmp_path):
    """A workbook that takes seconds and a hundred megabytes to read."""
    rows = [["Возраст, полных лет", "Обучающихся"], *[[f"{n} лет", f"{n} чел."] for n in range(60_000)]]
    return xlsx(tmp_path / "heavy.xlsx", DELIVERY | {"Контингент": rows})


@pytest.fixture(autouse=True)
def no_child_is_left():
    yield
    assert children() == []


def same(one, other):
    return one.content_hash == other.content_hash and all(one.sheets[name] == other.sheets[name] for name in SCHEMAS)


@pytest.mark.parametrize("workers", [1, 2])
def test_many_files_are_read_as_one_by_one(tmp_path, good, workers):
    (tmp_path / "text.xlsx").write_text("текст")
    paths = [good, tmp_path / "text.xlsx", good, good]
    found = list(read_many(paths, KEY, Limits(), workers))
    assert sorted(path.name for path, _ in found) == ["good.xlsx"] * 3 + ["text.xlsx"]
    assert all(same(reading, read(path)) for path, reading in found)
    assert all(reading.problems == read(path).problems for path, reading in found)


def test_files_are_taken_as_they_are_needed(good):
    taken = []
    found = read_many((taken.append(1) or good for _ in range(100)), KEY, Limits(), 2)
    next(found)
    assert len(taken) <= 4
    found.close()


def test_no_files_no_children():
    assert list(read_many([], KEY, Limits(), 2)) == []


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (LITTLE_MEMORY, ("too-large", "для чтения не хватило памяти")),
        (Limits(wall_seconds=0), ("too-large", "файл читается слишком долго")),
    ],
)
def test_a_file_beyond_the_limits_of_the_process(heavy, limits, problem):
    """The child is out of memory for real, or killed for real."""
    ((path, reading),) = read_many([heavy], KEY, limits, 1)
    assert path == heavy
    assert [(rule, detail) for rule, *_, detail in problems(reading)] == [problem]


def test_a_file_that_takes_too_much_processor_time(heavy):
    none_left = Limits(cpu_seconds=-1)  # what starting took is already too much
    ((_, reading),) = read_many([heavy], KEY, none_left, 1)
    assert rules(reading) == ["too-large"]


def test_after_a_file_that_kills_its_reader_others_are_read(good, heavy):
    found = {path: rules(reading) for path, reading in read_many([heavy, good], KEY, LITTLE_MEMORY, 1)}
    assert found == {heavy: ["too-large"], good: []}


def test_damage_is_a_problem_and_never_our_mistake(tmp_path, good):
    random = Random(7)
    originals = [good.read_bytes(), archive(tmp_path / "a.zip", csv_entries(DELIVERY)).read_bytes(), XLS]
    for number in range(150):
        content = originals[number % 3]
        for _ in range(random.randint(1, 4)):
            at, bytes_there = random.randrange(len(content)), random.randbytes(random.randint(1, 8))
            content = content[:at] + bytes_there + content[at + len(bytes_there) :]
        (tmp_path / f"{number}.bin").write_bytes(content)
    found = list(read_many(sorted(tmp_path.glob("*.bin")), KEY, Limits(), 2))
    assert len(found) == 150
    assert [path for path, reading in found if "внутренняя ошибка" in str(reading.problems.to_pylist())] == []


@pytest.mark.parametrize(("times", "told"), [(1, []), (2, ["unreadable-file"])])
def test_a_child_that_dies_is_replaced_once(good, heavy, times, told):
    """A stranger's signal takes no file with it; a file that takes two children is refused."""
    killer = subprocess.Popen([sys.executable, "-c", KILLER, str(os.getpid()), str(heavy), str(times)])
    found = {path: rules(reading) for path, reading in read_many([heavy, good], KEY, Limits(), 1)}
    killer.wait()
    told_of_heavy = [rule for rule in found[heavy] if rule != "wrong-type"]
    assert (told_of_heavy, found[good]) == (told, [])


# Waits for a child of the given process that is in the middle of work, and kills it as a crash does.
KILLER = """
import os, signal, sys, time
from pathlib import Path
parent, times, killed = sys.argv[1], int(sys.argv[3]), set()
while len(killed) < times:
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal() or process.name in killed:
            continue
        try:
            status = (process / "status").read_text()
            command = (process / "cmdline").read_bytes()
            ready = (process / "limits").read_text()
        except OSError:
            continue
        limited = "Max core file size        0                    0" in ready
        if b"reading.process" in command and f"PPid:\\t{parent}\\n" in status and limited:
            time.sleep(0.3)
            os.kill(int(process.name), signal.SIGSEGV)
            killed.add(process.name)
    time.sleep(0.02)
"""


def test_a_file_that_cannot_be_opened_is_our_trouble(tmp_path, good):
    with pytest.raises(FileNotFoundError):
        list(read_many([tmp_path / "absent.xlsx"], KEY, Limits(), 1))


def test_children_end_with_their_parent(heavy):
    """Even when the parent is killed."""
    script = f"""
from pathlib import Path
from expectations.reading.pool import read_many
from expectations.reading.limits import Limits
for _ in read_many([Path({str(heavy)!r})] * 9, b"k" * 32, Limits(), 1):
    print("read", flush=True)
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment)
    assert parent.stdout is not None and parent.stdout.readline() == b"read\n"
    child = int(Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()[0])
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 60
    while is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_child_that_cannot_start_is_no_fault_of_a_file(good, monkeypatch, tmp_path):
    broken = tmp_path / "expectations" / "reading"
    broken.mkdir(parents=True)
    (tmp_path / "expectations" / "__init__.py").write_text("")
    (broken / "__init__.py").write_text("raise ImportError")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuntimeError, match="did not start"):
        list(read_many([good], KEY, Limits(), 1))
