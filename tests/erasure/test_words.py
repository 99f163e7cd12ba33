"""A person named in words."""

from __future__ import annotations

import pytest

from warehouse.erasure.words import Words

NAMES = [("Канарейкин", "Кенар", "Птахович"), ("Ли", "Анна", None), ("Римский-Корсаков", "Николай", "Андреевич")]


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        ("result", "помог Канарейкину", True),
        ("result", "КАНАРЕЙКИНЫМ доволен", True),
        ("result", "канарейки поют", True),  # emptied too: rather too many texts than too few
        ("result", "канат", False),
        ("result", "канарейкинскими стараниями", False),  # longer than any ending
        ("result", "с Ли", True),
        ("result", "Лида", False),
        ("request", "слушать Римского-Корсакова", True),
        ("result", "", False),
        ("curator_name", "Канарейкин Кенар Птахович", True),
        ("curator_name", "Кенар Птахович КАНАРЕЙКИН", True),
        ("curator_name", "Канарейкин Пётр Птахович", False),
    ],
)
def test_a_text_names_them(column: str, text: str, told: bool) -> None:
    assert Words(NAMES).told_in(column, text) is told


def test_a_row_without_tokens_is_theirs_by_surname_and_given_name() -> None:
    words = Words(NAMES)
    assert words.is_name(("канарейкин", "Кенар", None))
    assert not words.is_name(("Канарейкин", "Пётр", None))
    assert not words.is_name((None, None, None))
    assert not Words([(None, None, None)]).is_name((None, None, None))
