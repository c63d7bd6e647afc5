"""The recipes of docs/contributing/adding.md, walked through: what is new is taken up everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalxl import fields, settings, tables
from evalxl.rolling import fields as by
from evalxl.rolling import values
from evalxl.rolling.compute import Facts, roll
from evalxl.rules import docs, registry, sample
from evalxl.texts import Text
from tests.support import many
from workbook import filled
from workbook import form as forms
from workbook.read import read_file
from workbook.record import to_json

ROOT = Path(__file__).parent.parent
RECIPES = (ROOT / "docs" / "contributing" / "adding.md").read_text(encoding="utf-8")


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, registry.Rule]]:
    """A registry of its own, to add to."""
    known = dict(registry.load())
    monkeypatch.setattr(registry, "REGISTRY", known)
    registry.load.cache_clear()
    yield known
    registry.load.cache_clear()


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
