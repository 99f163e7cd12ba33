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
        rows = self.page.locator(".ranked tr[data-name]:visible > th")
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
    assert page.locator("#found").inner_text() == "Показано: 2 из 21, и в других таблицах тоже"
    page.get_by_label("Название или код").fill("")
    page.get_by_label("Вид", exact=True).select_option("УДО")
    assert len(opened.names()) == 2


@needs_chromium
def test_an_institution_looked_for_is_looked_for_in_every_table(browser, town_page):
    page = Opened(browser, town_page).page
    rows = page.locator("tr[data-of]")
    tables = len(set(rows.evaluate_all("rows => rows.map(row => row.closest('table').caption.textContent)")))
    assert tables == 4  # plan, documents, who has reported, findings
    page.get_by_label("Название или код").fill("NSH-S028")
    left = page.locator("tr[data-of]:not([hidden])").evaluate_all("rows => rows.map(row => row.dataset.of)")
    assert set(left) == {"NSH-S028"}
    page.get_by_label("Название или код").fill("")
    assert page.locator("tr[data-of][hidden]").count() == 0


@needs_chromium
def test_documents_are_sorted_worst_first(browser, town_page):
    page = Opened(browser, town_page).page
    page.get_by_role("button", name=re.compile("Дорожная карта")).click()
    column = page.locator(".documents tbody tr > :nth-child(3)")
    states = column.evaluate_all("cells => cells.map(cell => Number(cell.dataset.sort))")
    assert states == sorted(states, reverse=True) and len(set(states)) > 1


@needs_chromium
@pytest.mark.parametrize(("made", "scheme"), [("town", "light"), ("region", "dark")])
def test_no_serious_violation_of_accessibility(browser, town_page, tmp_path, made, scheme):
    from axe_playwright_python.sync_playwright import Axe

    path = town_page
    if made == "region":
        path = tmp_path / "report.html"
        write_report(region(24, DATES[-2:], missing=("R61-S0007",)), path)
    page = Opened(browser, path, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = Axe().run(page).response["violations"]
    told = {one["id"]: one["nodes"][0]["html"] for one in found if one["impact"] in ("serious", "critical")}
    assert told == {}


@needs_chromium
def test_every_part_is_reached_by_the_keyboard_and_its_focus_is_seen(browser, town_page):
    page = Opened(browser, town_page).page
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
    assert seen[0]["text"] == "К содержанию"
    assert {"A", "SUMMARY", "DIV", "INPUT", "SELECT", "BUTTON"} <= {one["tag"] for one in seen}
    assert [one for one in seen if one["outline"] in ("none", "0px")] == []


FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  return { tag: element.tagName, text: element.textContent.trim().slice(0, 30), outline: style.outlineStyle };
}"""


@needs_chromium
@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_never_scrolls_the_page_sideways(browser, town_page, width):
    page = Opened(browser, town_page, viewport={"width": width, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@needs_chromium
def test_motion_is_left_out_where_it_is_not_wanted(browser, town_page):
    page, behaviours = Opened(browser, town_page).page, {}
    for wanted in ("reduce", "no-preference"):
        page.emulate_media(reduced_motion=wanted)
        behaviours[wanted] = page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
    assert behaviours == {"reduce": "auto", "no-preference": "smooth"}


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
    pdf = page.pdf(prefer_css_page_size=True)
    assert 5 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 14
    assert page.locator("thead").first.evaluate("head => getComputedStyle(head).display") == "table-header-group"
    # A button in a heading would be left out where its heading is repeated on the next page.
    assert page.locator("th button").first.evaluate("one => getComputedStyle(one).display") == "contents"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() == 3


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


@pytest.fixture(scope="module")
def converted(tmp_path_factory) -> Path:
    """The workbook of a town, and what an office program makes of it: xlsx and PDF."""
    folder = tmp_path_factory.mktemp("office")
    write_workbook(with_names(town(), HOSTILE), folder / "kpi.xlsx")
    command = [OFFICE, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to"]
    for kind in ("xlsx", "pdf"):
        words = [*command, kind, "--outdir", folder / "out", folder / "kpi.xlsx"]
        subprocess.run(words, check=True, capture_output=True, timeout=120)
    return folder / "out"


@needs_office
def test_the_workbook_opens_in_an_office_program_and_gains_no_formula(converted):
    with zipfile.ZipFile(converted / "kpi.xlsx") as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 8
    assert all("<f>" not in sheet and "<f " not in sheet for sheet in sheets)


@needs_office
def test_the_workbook_prints_on_few_pages_all_of_them_lying(converted):
    pdf = (converted / "kpi.pdf").read_bytes()
    boxes = [(float(w), float(h)) for w, h in re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)]
    pages = [box for box in boxes if box[0] > 100]
    assert 8 <= len(pages) <= 40  # no sheet is cut into columns of pages, none is left empty
    assert all(width > height for width, height in pages)


@needs_office
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_every_page_of_the_workbook_says_something_and_the_first_what_it_is(converted):
    text = subprocess.run(["pdftotext", "-layout", converted / "kpi.pdf", "-"], check=True, capture_output=True).stdout
    pages = text.decode().split("\f")[:-1]
    assert "Показатели наставничества" in pages[0]
    assert [page for page in pages if len(page.split()) < 12] == []
    assert "стр. 2 из" in pages[1]
    figures = [page for page in pages if page.count("2024-12-31-1") > 5]
    assert len(figures) > 1 and all("Код показателя" in page for page in figures)  # headings on each of them
