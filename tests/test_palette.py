"""The colours: readable, told apart by colour-blind readers and without colour, also as rendered."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import openpyxl
import pytest

from evalxl.cli import main
from evalxl.pages import gather, site
from evalxl.settings import Site
from tests.support import many
from tests.support.browser import Watched
from tests.support.colours import MATRICES, contrast, distance, lightness
from tests.support.layouts import Style, sample, write_book
from tests.support.office import Office
from workbook import blank, palette
from workbook import form as forms
from workbook.looks import LOOKS
from workbook.record import to_json

ROOT = Path(__file__).parent.parent
READABLE = 4.5
"""WCAG 2.2, level AA."""
APART = 10
"""ΔE between colours that mean different things: four times what can just be seen."""


# ---- the palette -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "ground"), palette.TEXTS)
def test_texts_are_readable(text: str, ground: str) -> None:
    assert contrast(text, ground) >= READABLE


@pytest.mark.parametrize("sight", ["", *MATRICES])
@pytest.mark.parametrize("group", palette.TELL_APART)
def test_colours_are_told_apart(group: tuple[str, ...], sight: str) -> None:
    near = {pair: distance(*pair, sight) for pair in combinations(group, 2)}
    assert min(near.values()) >= APART, near


def test_the_layers_of_charts_are_told_apart_without_colour() -> None:
    lights = sorted(map(lightness, palette.SERIES))
    assert min(b - a for a, b in pairwise(lights)) >= APART


def test_the_measures_know_what_cannot_be_told_apart() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") < READABLE
    red, green = "#C85A5A", "#7E8A3C"
    assert distance(red, green) > 50
    assert distance(red, green, "deuteranopia") < 20


def test_no_other_module_names_a_colour() -> None:
    colour = re.compile(r"""["']#?[0-9A-Fa-f]{6}["']|#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b(?=[;\s"'])""")
    files = [
        path
        for package in ("workbook", "evalxl", "udfs")
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".css", ".html"} and path.name != "palette.py"
    ]
    found = [f"{path.name}: {hit}" for path in files for hit in colour.findall(path.read_text("utf-8"))]
    assert not found


def test_the_forms_looks_are_readable() -> None:
    for name, look in LOOKS.items():
        assert contrast(look.colour, look.fill or palette.WHITE) >= READABLE, name


# ---- as rendered -------------------------------------------------------------------------------------------

_SEEN = """() => {
  const solid = (el) => {
    for (let at = el; at; at = at.parentElement) {
      const paint = getComputedStyle(at).backgroundColor;
      if (paint !== 'transparent' && !paint.endsWith(', 0)')) return paint;
    }
    return 'rgb(255, 255, 255)';
  };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !el.checkVisibility()) continue;
    const style = getComputedStyle(el);
    const ink = el instanceof SVGElement ? style.fill : style.color;
    seen.add(JSON.stringify([ink, solid(el), el.tagName + '.' + el.className]));
  }
  return [...seen].map((pair) => JSON.parse(pair));
}"""


def hexadecimal(paint: str) -> str:
    return "#" + "".join(f"{int(part):02X}" for part in re.findall(r"\d+", paint)[:3])


def test_every_text_of_the_rendered_pages_is_readable(tmp_path: Path, desk) -> None:  # type: ignore[no-untyped-def]
    results = many.results(12, 2017) + many.results(8, 2018)
    gathered = gather.gather([gather.public(result, (), "ja") for result in results])
    site.write(gathered, (), Site(title="見本市の事務事業評価"), tmp_path / "site")
    project = next((tmp_path / "site" / "projects").glob("*.html"))
    for file in (tmp_path / "site" / "index.html", tmp_path / "site" / "data.html", project):
        seen = Watched(desk, file).page.evaluate(_SEEN)
        assert len(seen) > 10
        for ink, ground, where in seen:
            assert contrast(hexadecimal(ink), hexadecimal(ground)) >= READABLE, (
                file.name,
                where,
                ink,
                ground,
            )


@pytest.mark.filterwarnings(
    "ignore:.*extension is not supported"
)  # links and bars that openpyxl does not know
def test_every_cell_of_the_books_is_readable(tmp_path: Path) -> None:
    for path in (*books(tmp_path), blank_form(tmp_path)):
        cells = 0
        for cell in (cell for sheet in openpyxl.load_workbook(path) for row in sheet.rows for cell in row):
            if cell.value is None:
                continue
            ground = cell.fill.fgColor.rgb[2:] if cell.fill.fill_type == "solid" else "FFFFFF"
            ink = cell.font.color.rgb if cell.font.color and isinstance(cell.font.color.rgb, str) else ""
            assert contrast(ink[2:] or "000000", ground) >= READABLE, (
                path.name,
                cell.coordinate,
                ink,
                ground,
            )
            cells += 1
        assert cells > 10


def test_a_funding_source_has_one_colour_in_all_books_and_pages(tmp_path: Path) -> None:
    results = many.results(40, 2017)
    given = tmp_path / "提出"
    given.mkdir()
    for number, result in enumerate(results):
        write_book(given / f"{number}.xlsx", [to_json(result.sheets[0].record)], Style())
    main(["consolidate", str(given), "-o", str(tmp_path / "集約.xlsx")])
    main(["report", str(given), "-o", str(tmp_path / "資料")])
    main(["publish", str(given), "-o", str(tmp_path / "公表")])
    sources = {row.label for row in many.FORM.costs.rows if row.source}
    found: dict[str, set[str]] = {}
    for book in (tmp_path / "集約.xlsx", *(tmp_path / "資料").glob("*.xlsx")):
        for name, colour in _of_charts(book):
            found.setdefault(name, set()).add(colour)
    style = next((tmp_path / "公表").rglob("style.css")).read_text("utf-8")
    fills = dict(re.findall(r"\.(s\d) \{ fill: (#\w+);", style))
    for page in (tmp_path / "公表").rglob("*.html"):
        for number, name in re.findall(r'<rect class="(s\d)"[^>]*/></svg>([^<]+)', page.read_text("utf-8")):
            found.setdefault(name, set()).add(fills[number])
    assert sources <= set(found)
    assert {name: colours for name, colours in found.items() if name in sources and len(colours) > 1} == {}


def _of_charts(book: Path) -> Iterator[tuple[str, str]]:
    """Name and colour of every layer of the charts in a book."""
    with zipfile.ZipFile(book) as parts:
        for name in (name for name in parts.namelist() if name.startswith("xl/charts/chart")):
            for layer in re.findall(r"<c:ser>.*?</c:ser>", parts.read(name).decode(), re.DOTALL):
                title = re.search(r"<c:tx>.*?<c:v>(.*?)</c:v>", layer, re.DOTALL)
                colour = re.search(r'srgbClr val="(\w+)"', layer)
                if title and colour:
                    yield title[1], f"#{colour[1]}"


def blank_form(folder: Path) -> Path:
    blank.blank(forms.get("unnan_2017"), folder / "様式.xlsx", 2017)
    return folder / "様式.xlsx"


def books(folder: Path) -> list[Path]:
    """A marked copy, a report and a summary book of a sheet with findings of all three severities."""
    record = sample()
    record["costs"]["general"]["2017"] = 8562  # C301, an error
    record["opinions"] = "特になし"  # T603, a note
    record["outline"] = "記入例：くわしく書く"  # T601, a warning
    write_book(folder / "電算.xlsx", [record], Style())
    source, report, summary = (str(folder / name) for name in ("電算.xlsx", "指摘.xlsx", "集約.xlsx"))
    assert main(["validate", source, "--annotate", str(folder / "印"), "--report", report]) == 1
    assert main(["consolidate", source, "-o", summary]) == 1
    return [folder / "印" / "電算.xlsx", Path(report), Path(summary)]


def test_marks_are_told_apart_on_the_rendered_page(tmp_path: Path, office: Office) -> None:
    """The pixels of the printed copy, as colour-blind readers see them."""
    pdf = office.pdf(books(tmp_path)[0], tmp_path / "印.pdf")
    raw = subprocess.run(["pdftoppm", "-r", "70", str(pdf)], capture_output=True, check=True).stdout
    found = colours_of(raw)
    fills = [fill for fill in palette.MARKS.values() if found[fill] > 200]
    assert len(fills) == 3, "each severity is on the page"
    for sight in ("", *MATRICES):
        beside = [(fill, palette.WHITE) for fill in fills] + list(combinations(fills, 2))
        assert min(distance(*pair, sight) for pair in beside) >= 5, sight
        assert min(distance(*pair, sight) for pair in combinations(fills, 2)) >= APART, sight


def colours_of(ppm: bytes) -> Counter[str]:
    """The colours of binary PPM pictures, one behind the other, and how often each stands there."""
    found: Counter[str] = Counter()
    while ppm:
        head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", ppm)
        assert head
        size = int(head[1]) * int(head[2]) * 3
        body = ppm[head.end() : head.end() + size]
        found.update(body[i : i + 3] for i in range(0, size, 3))  # type: ignore[arg-type]
        ppm = ppm[head.end() + size :]
    return Counter({f"#{colour.hex().upper()}": count for colour, count in found.items()})  # type: ignore[attr-defined]
