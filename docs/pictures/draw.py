"""The pictures of the pages, made anew: python docs/pictures/draw.py [HOME]

HOME is a home that `nastavnik demo` filled; without it one is made in a temporary folder, which takes a minute. All
people in it are invented. Needs soffice, pdftoppm and chromium; each picture stays below 150 KB.
"""

from __future__ import annotations

import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

PICTURES = Path(__file__).resolve().parent
NASTAVNIK = Path(sys.executable).with_name("nastavnik")
LARGEST = 150_000  # bytes of a picture
CONTACT = "отдел общего образования, телефон 8 (000) 000-00-00"
SCREEN = """<!doctype html><meta charset="utf-8"><style>
@page {{ size: 900px {height}px; margin: 0 }}
body {{ margin: 0; background: #22272e; -webkit-print-color-adjust: exact; }}
pre {{ margin: 18px; color: #e8e8e8; font: 12px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; }}
</style><pre><b>$ {command}</b>\n\n{answer}</pre>"""


def run(*words: str | Path, home: Path) -> str:
    """Run a command of ours in a home; a check may end with 1."""
    environ = os.environ | {"NASTAVNIK_HOME": str(home), "NASTAVNIK_CONTACT": CONTACT}
    done = subprocess.run([NASTAVNIK, *map(str, words)], env=environ, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return done.stdout


def telling_delivery(home: Path) -> dict:
    """Choose the receipt of the newest date that tells of the most rules in few findings."""
    receipts = [json.loads(path.read_text()) for path in sorted(home.glob("receipts/*/*/receipt.json"))]
    last = max(one["as_of"] for one in receipts if one["as_of"])
    some = [one for one in receipts if one["as_of"] == last and len(one["findings"]) <= 20]
    return max(some, key=lambda one: (len({finding["rule"] for finding in one["findings"]}), one["delivery"]))


def printed(book: Path) -> Path:
    """Print a workbook as PDF, beside it."""
    folder = book.parent
    office = f"-env:UserInstallation=file://{folder}/office"
    words = ["soffice", office, "--headless", "--convert-to", "pdf", "--outdir", folder, book]
    subprocess.run(words, check=True, capture_output=True)
    return book.with_suffix(".pdf")


def page(pdf: Path, number: int, picture: str, box: tuple[int, int, int, int], dpi: int = 80) -> None:
    """Draw a box (left, top, width, height) of a printed page."""
    left, top, width, height = map(str, box)
    place = ["-x", left, "-y", top, "-W", width, "-H", height, "-f", str(number), "-singlefile", "-r", str(dpi)]
    subprocess.run(["pdftoppm", "-png", *place, pdf, PICTURES / picture], check=True)


def page_with(pdf: Path, words: str) -> int:
    """Return the first page that begins with these words."""
    pages = subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True, text=True).stdout.split("\f")
    return next(number for number, text in enumerate(pages, 1) if text.strip().startswith(words))


def shortened(answer: str, most: int = 14) -> str:
    """Leave out lines from the middle of an answer: its beginning and end tell what it is."""
    lines = answer.splitlines()
    return "\n".join(lines if len(lines) <= most else [*lines[: most // 2], "    …", *lines[-most // 2 :]])


def screen(folder: Path, command: str, answer: str, picture: str) -> None:
    """Draw a terminal with a command and its answer."""
    lines = sum(1 + len(line) // 115 for line in answer.splitlines()) + 4
    path, printed = folder / f"{picture}.html", folder / f"{picture}.pdf"
    text = SCREEN.format(height=lines * 18 + 30, command=html.escape(command), answer=html.escape(answer))
    path.write_text(text, encoding="utf-8")
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/chromium"]
    subprocess.run(["chromium", *quiet, f"--print-to-pdf={printed}", path.as_uri()], check=True, capture_output=True)
    shot = ["pdftoppm", "-png", "-gray", "-singlefile", "-r", "96", printed, PICTURES / picture]
    subprocess.run(shot, check=True)


def mended(marked: Path, target: Path) -> Path:
    """Save a workbook from which thirty pairs are gone, as a curator's slip would leave it."""
    book = openpyxl.load_workbook(marked)
    pairs = book["Пары"]
    pairs.delete_rows(pairs.max_row - 29, 30)
    book.save(target)
    return target


def sheet(pdf: Path, picture: str, dpi: int = 80) -> None:
    """Draw the one page of a PDF."""
    subprocess.run(["pdftoppm", "-png", "-singlefile", "-r", str(dpi), pdf, PICTURES / picture], check=True)


def report(home: Path) -> None:
    """Draw the newest report: its beginning on a laptop and on a phone, documents of institutions in the dark."""
    from playwright.sync_api import sync_playwright

    newest = sorted(home.glob("releases/*/report.html"))[-1]
    views = {
        "report": (1200, 820, "light", "main"),
        "report-phone": (390, 780, "light", "main"),
        "report-dark": (1200, 760, "dark", "#order"),
    }
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for picture, (width, height, scheme, place) in views.items():
            shown = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
            )
            shown.goto(newest.as_uri())
            if place.startswith("#"):
                shown.evaluate("place => document.querySelector(place).scrollIntoView()", place)
            shown.screenshot(path=PICTURES / f"{picture}.png")
        browser.close()


def terminal(home: Path, folder: Path) -> None:
    """Draw how a demonstration ends, in its colours; nothing is fetched by who looks at it."""
    from rich.console import Console

    from flows.cli.telling.summary import show_summary

    shown = folder / "demo-home"
    shown.symlink_to(home.absolute())
    os.chdir(folder)
    newest = sorted(Path("demo-home").glob("releases/*/report.html"))[-1].parent
    out = Console(record=True, width=84, file=io.StringIO(), force_terminal=True, highlight=False)
    out.print("$ make demo", style="bold")
    show_summary(Path("demo-home"), newest, out)
    drawn = re.sub(r"@font-face \{.*?\}", "", out.export_svg(title="nastavnik demo"), flags=re.DOTALL)
    (PICTURES / "terminal.svg").write_text(drawn, encoding="utf-8")


def school(home: Path, folder: Path, code: str = "NSH-S007") -> None:
    """Draw the page of one school."""
    release = sorted(path.parent.name for path in home.glob("releases/*/report.html"))[-1]
    run("pages", "--release", release, "--institution", code, "-o", folder, home=home)
    sheet(folder / f"{code}.pdf", "school", dpi=72)


def draw(home: Path, folder: Path) -> None:
    """Make every picture."""
    receipt = telling_delivery(home)
    code, delivery, as_of = receipt["institution"]["code"], receipt["delivery"], receipt["as_of"]
    marked = folder / "marked.xlsx"
    run("mark", delivery, "-o", marked, home=home)
    page(printed(marked), 1, "marked", (20, 20, 900, 620))
    (protocol,) = home.glob(f"receipts/{code}/*_{delivery}/протокол.xlsx")
    copy = folder / "receipt.xlsx"
    copy.write_bytes(protocol.read_bytes())
    page(printed(copy), 1, "receipt", (30, 30, 610, 780))
    run("template", "--institution", code, "--as-of", as_of, home=home)
    template = folder / "template.xlsx"
    template.write_bytes((home / "templates" / code / f"{code}-{as_of}.xlsx").read_bytes())
    pdf = printed(template)
    page(pdf, 1, "instruction", (30, 30, 610, 670))
    page(pdf, page_with(pdf, "Участники"), "template", (20, 20, 900, 300))
    book = mended(marked, folder / "книга.xlsx")
    screen(folder, "nastavnik check книга.xlsx", shortened(run("check", book, home=home)), "check")
    report(home)
    figures = folder / "kpi.xlsx"
    figures.write_bytes(sorted(home.glob("releases/*/kpi.xlsx"))[-1].read_bytes())
    pdf = printed(figures)
    page(pdf, page_with(pdf, "Обучающиеся, вовлечённые"), "kpi", (10, 10, 890, 400))
    terminal(home, folder)
    school(home, folder)


def main() -> None:
    """Draw them from the home named, or from a demonstration of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary) / "home"
        if not home.exists():
            run("demo", "--fresh", home=home)
        draw(home, Path(temporary))
    for path in sorted(PICTURES.glob("*.png")):
        sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")
        if path.stat().st_size > LARGEST:
            raise SystemExit(f"{path.name} is too large")


if __name__ == "__main__":
    main()
