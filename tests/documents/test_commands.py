"""The order's documents from the command line: monitoring, pages."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import Run, runner
from tests.workbooks import submission, write

pytestmark = pytest.mark.slow
RELEASE = "2021-12-31-1"
FREE_WORDS = {  # whatever a school writes freely may name people: Канарейкин is nobody
    "Мероприятия": """
        Дата       | Вид мероприятия      | Название              | Участников | Часов
        10.10.2021 | обучение наставников | Урок Канарейкина      | 10         | 2
    """,
    "Партнёры": """
        ИНН        | Наименование      | Тип                            | Статус соглашения | Предоставлено наставников
        7707083893 | ИП Канарейкин П.А. | индивидуальный предприниматель | заключено         | 1
    """,
    "Практики": """
        Название         | Форма наставничества | Результат
        Опыт Канарейкина | педагог – ученик     | Канарейкин доволен
    """,
}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """A home with one release, of one school's submission."""
    home = tmp_path_factory.mktemp("home") / "home"
    write(home / "inbox/NSH-S007/a.xlsx", submission(**FREE_WORDS))
    run = runner(home)
    assert run("intake", "--received-at", "2022-01-10").exit_code == 0
    result = run("release", "--as-of", "2021-12-31")
    assert result.exit_code == 0, result.output
    return run, home


@pytest.fixture(scope="module")
def monitored(released: tuple[Run, Path]) -> Result:
    return released[0]("monitoring", "--release", RELEASE)


def test_the_monitoring_report_lies_in_the_home_for_its_owner_alone(
    released: tuple[Run, Path], monitored: Result
) -> None:
    path = released[1] / "documents" / RELEASE / "monitoring.docx"
    assert (monitored.exit_code, monitored.output) == (0, f"{path}\n")
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_that_a_school_wrote_freely_is_told_on(released: tuple[Run, Path], monitored: Result) -> None:
    with zipfile.ZipFile(monitored.output.strip()) as archive:
        parts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    report = (released[1] / "releases" / RELEASE / "report.html").read_text(encoding="utf-8")
    for text in (*parts, report):
        assert not re.search("канарейкин|пробный|мнимый", text, re.IGNORECASE)
    assert "обучение наставников" in report and "индивидуальный предприниматель" in report


def test_a_page_is_made_for_each_institution(released: tuple[Run, Path], tmp_path: Path) -> None:
    made = released[0]("pages", "--release", RELEASE, "-o", tmp_path / "new" / "pages")
    assert (made.exit_code, made.output.splitlines()) == (0, ["Страниц: 21.", str(tmp_path / "new/pages")])
    pages = sorted((tmp_path / "new/pages").iterdir())
    assert len(pages) == 21 and pages[-1].name == "NSH-S079.pdf"
    assert all(page.read_bytes().startswith(b"%PDF") for page in pages)


def test_a_page_is_made_for_one_institution(released: tuple[Run, Path]) -> None:
    made = released[0]("pages", "--release", RELEASE, "--institution", "NSH-S007")
    path = released[1] / "documents" / RELEASE / "pages" / "NSH-S007.pdf"
    assert made.output.splitlines() == ["Страниц: 1.", str(path)]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("monitoring", "--release", "2021-12-31-9"), f"Выпуска 2021-12-31-9 нет. Есть: {RELEASE}."),
        (
            ("pages", "--release", RELEASE, "--institution", "NSH-S999"),
            f"В выпуске {RELEASE} нет организации NSH-S999.",
        ),
        (("monitoring", "--release", RELEASE, "--template", "/no/such.docx"), "нет такого файла: /no/such.docx"),
        (("pages",), "Не указано: --release."),
    ],
)
def test_what_is_not_there_is_told(released: tuple[Run, Path], words: tuple[str, ...], said: str) -> None:
    result = released[0](*words)
    assert result.exit_code == 2
    assert said in result.stderr
