"""F006: a sheet is compared with the form as it was handed out, where the settings name one."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from evalxl import actions, cli, runner, settings, store
from evalxl.demo import data
from evalxl.paths import Source
from evalxl.rules.registry import Finding
from evalxl.settings import Settings, SettingsError
from tests.support.office import Office
from workbook import blank, form
from workbook.filled import write
from workbook.read import read_file, read_templates
from workbook.record import from_json
from workbook.styles import Style

FORM, OTHER = form.get("unnan_2017"), form.get("mebuki_2019")
SAMPLE = from_json(FORM, data.sample(2017))
LONG = "成果を下げずにやり方の工夫で延べ業務時間を削減できないか？ 正職員以外や外部委託ができないか？"
HOURS = "⑧ 人件費(延べ業務時間)の削減余地"
NOTE = "廃止・休止の場合は記入不要。"
STYLES = {
    "fine": Style(),
    "inside": Style(inside=True, period_together=True, digits_together=True, two_sheets=True),
    "spelled": Style(labels="wide", years="western", break_years=True, top=3, left=2),
    "broken": Style(labels="broken", coarse=True, years="letter", inserted=(12, 31)),
    "spaced": Style(labels="spaced", on="●", off="○", instructions=True),
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the blank forms and settings that name them."""
    folder = tmp_path_factory.mktemp("city")
    blank.blank(FORM, folder / "様式.xlsx", 2018)
    blank.blank(OTHER, folder / "様式2.xlsx", 2020)
    text = 'template = ["様式.xlsx", "様式2.xlsx"]\n'
    (folder / settings.FILE_NAME).write_text(text, encoding="utf-8")
    return folder


def told(path: Path, given: Settings, jobs: int = 1) -> list[Finding]:
    """The F006 of a run over one book."""
    (result,) = runner.run([Source(path.name, path, str(path))], given, jobs=jobs)
    assert not result.refused
    return [found for sheet in result.sheets for found in sheet.findings if found.code == "F006"]


def altered(path: Path, change: Callable[[Worksheet], object], style: Style = STYLES["fine"]) -> Path:
    """A filled sheet on which somebody changed what is printed."""
    write(FORM, [SAMPLE], path, style)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    change(sheet)
    book.save(path)
    return path


def replaced(texts: Mapping[str, str | None]) -> Callable[[Worksheet], None]:
    """A change of cells by the texts that they hold."""

    def change(sheet: Worksheet) -> None:
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value in texts]
        assert {cell.value for cell in cells} == set(texts)
        for cell in cells:
            cell.value = texts[str(cell.value)]

    return change


CHANGES: dict[str, tuple[dict[str, str | None], list[str], list[str]]] = {
    "changed": ({NOTE: "廃止・休止の場合も記入すること。"}, [NOTE], ["廃止・休止の場合も記入すること。"]),
    "removed": ({NOTE: None}, [NOTE], []),
    "another label": ({HOURS: "⑧ 人件費の削減余地"}, [HOURS], ["⑧ 人件費の削減余地"]),
    "long": ({LONG: None}, [f"{LONG[:40]}…"], []),
    "in several lines": ({NOTE: "廃止・休止の場合も\n記入する。"}, [NOTE], ["廃止・休止の場合も記入する。"]),
    "spelled otherwise": ({"延べ業務時間": " 延べ\n業務時間 ", "所属G": "所属Ｇ"}, [], []),
}


@pytest.mark.parametrize(("texts", "expected", "found"), CHANGES.values(), ids=CHANGES)
def test_what_was_altered_is_named(
    texts: dict[str, str | None], expected: list[str], found: list[str], city: Path, tmp_path: Path
) -> None:
    given = settings.resolve(folder=city)
    book = altered(tmp_path / "a.xlsx", replaced(texts))
    findings = told(book, given)
    assert [(f.values["expected"], f.values["found"]) for f in findings] == (
        [([f"「{t}」" for t in expected], [f"「{t}」" for t in found])] if expected or found else []
    )
    for finding in findings:
        assert finding.severity == "warning"
        assert finding.cell
        assert expected[0] in finding.message("ja")
        assert expected[0] in finding.message("en")
    assert told(book, Settings()) == []


def test_a_label_of_the_form_that_the_template_has_not_is_added(city: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(city / "様式.xlsx")
    replaced({"県支出金": None})(book.worksheets[0])
    book.save(tmp_path / "様式.xlsx")
    given = settings.parse('template = "様式.xlsx"', str(tmp_path / settings.FILE_NAME))
    (finding,) = told(altered(tmp_path / "a.xlsx", lambda sheet: None), given)
    assert (finding.values["expected"], finding.values["found"]) == ([], ["「県支出金」"])
    record = read_file(tmp_path / "a.xlsx").records[0]
    assert str(finding.cell).startswith(f"{record.sheet}!")


def test_some_five_are_named(city: Path, tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.endswith("か？"):
                    cell.value = "（略）"

    (finding,) = told(altered(tmp_path / "a.xlsx", change), settings.resolve(folder=city))
    assert len(finding.values["expected"]) == 6
    assert finding.values["expected"][-1] == "…"


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_how_a_department_lays_the_form_out_is_no_matter(style: Style, city: Path, tmp_path: Path) -> None:
    write(FORM, [SAMPLE, SAMPLE.with_values({"project_name": "別の事業"})], tmp_path / "a.xlsx", style)
    assert told(tmp_path / "a.xlsx", settings.resolve(folder=city)) == []


@pytest.mark.office
@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_what_libreoffice_saved_is_compared_too(
    ending: str, office: Office, city: Path, tmp_path: Path
) -> None:
    given = settings.resolve(folder=city)
    plain = office.save_again(altered(tmp_path / "p.xlsx", lambda s: None), tmp_path / f"p2.{ending}")
    assert told(plain, given) == []
    other = altered(tmp_path / "o.xlsx", replaced({NOTE: None}))
    (finding,) = told(office.save_again(other, tmp_path / f"o2.{ending}"), given)
    assert finding.values["expected"] == [f"「{NOTE}」"]
    again = office.save_again(city / "様式.xlsx", tmp_path / f"様式.{ending}")
    assert read_templates(again)[0] == given.templates[0]


def test_processes_are_told_of_it(city: Path, tmp_path: Path) -> None:
    given = settings.resolve(folder=city)
    assert pickle.loads(pickle.dumps(given)) == given
    book = altered(tmp_path / "a.xlsx", replaced({NOTE: None}))
    assert told(book, given, jobs=2) == told(book, given) != []


def test_what_was_read_before_is_read_anew_for_another_template(city: Path) -> None:
    keys = {store.key_of(given, None, "ja") for given in (settings.resolve(folder=city), Settings())}
    assert len(keys) == 2


def test_each_sheet_is_compared_with_the_template_of_its_own_form(city: Path, tmp_path: Path) -> None:
    given = settings.resolve(folder=city)
    assert [template.form for template in given.templates] == [FORM.id, OTHER.id]
    only_other = Settings(templates=given.templates[1:])
    assert told(altered(tmp_path / "a.xlsx", replaced({NOTE: None})), only_other) == []


def test_a_template_that_is_filled_in_is_a_template_all_the_same(city: Path, tmp_path: Path) -> None:
    write(FORM, [SAMPLE], tmp_path / "例.xlsx")
    (template,) = read_templates(tmp_path / "例.xlsx")
    assert list(template.texts) == list(settings.resolve(folder=city).templates[0].texts)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('template = "ない.xlsx"', "template_missing"),
        ('\ntemplate = ["様式.xlsx", "壊れた.xlsx"]', "template_unreadable"),
        ('template = "別の紙.xlsx"', "template_unknown"),
        ('template = ""', "wrong_value"),
        ("template = 3", "wrong_value"),
        ("template = [1]", "wrong_value"),
    ],
)
def test_a_wrong_template_is_an_error_of_the_settings(
    text: str, reason: str, city: Path, tmp_path: Path
) -> None:
    (tmp_path / "様式.xlsx").write_bytes((city / "様式.xlsx").read_bytes())
    (tmp_path / "壊れた.xlsx").write_bytes(b"PK\x03\x04")
    openpyxl.Workbook().save(tmp_path / "別の紙.xlsx")
    path = tmp_path / settings.FILE_NAME
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        settings.load(path)
    error = caught.value
    assert (error.reason, error.line) == (reason, 1 + text.startswith("\n"))
    if reason != "wrong_value":
        assert error.found in text
    for lang in ("ja", "en"):
        assert error.found in error.message(lang)


def test_the_template_may_be_made_where_it_is_named_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that reads no sheets asks for no template: `evalxl blank` is what makes it."""
    (tmp_path / settings.FILE_NAME).write_text('template = "様式.xlsx"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["validate", "."]) == actions.FAILED
    assert cli.main(["blank", "-o", "様式.xlsx"]) == actions.DONE
    assert cli.main(["validate", "様式.xlsx", "--fail-on", "never"]) == actions.DONE
