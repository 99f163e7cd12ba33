"""Archives: what they may hold, how CSV in them is read, and what is refused."""

import stat
import struct
import zipfile

import pytest

from expectations.reading.limits import Limits
from tests.reading.made_files import DELIVERY, archive, csv_entries, csv_text, problems, read, rules, table, xlsx

DASH = "–"


@pytest.fixture
def plain(tmp_path):
    """The reading of the same delivery in UTF-8."""
    return read(archive(tmp_path / "plain.zip", csv_entries(DELIVERY)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encodings_and_delimiters(tmp_path, plain, encoding, delimiter):
    reading = read(archive(tmp_path / "a.zip", csv_entries(DELIVERY, encoding, delimiter)))
    assert problems(reading) == [] and reading.sheets["participants"].num_rows == 2
    assert reading.content_hash == plain.content_hash


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866", "mac-cyrillic", "utf-16-le"])
def test_an_encoding_that_cannot_be_known_is_refused(tmp_path, encoding):
    text = csv_text(DELIVERY["Участники"]).replace(DASH, "-")
    reading = read(archive(tmp_path / "a.zip", csv_entries(DELIVERY) | {"Участники.csv": text.encode(encoding)}))
    assert problems(reading) in (
        [("unreadable-file", None, None, None, "кодировка файла «Участники.csv» не определена")],
        # without a mark UTF-16 is valid UTF-8 with a zero after every sign: no heading is seen in it
        [("missing-column", "Участники", None, None, heading) for heading in ("ID участника", "Фамилия", "Имя", "Дата рождения", "Категория")],
    )  # fmt: skip


def test_one_broken_byte_is_not_passed_over(tmp_path):
    entries = csv_entries(DELIVERY)
    entries["Участники.csv"] = entries["Участники.csv"].replace("Пробный".encode(), b"\xd0\xff")
    assert rules(read(archive(tmp_path / "a.zip", entries))) == ["unreadable-file"]


def test_rows_are_named_by_their_line(tmp_path):
    text = 'Сведения\n\nВозраст, полных лет;"Обучаю\nщихся";Обучающихся\n7;"много\nслов";51\n\n8;;x\n'
    reading = read(archive(tmp_path / "a.zip", csv_entries(DELIVERY) | {"Контингент.csv": text}))
    assert reading.sheets["enrolment"].column("row").to_pylist() == [5, 8]
    assert problems(reading)[-1] == ("wrong-type", "Контингент", 8, "C", None)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path, line_end):
    text = line_end.join(["Возраст, полных лет;Обучающихся", "7;51", '8;"48"'])
    reading = read(archive(tmp_path / "a.zip", csv_entries(DELIVERY) | {"Контингент.csv": text}))
    assert reading.sheets["enrolment"].column("row").to_pylist() == [2, 3]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('Возраст, полных лет;Обучающихся\n7;"51', "unreadable-file"),
        ('Возраст, полных лет;Обучающихся\n"7"7;51', "unreadable-file"),
        ("Возраст, полных лет;Обучающихся\n7;" + "5" * 200_000, "too-large"),
        ("Возраст, полных лет;Обучающихся\n" + ";" * 20_000, "too-large"),
        ("PK\3\4", "unsafe-archive"),
    ],
)
def test_csv_that_is_refused(tmp_path, text, rule):
    assert rules(read(archive(tmp_path / "a.zip", csv_entries(DELIVERY) | {"Контингент.csv": text}))) == [rule]


def test_quotes_inside_a_name_are_its_own(tmp_path):
    rows = [
        ["ИНН", "Наименование", "Тип", "Статус соглашения"],
        ["7707083893", 'ООО "Ромашка"; филиал', "предприятие", "заключено"],
    ]
    reading = read(archive(tmp_path / "a.zip", csv_entries(DELIVERY | {"Партнёры": rows})))
    assert reading.sheets["partners"].column("name").to_pylist() == ['ООО "Ромашка"; филиал']


# -- names of entries


@pytest.mark.parametrize("folder", ["", "Сведения/"])
def test_names_of_old_archivers_and_one_folder(tmp_path, plain, folder):
    entries = {folder + name: content for name, content in csv_entries(DELIVERY).items()}
    reading = read(archive(tmp_path / "a.zip", entries, old_names=True))
    assert problems(reading) == [] and reading.content_hash == plain.content_hash


def test_names_told_twice(tmp_path, plain, monkeypatch):
    """Archivers add a name in Unicode as a field of its own; Python 3.12 and later shows that one in its place."""
    shown = iter(csv_entries(DELIVERY))
    monkeypatch.setattr(zipfile.ZipInfo, "_decodeExtra", lambda entry, *_: setattr(entry, "filename", next(shown)))
    reading = read(archive(tmp_path / "a.zip", csv_entries(DELIVERY), old_names=True))
    assert problems(reading) == [] and reading.content_hash == plain.content_hash


def test_what_macs_and_windows_add_is_passed_over(tmp_path, plain):
    junk = {"__MACOSX/._Пары.csv": "x", ".DS_Store": "x", "Thumbs.db": "x", "Инструкция.csv": "читайте"}
    assert read(archive(tmp_path / "a.zip", csv_entries(DELIVERY) | junk)).content_hash == plain.content_hash


@pytest.mark.parametrize(
    "name",
    ["/Анкеты.csv", "../Анкеты.csv", "a/../Анкеты.csv", "C:/Анкеты.csv", "..\\Анкеты.csv", "Анкеты.txt", "Прочее.csv",
     "вложение.zip", "другая/Анкеты.csv", "книга.xlsx"],
)  # fmt: skip
def test_entries_that_have_no_place_in_an_archive(tmp_path, name):
    assert rules(read(archive(tmp_path / "a.zip", csv_entries(DELIVERY) | {name: "x"}))) == ["unsafe-archive"]


def test_two_files_for_one_sheet(tmp_path):
    again = {"Пары .csv": csv_text(DELIVERY["Пары"])}
    assert rules(read(archive(tmp_path / "a.zip", csv_entries(DELIVERY) | again))) == ["duplicate-sheet"]


def test_a_link_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        link = zipfile.ZipInfo("Пары.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
    assert problems(read(path)) == [("unsafe-archive", None, None, None, "ссылка «….csv»")]


# -- an archive that is not what it says

LIE = table("""
    what is changed                                | rule
    compressed bytes                               | unreadable-file
    checksum in the directory                      | unreadable-file
    size in the directory                          | unreadable-file
    size in the entry's own header                 | unreadable-file
    name in the entry's own header                 | unreadable-file
    encryption flag                                | password-protected
    compression method                             | unreadable-file
    number of the volume                           | unreadable-file
    end of the file                                | unreadable-file
    bytes before the first entry                   | unreadable-file
""")[1:]
CENTRAL, END = b"PK\1\2", b"PK\5\6"


def lie(content, what):
    central, end = content.index(CENTRAL), content.rindex(END)

    def put(at, form, value):
        return content[:at] + struct.pack(form, value) + content[at + struct.calcsize(form) :]

    return {
        "compressed bytes": content[:60] + b"\xff\xff\xff\xff" + content[64:],
        "checksum in the directory": put(central + 16, "<I", 1),
        "size in the directory": put(central + 24, "<I", 7),
        "size in the entry's own header": put(22, "<I", 7),
        "name in the entry's own header": put(30, "<B", ord("x")),
        "encryption flag": put(central + 8, "<H", 0x801),
        "compression method": put(central + 10, "<H", 12),
        "number of the volume": put(end + 4, "<H", 1),
        "end of the file": content[:-30],
        "bytes before the first entry": b"MZ" + content,
    }[what]


@pytest.mark.parametrize(("what", "rule"), LIE)
def test_an_archive_that_lies(tmp_path, what, rule):
    path = archive(tmp_path / "a.zip", csv_entries(DELIVERY))
    path.write_bytes(lie(path.read_bytes(), what))
    assert rules(read(path)) == [rule]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name(tmp_path):
    path = archive(tmp_path / "a.zip", csv_entries(DELIVERY))
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("Пары.csv", "x")
    assert problems(read(path)) == [("unreadable-file", None, None, None, "в архиве два файла с одним именем")]


@pytest.mark.parametrize(
    ("limits", "detail"),
    [
        (Limits(entries=3), "в архиве больше 3 файлов"),
        (Limits(unpacked_bytes=2 * 1024 * 1024), "распакованные данные больше 2 МБ"),
        (Limits(), "файл внутри архива сжат сильнее чем 100:1"),
    ],
)
def test_bombs(tmp_path, limits, detail):
    bomb = csv_entries(DELIVERY) | {"Пары.csv": b";" * 3_000_000}
    reading = read(archive(tmp_path / "a.zip", bomb), limits)
    if detail.startswith("распакованные"):
        reading = read(
            archive(tmp_path / "b.zip", csv_entries(DELIVERY) | {f"{n}.csv": b";" * 900_000 for n in range(3)}),
            limits,
        )
    assert problems(reading) == [("too-large", None, None, None, detail)]


def test_a_short_entry_of_equal_rows_is_no_bomb(tmp_path):
    rows = [["Возраст, полных лет", "Обучающихся"], *[[None, None]] * 5_000, [7, 51]]
    reading = read(archive(tmp_path / "a.zip", csv_entries(DELIVERY | {"Контингент": rows})))
    assert problems(reading) == [] and reading.sheets["enrolment"].num_rows == 1


def test_parts_of_a_book_named_with_windows_separators(tmp_path):
    """Excel opens such a book: its school would not see what is wrong. Errors of cells are found in it too."""
    path = xlsx(
        tmp_path / "a.xlsx", DELIVERY | {"Контингент": [["Возраст, полных лет", "Обучающихся"], [7, "=NA()→#N/A"]]}
    )
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    backslashed = {name.replace("/", "\\"): content for name, content in parts.items()}
    found = problems(read(archive(tmp_path / "b.xlsx", backslashed)))
    assert found == problems(read(path)) == [("excel-error-value", "Контингент", 2, "B", None)]
    assert rules(read(archive(tmp_path / "c.xlsx", parts | backslashed))) == ["unreadable-file"]
