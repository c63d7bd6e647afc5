"""The recipes of docs/contributing/adding.md, walked through: what is new is taken up everywhere."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from evalxl import fields, settings, tables
from evalxl.rolling import fields as by
from evalxl.rolling import values
from evalxl.rolling.compute import Facts, roll
from evalxl.rules import docs, registry, sample
from evalxl.texts import Text
from tests.support import many
from udfs import addin
from workbook import blank, filled
from workbook import form as forms
from workbook.read import read_file
from workbook.record import to_json

ROOT = Path(__file__).parent.parent
PARTS = ("evalxl", "workbook", "udfs", "tests", "tools")
RECIPES = (ROOT / "docs" / "contributing" / "adding.md").read_text(encoding="utf-8")


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, registry.Rule]]:
    """A registry of its own, to add to."""
    known = dict(registry.load())
    monkeypatch.setattr(registry, "REGISTRY", known)
    for kept in (registry.load, registry._checks):
        kept.cache_clear()
    yield known
    for kept in (registry.load, registry._checks):
        kept.cache_clear()


def test_a_rule(rules: dict[str, registry.Rule]) -> None:
    """The code of the recipe itself is run."""
    code = re.findall(r"```python\n(.*?)```", RECIPES, re.DOTALL)[0]
    names = {
        "rule": registry.rule,
        "Hit": registry.Hit,
        "Sheet": object,
        "Settings": object,
        "Iterator": Iterator,
    }
    exec(code, names)
    new = registry.load()["T699"]
    for patch, fires in ((new.bad, True), (new.good, False)):
        found = registry.check(sample.patched(patch), settings.Settings())
        assert ("T699" in {finding.code for finding in found}) is fires
    page = docs.page(new)
    assert "30字より短く" in page
    assert "研修" in page


def test_a_field(tmp_path: Path) -> None:
    """A box more on the form is printed, read back with its cell, and stands in the reference."""
    text = (ROOT / "workbook" / "forms" / "unnan_2017.toml").read_text(encoding="utf-8")
    box = '[[field]]\nname = "remarks"\nsection = "do"\nlabel = "特記事項"\nvalue = "box"\n\n'
    text = text.replace('[[field]]\nname = "reforms"', box + '[[field]]\nname = "reforms"', 1)
    place = '{ w = 12, rows = [{ h = 3, label = "reforms"'
    beside = (
        '{ w = 8, rows = [{ h = 3, label = "remarks", look = "label_long" }, { value = "remarks" }] },\n    '
    )
    text = text.replace(place, beside + place, 1)
    (tmp_path / "ours.toml").write_text(text, encoding="utf-8")
    form = forms.load(tmp_path / "ours.toml")
    sheet = {**to_json(many.record()), "remarks": "災害のため、3か月休止した。"}
    filled.write(form, [sheet], tmp_path / "a.xlsx")
    (record,) = read_file(tmp_path / "a.xlsx", form=form).records
    assert to_json(record)["remarks"] == "災害のため、3か月休止した。"
    assert record.cells["remarks"]
    assert ("remarks", "特記事項") in {(line.name, line.label) for line in fields.lines(form)}


@pytest.mark.parametrize("name", forms.ids())
def test_a_form(name: str) -> None:
    """A form is its two files; the reference and the blank form come from them."""
    assert (ROOT / "workbook" / "forms" / f"{name}_sample.json").is_file()
    assert len(list(fields.lines(forms.get(name)))) > 50


def test_a_roll_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field more is known to the command line by its name and its words, and its lines re-add."""
    size = by.Field("size", Text("規模", "size"), lambda sheet: (sheet.head["project_name"][-1:],) * 2)
    known = by._fixed()
    monkeypatch.setattr(by, "_fixed", lambda: [*known, size])
    sheets = [
        row for n in range(4) for row in tables.extract(many.result(many.record(n), f"{n}.xlsx")).sheets
    ]
    assert [field.name for field in by.resolve(["規模"], [sheets[0].form])] == ["size"]
    found = roll(
        Facts.of(sheets), by.resolve(["size"], [sheets[0].form]), values.resolve([values.DEFAULT], sheets)
    )
    assert len(found.lines) == 4
    for year, amount in found.totals[0].amounts.items():
        assert sum(line.amounts[year] or 0 for line in found.lines) == amount


def test_the_recipes_name_files_that_are_there() -> None:
    named = re.findall(r"`((?:evalxl|workbook|udfs|tests)/[\w/]+\.py)`", RECIPES)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_no_recipe_touches_more_than_three_files() -> None:
    for recipe in RECIPES.split("\n## ")[1:]:
        assert 1 <= len(re.findall(r"^\d\. ", recipe, re.MULTILINE)) <= 3, recipe


# ---- the recipes for a form and for a function, as they stand, in a copy of the source ---------------------


class Copy:
    """The source in a folder of its own, where the page's code goes into files and its lines are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (*PARTS, "docs/contributing", "docs/rules", "docs/reference"):
            shutil.copytree(ROOT / name, folder / name)
        for name in ("pyproject.toml", "Makefile"):
            shutil.copy2(ROOT / name, folder / name)
        target = (ROOT / "Makefile").read_text(encoding="utf-8").split("\ndocs:")[1].split("\n\n")[0]
        self.made = re.findall(r"^\t\$\(BIN\)/python (.*)$", target, re.MULTILINE)

    def walk(self, title: str) -> list[str]:
        """Do what the recipe says, from the top; what its lines print."""
        recipe = next(part for part in RECIPES.split("\n## ") if part.startswith(f"{title}\n"))
        printed, file = [], ""
        for number, kind, code in re.findall(r"^(?:\d\. `(.+?)`|```(\w+)\n(.*?)```$)", recipe, re.M | re.S):
            file = number or file
            if kind == "python":
                with (self.folder / file).open("a", encoding="utf-8") as target:
                    target.write(f"\n\n{code}")
            elif kind == "toml":
                self.decide(code)
            elif kind == "sh":
                printed += [self.run(line) for line in code.splitlines()]
        return printed

    def decide(self, code: str) -> None:
        """Each line of the page takes the place of the first ★ of its key."""
        path = self.folder / "workbook" / "forms" / "wakakusa_2026.toml"
        text = path.read_text(encoding="utf-8")
        for line in code.splitlines():
            text, done = re.subn(rf'^{line.split(" = ")[0]} = "★".*$', line, text, count=1, flags=re.M)
            assert done, line
        path.write_text(text, encoding="utf-8")

    def run(self, line: str) -> str:
        """What a line of the page prints; it must end well."""
        if line == "make docs":
            return "".join(self.python(shlex.split(made)) for made in self.made)
        program, *words = shlex.split(line)
        return self.python(words if program == ".venv/bin/python" else ["-m", program, *words])

    def python(self, words: list[str]) -> str:
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=environment,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("source"))


def test_the_recipe_for_a_form(copy: Copy, tmp_path: Path) -> None:
    """A city's workbook with a label of its own; from it the form, and a sheet of it is read."""
    form = forms.get("mebuki_2019")
    sheet = json.loads((ROOT / "workbook" / "forms" / f"{form.id}_sample.json").read_text(encoding="utf-8"))
    blank.blank(form, tmp_path / "a.xlsx", 2022)
    filled.write(form, [sheet | {"form": form.id}], tmp_path / "b.xlsx")
    for source, name in (("a.xlsx", "新様式.xlsx"), ("b.xlsx", "記入済み.xlsx")):
        relabelled(tmp_path / source, copy.folder / name)
    (copy.folder / "workbook" / "forms" / "wakakusa_2026_sample.json").write_text(
        json.dumps(sheet), encoding="utf-8"
    )
    drafted, checked, read, proven = copy.walk("A form")
    assert "wakakusa_2026.toml" in drafted
    assert "wakakusa_2026" in checked
    (record,) = json.loads(read)
    assert (record["form"], record["project_name"]) == ("wakakusa_2026", sheet["project_name"])
    assert "1 passed" in proven
    (other,) = json.loads(copy.run(f"evalxl read {tmp_path / 'b.xlsx'} --json"))
    assert other["form"] == form.id


def relabelled(source: Path, target: Path) -> None:
    """The workbook with its label 事務事業名 worded otherwise."""
    book = openpyxl.load_workbook(source)
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value == "事務事業名"):
            cell.value = "事業の名称"
    book.save(target)


def test_the_recipe_for_a_function(copy: Copy) -> None:
    """It is in the wrappers, in the reference and in what the command line computes."""
    made, computed, _, proven = copy.walk("A function for Excel")
    assert "EvFunctions.bas" in made
    assert computed.strip() == "250"
    assert re.search(r"\d passed", proven)
    assert "EV_PER_CITIZEN" in (copy.folder / "docs" / "reference" / "udfs.md").read_text(encoding="utf-8")
    contents = addin.contents((copy.folder / "配布" / "evalxl.xlam").read_bytes())
    assert "Public Function EV_PER_CITIZEN(" in contents.modules["EvFunctions"]
    assert "EV_PER_CITIZEN" in {row[0] for row in contents.texts}
