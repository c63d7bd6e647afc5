"""The documentation: built whole, read without a network, fresh, and its command lines work as they stand."""

from __future__ import annotations

import os
import pydoc
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import scale
from evalxl import cli, fields, settings, tables
from evalxl.actions import ACTIONS, FORMULAS
from evalxl.rules import registry
from tests.support.browser import Watched
from tools.reference import pages, words
from workbook import form as forms

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
GUIDES = sorted((DOCS / "guides").glob("*.md"))
SMALL = 200_000


# ---- the reference is whole --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    return pages.pages()


def test_the_reference_names_everything_there_is(reference: dict[str, str]) -> None:
    from udfs import ribbon

    wanted = {
        "commands": {f"evalxl {name}" for name in ACTIONS},
        "rules": set(registry.load()),
        "fields": {line.name for form in map(forms.get, forms.ids()) for line in fields.lines(form)},
        "forms": set(forms.ids()),
        "udfs": set(FORMULAS),
        "buttons": {one.button.label.ja for one in ribbon.buttons()},
        "tables": {name for make in tables.tidy([], []).values() for name in make().kinds},
    }
    for page, names in wanted.items():
        assert names
        assert {name for name in names if name not in reference[f"{page}.md"]} == set(), page


def test_the_plan_for_the_whole_country_is_reckoned_from_the_rehearsal() -> None:
    found = scale.Rehearsal(
        100_000, 10_000, 2, 600.0, 100.0, 8_000_000, 4_000_000, 50.0, 20, 1.5, 300.0, 90.0
    )
    template = scale.TEMPLATE.read_text(encoding="utf-8")
    filled = scale.filled(template, found)
    assert not re.search("@[A-Z_]*@", filled), "every figure of the page has its formula"
    # 1.4 million sheets at 167 a second on two processors; the rest follows by hand.
    for figure in ("**4.7 core-hours**", "112 million rows", "**0.7 GB**", "| 4 | 1.7 |", "than 0.4 h"):
        assert figure in filled
    page = (DOCS / "scale.md").read_text(encoding="utf-8").splitlines()
    same = [line for line in template.splitlines() if "@" not in line]
    assert set(same) <= set(page), "python -m benchmarks.scale --figures FILE"


def test_every_setting_has_its_meaning() -> None:
    known = {
        "top": {"form", "master", "previous", "template"},
        "rules": {"off", "grade"},
        "thresholds": set(settings.Thresholds.__struct_fields__),
        "rates": {"YYYY"},
        "publish": {"leave_out", *settings.Site.__struct_fields__},
    }
    assert {table: set(keys) for table, keys in pages.setting_keys().items()} == known


def test_every_column_of_the_tables_has_its_meaning(reference: dict[str, str]) -> None:
    assert not re.findall(r"^\| `\w+` \|  \|", reference["tables.md"], re.MULTILINE)


def test_the_glossary_has_each_word_once() -> None:
    keys = [key for term in words.terms() for key in term.keys]
    for found in (keys, [term.ja for term in words.terms()], [term.en for term in words.terms()]):
        assert len(found) == len(set(found))
    assert words.english("一般財源") == "general revenue"


# ---- the site ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; any warning of Sphinx, such as a link that leads nowhere, is an error."""
    folder = tmp_path_factory.mktemp("site")
    source = folder / "docs"
    shutil.copytree(DOCS, source, ignore=shutil.ignore_patterns("reference"))
    (source / "reference").mkdir()
    for name, text in pages.pages().items():
        (source / "reference" / name).write_text(text, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    line += [str(source), str(folder / "html")]
    done = subprocess.run(line, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_nothing_of_the_site_is_fetched_from_elsewhere(site: Path) -> None:
    loaded = re.compile(r"""(?:<(?:script|img|iframe)[^>]*\ssrc|<link[^>]*\shref)=["'](?:https?:)?//""")
    urls = re.compile(r"url\(\s*['\"]?(?:https?:)?//")
    for path in site.rglob("*"):
        if path.suffix in {".html", ".css", ".svg", ".js"}:
            text = path.read_text(encoding="utf-8")
            assert not loaded.search(text), path.name
            assert not urls.search(text), path.name


def test_a_japanese_word_is_found_wherever_words_end(site: Path, desk) -> None:  # type: ignore[no-untyped-def]
    for word, page in (("財源内訳", "C301"), ("二重提出", "用語集"), ("consolidate", "命令")):
        watched = Watched(desk, site / "search.html", f"?q={word}")
        watched.page.wait_for_selector("#search-results li")
        assert page in watched.page.inner_text("#search-results"), word
        assert watched.complaints == []
        assert all(url.startswith(("file:", "data:")) for url in watched.requests)


@pytest.mark.parametrize(
    "page", ["index", "guides/staff", "reference/commands", "reference/messages", "rules/C301"]
)
def test_pages_fit_a_phone(site: Path, phone, page: str) -> None:  # type: ignore[no-untyped-def]
    watched = Watched(phone, site / f"{page}.html")
    assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert watched.complaints == []


@pytest.mark.parametrize("path", sorted((DOCS / "pictures").iterdir()), ids=lambda path: path.name)
def test_pictures_are_small_and_used(path: Path) -> None:
    assert path.stat().st_size < SMALL
    users = [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "README.ja.md"]
    assert any(path.name in user.read_text(encoding="utf-8") for user in users)
    if path.suffix == ".svg":
        assert "http" not in path.read_text(encoding="utf-8").replace("http://www.w3.org", "").replace(
            "https://www.textualize.io", ""
        )


# ---- the command lines of the guides -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder 練習, as the first line of every guide makes it."""
    folder = tmp_path_factory.mktemp("guides")
    assert cli.main(["demo", str(folder / "練習")]) == 0
    return folder


def lines_of(guide: Path) -> Iterator[str]:
    """The lines of the guide's shell blocks."""
    for block in re.findall(
        r"^```sh\n(.*?)^```", guide.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        yield from filter(None, map(str.strip, block.splitlines()))


@pytest.mark.parametrize(
    "guide", [path for path in GUIDES if list(lines_of(path))], ids=lambda path: path.stem
)
def test_the_lines_of_a_guide_work_as_they_stand(
    guide: Path, trial: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = trial / guide.stem
    place.mkdir()
    (place / "練習").symlink_to(trial / "練習", target_is_directory=True)
    monkeypatch.chdir(place)
    for line in lines_of(guide):
        program, *arguments = shlex.split(line)
        assert program == "evalxl"
        if arguments == ["demo", "練習"]:
            continue  # `trial` has run it
        code = cli.main(arguments)
        told = capsys.readouterr().err
        findings = arguments[0] in {"validate", "consolidate", "submit", "rollover", "report"}
        assert code in ((0, 1) if findings else (0,)), f"{line}: {told}"


def test_the_library_page_runs_as_it_stands(trial: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lines give what their comments say."""
    place = trial / "library"
    (place / "提出").mkdir(parents=True)
    (place / "前年度").mkdir()
    name = "総務部_情報システム課_2.xlsx"
    shutil.copy2(trial / "練習" / "提出" / "2018" / name, place / "提出" / name)
    shutil.copy2(trial / "練習" / "提出" / "2017" / name, place / "前年度" / name)
    (place / "マスター").symlink_to(trial / "練習" / "マスター", target_is_directory=True)
    monkeypatch.chdir(place)
    page = (DOCS / "library.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0], names)
    assert names["records"][0]["fiscal_year"] == 2018
    assert {"file", "sheet", "form", "findings"} <= names["entries"][0].keys()
    assert names["report"]["consolidated"] == len(names["records"])
    assert names["rolled"]["years"]
    assert (place / "集約.xlsx").is_file()


def test_what_the_library_page_names_is_there() -> None:
    page = (DOCS / "library.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`((?:evalxl|workbook)\.[\w.]+)`", page))
    assert {"evalxl.arithmetic", "evalxl.settings.SettingsError"} <= names
    assert {name for name in names if pydoc.locate(name) is None} == set()
