"""What a register in time may say, and what is refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.indicators.changing_town import HEAD, REGISTER, SUCCESSIONS
from tests.installations import COLLECTED, ENGINES, installation, learn, moscow, rows, take
from tests.workbooks import organisation, submission, write
from warehouse.forms.prefilled import write_prefilled
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import known_by
from warehouse.register.reference import known_reference, parse_reference
from warehouse.register.successions import LINKING, RENAME, SPLIT, Succession, check_register, successors
from warehouse.tables.tables import table


def check(institutions: str, successions: str) -> None:
    texts = {"institutions": institutions, "successions": successions}
    stripped = {name: "\n".join(line.strip() for line in text.strip().splitlines()) for name, text in texts.items()}
    check_register(*(parse_reference(name, text) for name, text in stripped.items()))


NOTHING = "predecessor,successor,happened_on,kind,source"
OPEN = f"{HEAD}\nA,А,,ОУ,СОШ,T1,99,2020-09-01,\nB,Б,,ОУ,СОШ,T1,99,2022-09-01,"
ENDED = OPEN.replace("2020-09-01,\n", "2020-09-01,2022-08-31\n")


def one(*cells: str) -> str:
    return f"{NOTHING}\n{','.join(cells)}"


WRONG = [
    (ENDED, one("A", "Z", "2022-09-01", "rename", ""), "A → Z, 01.09.2022: организации Z нет в реестре"),
    (ENDED, one("Z", "B", "2022-09-01", "rename", ""), "организации Z нет в реестре"),
    (ENDED, one("A", "B", "2022-09-01", "sale", ""), "вид «sale» неизвестен; возможны rename, merge, split, close"),
    (ENDED, one("A", "", "2022-09-01", "merge", ""), "у закрытия преемника нет, у остальных он должен быть"),
    (ENDED, one("A", "B", "2022-09-01", "close", ""), "у закрытия преемника нет, у остальных он должен быть"),
    (OPEN, one("A", "B", "2022-09-01", "rename", ""), "A действует в реестре и дальше; её valid_to должен быть 31.08.2022"),
    (ENDED, one("A", "B", "2022-10-01", "rename", ""), "A в реестре не действует накануне, 30.09.2022"),
    (ENDED.replace("2022-08-31", "2022-07-31"), one("A", "B", "2022-08-01", "merge", ""), "преемник B в реестре в этот день не действует"),
    (ENDED.replace("99,2022-09-01", "99,2021-09-01"), one("A", "B", "2022-09-01", "rename", ""), "преемник B должен действовать в реестре ровно с этого дня"),
    (ENDED, one("A", "B", "2022-09-01", "merge", "") + "\nA,,2022-09-01,close,", "о той же организации сказано ещё раз"),
    (OPEN + "\nA,А,,ОУ,СОШ,T1,99,2022-09-01,", NOTHING, "A: запись с 01.09.2020 действует и после 01.09.2022"),
    (OPEN.replace("2022-09-01,", "2022-09-01,2022-08-01"), NOTHING, "B: valid_to раньше valid_from"),
]  # fmt: skip


@pytest.mark.parametrize(("institutions", "successions", "told"), WRONG, ids=lambda text: text[-40:])
def test_what_does_not_agree_is_told(institutions: str, successions: str, told: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        check(institutions, successions)
    assert told in str(raised.value)


def test_nobody_is_an_own_successor() -> None:
    returning = (
        f"{HEAD}\nA,А,,ОУ,СОШ,T1,99,2020-09-01,2021-08-31\nB,Б,,ОУ,СОШ,T1,99,2021-09-01,2022-08-31"
        "\nA,А,,ОУ,СОШ,T1,99,2022-09-01,"
    )
    with pytest.raises(Misconfigured, match="A оказывается преемником самой себя"):
        check(returning, f"{NOTHING}\nA,B,2021-09-01,split,\nB,A,2022-09-01,merge,")


def test_two_renamed_into_one_are_a_merger() -> None:
    three = ENDED + "\nC,В,,ОУ,СОШ,T1,99,2020-09-01,2022-08-31"
    with pytest.raises(Misconfigured, match="объединение — merge"):
        check(three, f"{NOTHING}\nA,B,2022-09-01,rename,\nC,B,2022-09-01,rename,")
    check(three, f"{NOTHING}\nA,B,2022-09-01,merge,\nC,B,2022-09-01,merge,")


def test_part_may_leave_an_institution_that_goes_on() -> None:
    check(OPEN, one("A", "B", "2022-09-01", "split", "выделение"))


# -- whose history is whose


def test_through_all_steps_up_to_the_day() -> None:
    made = [
        Succession(date(2021, 9, 1), "A", "B", RENAME),
        Succession(date(2022, 9, 1), "B", "C", "merge"),
        Succession(date(2022, 9, 1), "D", "C", "merge"),
        Succession(date(2023, 9, 1), "C", "E", SPLIT),
        Succession(date(2024, 9, 1), "C", "F", "merge"),
    ]
    assert successors(made, date(2021, 8, 31)) == {}
    assert successors(made, date(2021, 12, 31)) == {"A": "B"}
    assert successors(made, date(2023, 12, 31)) == {"A": "C", "B": "C", "D": "C"}
    assert successors(made, date(2024, 12, 31)) == dict.fromkeys("ABCD", "F")


@st.composite
def forests(draw: st.DrawFn) -> list[Succession]:
    """Successions of institutions 0…n, each ended at most once, always into one of a higher number."""
    many = draw(st.integers(2, 9))
    made = []
    for code in range(many):
        heir = draw(st.integers(code + 1, many)) if draw(st.booleans()) else None
        if heir is not None:
            day = date(2021, 1, 1) + timedelta(days=100 * code)
            made.append(Succession(day, str(code), str(heir), draw(st.sampled_from([*LINKING, SPLIT]))))
    return draw(st.permutations(made))


@given(forests(), st.integers(0, 1000))
def test_a_successor_has_none_itself(made: list[Succession], days: int) -> None:
    on = date(2021, 1, 1) + timedelta(days=days)
    found = successors(made, on)
    linked = {one.predecessor for one in made if one.kind in LINKING and one.happened_on <= on}
    assert set(found) == linked and not set(found.values()) & linked


# -- on both engines


@pytest.fixture(scope="module", params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with installation(tmp_path_factory.mktemp("home") / "home", url, moscow("2021-09-01 12:00")) as home:
        yield home


def test_files_are_checked_against_what_is_known(home: Home, tmp_path: Path) -> None:
    at = moscow("2022-02-01 12:00")
    learn(home, tmp_path / "both", at, institutions=REGISTER, successions=SUCCESSIONS)
    before = rows(home, table("institutions"), "known_seq")
    with pytest.raises(Misconfigured, match="организации A нет в реестре"):
        learn(home, tmp_path / "register alone", at, institutions=f"{HEAD}\nB,Б,,ОУ,СОШ,T1,99,2022-09-01,")
    with pytest.raises(Misconfigured, match="организации Z нет в реестре"):
        learn(home, tmp_path / "successions alone", at, successions=one("A", "Z", "2022-09-01", "rename", ""))
    assert rows(home, table("institutions"), "known_seq") == before


def test_the_specified_register_loads_unchanged(home: Home, tmp_path: Path) -> None:
    from warehouse.register.reference import shipped_reference

    text = (shipped_reference() / "institutions.csv").read_text(encoding="utf-8")
    learn(home, tmp_path, moscow("2022-02-02 12:00"), institutions=text, successions=NOTHING)
    with home.reading() as connection:
        known = known_reference("institutions", known_by(connection, None))
        assert connection.execute(sa.select(sa.func.count()).select_from(known)).scalar() == 21


def test_the_entry_of_the_date_is_written_into_the_template(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as home:
        learn(home, tmp_path / "reference", institutions=REGISTER, successions=SUCCESSIONS)
        write_prefilled(home, "K", date(2022, 12, 31), tmp_path / "K.xlsx")
        with pytest.raises(Misconfigured, match=r"Организация I на 31\.12\.2022 не действует"):
            write_prefilled(home, "I", date(2022, 12, 31), tmp_path / "I.xlsx")


def test_a_file_without_a_date_is_judged_once(tmp_path: Path) -> None:
    """An institution of two entries is still one sender."""
    with installation(tmp_path / "home") as home:
        learn(home, tmp_path / "reference", institutions=REGISTER, successions=SUCCESSIONS)
        sheets = submission("K") | {"Организация": organisation(код_организации="K", отчётная_дата="")}
        write(home.settings.inbox / "K/a.xlsx", sheets)
        assert dict(take(home, COLLECTED).verdicts) == {"rejected": 1}
        rules = [rule for rule, severity in rows(home, table("findings"), "rule", "severity") if severity == "fatal"]
        assert rules.count("bad-reporting-date") == 1 and "unknown-institution" not in rules
