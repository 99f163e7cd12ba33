"""The report and the workbook work in the programs people open them with."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.release.made_contents import DATES, region, town
from tests.release.test_workbook import HOSTILE, with_names
from warehouse.release.report import write_report
from warehouse.release.workbook import write_workbook

CHROMIUM, OFFICE = shutil.which("chromium"), shutil.which("soffice")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"]

pytestmark = pytest.mark.slow


class Opened:
    """A page in a real browser and everything it complained of or asked for."""

    def __init__(self, browser, path: Path, **options) -> None:
        self.page = browser.new_page(**options)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}") or dialog.dismiss())
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def names(self) -> list[str]:
        rows = self.page.locator("tr[data-name]:visible > th")
        return [name.replace("\xa0", " ") for name in rows.all_inner_texts()]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *QUIET])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def town_page(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(town(missing=("NSH-S016",)), path)
    return path


@needs_chromium
def test_institutions_are_sorted_by_any_heading_with_the_keyboard(browser, town_page):
    opened = Opened(browser, town_page)
    page = opened.page
    heading = page.get_by_role("columnheader", name=re.compile("Организация")).first.get_by_role("button")
    heading.focus()
    page.keyboard.press("Enter")
    assert opened.names()[:4] == ["МБОУ ООШ № 5", "МБОУ ООШ № 20", "МБОУ ООШ № 38", "МБОУ ООШ № 79"]
    page.keyboard.press("Enter")
    assert opened.names()[-1] == "МБОУ ООШ № 5"
    page.get_by_role("button", name=re.compile("^Доля")).click()
    descending = page.locator("th[aria-sort=descending]")
    assert descending.count() == 1
    shares = page.locator("tr[data-name] > td:nth-child(6)").evaluate_all(
        "cells => cells.map(cell => cell.dataset.sort)"
    )
    assert shares[-1] == "" and shares[:-1] == sorted(shares[:-1], key=float, reverse=True)
    assert opened.complaints == [] and opened.requests == [town_page.as_uri()]


@needs_chromium
def test_institutions_are_found_by_name_and_kind(browser, town_page):
    opened = Opened(browser, town_page)
    page = opened.page
    page.get_by_label("Название или код").fill("сош № 4")
    assert sorted(opened.names()) == ["МБОУ СОШ № 4", "МБОУ СОШ № 40"]
    assert page.locator("#found").inner_text() == "Показано: 2 из 21"
    page.get_by_label("Название или код").fill("")
    page.get_by_label("Вид", exact=True).select_option("УДО")
    assert len(opened.names()) == 2


@needs_chromium
def test_a_phone_never_scrolls_the_page_sideways(browser, town_page):
    page = Opened(browser, town_page, viewport={"width": 360, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_told_from_its_background(browser, town_page, scheme):
    page = Opened(browser, town_page, color_scheme=scheme).page
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 200
    assert min(contrasts.items(), key=lambda item: item[1])[1] >= 4.5, min(contrasts.items(), key=lambda item: item[1])


# The contrast of WCAG 2 between each element's own text and the nearest background behind it.
CONTRASTS = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = parse(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = {};
  document.querySelectorAll("body *").forEach((element, place) => {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest("script, style")) return;
    const style = getComputedStyle(element);
    const ink = element.closest("svg") ? style.fill : style.color;
    if (ink === "none") return;
    const [one, two] = [light(parse(ink)), light(behind(element))].sort((a, b) => b - a);
    found[`${place} ${element.tagName} ${element.textContent.slice(0, 20)}`] = (one + 0.05) / (two + 0.05);
  });
  return found;
}"""


@needs_chromium
def test_paper_shows_what_was_folded(browser, town_page):
    page = Opened(browser, town_page).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.locator("#filter").is_hidden() and page.locator("nav").is_hidden()
    assert page.pdf().startswith(b"%PDF")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() == 2


@needs_chromium
def test_nothing_in_a_name_runs(browser, tmp_path):
    names = (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</script><script>alert(1)</script>",
        *HOSTILE,
    )
    write_report(with_names(town(), names), tmp_path / "report.html")
    opened = Opened(browser, tmp_path / "report.html")
    assert opened.names()
    assert opened.complaints == [] and opened.requests == [(tmp_path / "report.html").as_uri()]


@needs_chromium
def test_a_region_opens_the_municipality_asked_for(browser, tmp_path):
    write_report(region(240, DATES[-1:]), tmp_path / "report.html")
    opened = Opened(browser, tmp_path / "report.html")
    page = opened.page
    assert opened.names() == []
    page.get_by_role("link", name="Район № 7").click()
    page.locator("#group-M07[open]").wait_for()
    assert len(opened.names()) == 20
    page.get_by_label("Название или код").fill("R61-S0007")
    assert opened.names() == ["МБОУ СОШ № 7"]
    assert opened.complaints == []


@needs_office
def test_the_workbook_opens_in_an_office_program_and_gains_no_formula(tmp_path):
    write_workbook(with_names(town(), HOSTILE), tmp_path / "kpi.xlsx")
    out = tmp_path / "out"
    command = [
        OFFICE,
        "--headless",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--convert-to",
    ]
    for kind in ("xlsx", "pdf"):
        subprocess.run(
            [*command, kind, "--outdir", out, tmp_path / "kpi.xlsx"],
            check=True,
            capture_output=True,
            timeout=120,
        )
    assert (out / "kpi.pdf").read_bytes().startswith(b"%PDF")
    with zipfile.ZipFile(out / "kpi.xlsx") as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 8
    assert all("<f>" not in sheet and "<f " not in sheet for sheet in sheets)
