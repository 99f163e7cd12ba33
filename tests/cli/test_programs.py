"""What programs are answered, what the shell is offered, and what a mistake is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import ENDS_BEFORE_IT_STARTS, Run
from tests.workbooks import submission, write
from warehouse.findings.listing import FINDINGS_HEADER
from warehouse.installation.home import locked
from warehouse.installation.settings import read_settings

Collected = tuple[Run, Path, Result]
ANSWERS = [  # command, code, something of its answer
    ("status", 0, "dates"),
    ("keys show", 0, "master"),
    ("audit verify", 0, "whole"),
    ("audit list", 0, 0),
    ("persons list", 0, None),
    ("persons queue", 0, None),
    ("explanations list", 0, None),
    ("findings", 0, 0),
    ("kpi", 0, 0),
    ("trajectory", 0, None),
    ("release --as-of 2021-12-30 --dry-run", 1, "blocked"),
    ("post --dry-run", 0, None),
    ("retention --dry-run", 0, "counts"),
    ("intake", 0, "verdicts"),
    ("upgrade", 0, "target"),
    ("rebuild", 0, "deliveries"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "has"), ANSWERS)
def test_an_answer_is_one_json_value(collected: Collected, words: str, code: int, has: str | int | None) -> None:
    run, _, _ = collected
    result = run(*words.split(), "--format", "json")
    assert result.exit_code == code, result.output
    told = json.loads(result.stdout)
    assert has is None or told[has] is not None


def test_findings_answer_by_the_columns_of_csv(collected: Collected) -> None:
    run, _, _ = collected
    rows = json.loads(run("findings", "--format", "json").stdout)
    assert {tuple(row) for row in rows} == {FINDINGS_HEADER}
    one = next(row["delivery"] for row in rows if row["rule"] == "ends-before-start")
    of_one = json.loads(run("findings", "--delivery", one, "--format", "json").stdout)
    assert [row["number"] for row in of_one] == list(range(1, len(of_one) + 1))
    csv = run("findings", "--delivery", one, "--format", "csv").stdout.splitlines()
    assert (csv[0], len(csv)) == (",".join(FINDINGS_HEADER), len(of_one) + 1)


def test_check_and_intake_answer_their_verdicts(run_made: Run, tmp_path: Path) -> None:
    book = write(tmp_path / "книга.xlsx", submission(Пары=ENDS_BEFORE_IT_STARTS))
    (told,) = json.loads(run_made("check", book, "--format", "json").stdout)
    assert (told["file"], told["verdict"]) == (str(book), "accepted_with_errors")
    assert ("Пары", 3, "G") in {(one["sheet"], one["row"], one["column"]) for one in told["findings"]}
    assert told["effect"]["as_of"] == "2021-12-31"
    write(tmp_path / "home/inbox/NSH-S007/a.xlsx", submission())
    taken = json.loads(run_made("intake", "--received-at", "2022-01-10", "--format", "json").stdout)
    assert taken["verdicts"] == {"accepted": 1}
    assert [(one["institution"], one["held"]) for one in taken["deliveries"]] == [("NSH-S007", False)]


OFFERED = [
    ("kpi --as", 2, "plain,--as-of"),
    ("kpi --as-of ", 3, "plain,2021-12-31"),
    ("kpi --format ", 3, "plain,csv"),
    ("kpi --breakdown ", 3, "plain,age"),
    ("forms --institution NSH-S00", 3, "plain,NSH-S007"),
    ("mail-password NSH-S00", 2, "plain,NSH-S007"),
    ("explain --indicator students", 3, "plain,students_involved"),
    ("check b", 2, "file,b"),
    ("verify b", 2, "dir,b"),
    ("compl", 1, "plain,completion"),
]


def _offered(run: Run, line: str, place: int) -> list[str]:
    asked = {"_NASTAVNIK_COMPLETE": "bash_complete", "COMP_WORDS": f"nastavnik {line}", "COMP_CWORD": str(place)}
    return run(**asked).stdout.split()


@pytest.mark.parametrize(("line", "place", "word"), OFFERED)
def test_the_shell_is_offered_words(collected: Collected, line: str, place: int, word: str) -> None:
    run, _, _ = collected
    assert word in _offered(run, line, place)


def test_tab_waits_for_nobody_and_makes_nothing(collected: Collected, run: Run, tmp_path: Path) -> None:
    assert _offered(run, "kpi --as-of ", 3) == []
    assert not (tmp_path / "home").exists()
    busy, home, _ = collected
    with locked(read_settings({"NASTAVNIK_HOME": str(home)}), alone=True):
        assert _offered(busy, "kpi --as-of ", 3) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_taught(run: Run, shell: str) -> None:
    result = run("completion", shell)
    assert (result.exit_code, f"_NASTAVNIK_COMPLETE={shell}_complete" in result.stdout) == (0, True)


MISTAKES = [  # command with the folder as {}, what is told; each with code 2 and nothing else
    ("-x", "Нет параметра -x."),
    ("kpi --as-of 2021-13-45", "ожидается дата"),
    ("kpi --as-of 0001-01-01", "не действует ни одна версия"),
    ("explain --indicator zzz --scope region:R1 --as-of 2021-12-31", "Известные: students_involved"),
    ("explain --indicator students_involved --scope planet:X --as-of 2021-12-31", "ожидается охват"),
    ("trace nope Участники 3", "Номер сдачи — в протоколе"),
    ("trace nope Участники -1", "Нет параметра -1."),
    ("persons same a b", "ожидается сдача и строка"),
    ("persons same a:1 b:2", "такой строки листа «Участники» нет"),
    ("persons undo 7", "nastavnik persons list"),
    ("persons undo 999999999999999999999", "nastavnik persons list"),
    ("persons decide {}/text", "это не книга очереди"),
    ("persons queue -o {}/empty", "папка, а нужен файл"),
    ("withdraw nope", "Номер сдачи — в протоколе"),
    ("confirm nope", "nastavnik status"),
    ("mark nope -o {}/x.xlsx", "nastavnik findings"),
    ("mark nope -o {}/empty", "папка, а нужен файл"),
    ("mark nope -o {}/text/x.xlsx", "в нём ничего не записать"),
    ("explain-warning nope 1 --text x", "nastavnik findings"),
    ("explanations undo 1", "nastavnik explanations list"),
    ("findings --delivery nope", "nastavnik findings"),
    ("revisions --from nope", "ожидается дата или время"),
    ("rehearse --set x", "такого правила или предела нет"),
    ("rehearse --rules {}/text", "это не файл TOML"),
    ("release --as-of 2021-12-31 -o {}/text", "файл, а нужна папка"),
    ("publish --release 1 -o {}/text", "файл, а нужна папка"),
    ("pages --release 1 -o {}/text", "файл, а нужна папка"),
    ("pages --release 1", "Выпуска 1 нет"),
    ("sign --new-key {}/text", "уже есть"),
    ("sign {}", "Нужны папка выпуска, --key и --role"),
    ("forms --institution NOPE", "nastavnik status"),
    ("template --institution NOPE --as-of 2021-12-31", "nastavnik status"),
    ("template --institution NSH-S007 --as-of 2021-12-31 -o {}/empty", "папка, а нужен файл"),
    ("analysis -o {}/empty", "папка, а нужен файл"),
    ("lake kpi {}/empty", "nastavnik lake pack"),
    ("check {}/empty", "нет такого файла"),
    ("intake --inbox {}/text", "нет такой папки"),
    ("reference load {}/empty", "ни одного справочника"),
    ("reference load {}/cp1251", "не в UTF-8"),
    ("backup -o {}/text", "файл, а нужна папка"),
    ("backup --keep-days 99999999999", "не больше 36500"),
    ("doctor --night 99999999999", "не больше"),
    ("restore {}/empty", "нет ни одной копии"),
    ("up --port 99999999", "не больше 65535"),
    ("mail-password NOPE", "nastavnik status"),
    ("erase nope:1 --ground other", "Номер сдачи — в протоколе"),
    ("completion tcsh", "ожидается bash или zsh или fish"),
]  # fmt: skip


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a text file, an empty folder, and a reference file of another encoding."""
    folder = tmp_path_factory.mktemp("things")
    for name in ("empty", "cp1251"):
        (folder / name).mkdir()
    (folder / "text").write_text("[", encoding="utf-8")
    (folder / "cp1251/milestones.csv").write_bytes("code,title\nвстреча".encode("cp1251"))
    return folder


@pytest.mark.parametrize(("words", "told"), MISTAKES)
def test_a_mistake_is_told_with_what_to_do(collected: Collected, things: Path, words: str, told: str) -> None:
    run, _, _ = collected
    result = run(*words.replace("{}", str(things)).split())
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert told in result.stderr
    assert "Сбой" not in result.stderr and "Traceback" not in result.stderr


SETTINGS = [
    ("NASTAVNIK_WAREHOUSE_URL", "mysql://x", 2, "ожидается адрес postgresql"),
    ("NASTAVNIK_WAREHOUSE_URL", "нечто", 2, "ожидается адрес postgresql"),
    ("NASTAVNIK_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:port/x", 2, "ожидается адрес postgresql"),
    ("NASTAVNIK_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/x", 3, "база не отвечает"),
    ("NASTAVNIK_TIMEZONE", "Mars", 2, "нет такого часового пояса"),
    ("NASTAVNIK_WORKERS", "many", 2, "ожидается неотрицательное число"),
    ("NASTAVNIK_WORKERS", "nan", 2, "ожидается неотрицательное число"),
    ("NASTAVNIK_BATCH", "inf", 2, "ожидается неотрицательное число"),
    ("NASTAVNIK_KEY_COMMAND", "'", 2, "команда не запускается"),
    ("NASTAVNIK_HOME", "/etc/hostname", 2, "не папка"),
    ("NASTAVNIK_HOME", "/etc/hostname/home", 2, "не папка"),
    ("NASTAVNIK_HOME", "/proc/nowhere/home", 2, "назовите другую папку"),
]


@pytest.mark.parametrize(("name", "value", "code", "told"), SETTINGS)
def test_a_wrong_setting_is_told_by_its_name(run: Run, name: str, value: str, code: int, told: str) -> None:
    result = run("status", **{name: value})
    assert (result.exit_code, result.stdout) == (code, "")
    assert name in result.stderr and told in result.stderr
