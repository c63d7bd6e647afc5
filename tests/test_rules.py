"""The rules: the contract that each of them keeps, the arithmetic ones by property, the sheet of 2017."""

from __future__ import annotations

import dataclasses
import importlib
import pickle
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalxl.rules import docs, registry, sample
from evalxl.rules.amounts import amounts_in
from evalxl.rules.registry import Finding, Rule, check
from evalxl.rules.words import placeholders
from evalxl.settings import Settings
from workbook.errors import Refused
from workbook.record import Issue, Record

RULES = list(registry.load().values())
CHECKED = [rule for rule in RULES if rule.check]
ACROSS = [rule for rule in RULES if rule.across]
DOCS = Path(__file__).parent.parent / "docs" / "rules"
DEFAULT = Settings()

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
each_check = pytest.mark.parametrize("rule", CHECKED, ids=lambda rule: rule.code)
each_across = pytest.mark.parametrize("rule", ACROSS, ids=lambda rule: rule.code)


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


# ---- the contract ------------------------------------------------------------------------------------------


def test_the_sample_passes_all_rules() -> None:
    assert check(sample.sample(), DEFAULT) == []


@each_check
def test_the_bad_example_fires_exactly_this_rule(rule: Rule) -> None:
    findings = sample.findings_of(rule, rule.bad)
    assert codes(findings) == {rule.code}
    assert findings[0].severity == rule.severity


@each_check
def test_the_good_example_fires_nothing(rule: Rule) -> None:
    assert sample.findings_of(rule, rule.good) == []
    assert rule.good != rule.bad


@each_across
def test_the_bad_run_fires_exactly_this_rule(rule: Rule) -> None:
    findings = sample.findings_across(rule, rule.bad_run)
    assert codes(findings) == {rule.code}
    assert findings[0].severity == rule.severity


@each_across
def test_the_good_run_fires_nothing(rule: Rule) -> None:
    assert sample.findings_across(rule, rule.good_run) == []
    assert rule.good_run != rule.bad_run
    assert rule.across is not None
    assert rule.across.__module__ == f"evalxl.rules.{registry.FAMILIES[rule.code[0]]}"


def test_a_run_of_the_sample_passes_all_rules_across_files() -> None:
    run = [{}, {"budget.minor": "02"}, {"budget.minor": "03"}]
    for rule in ACROSS:
        if not rule.settings:
            assert sample.findings_across(rule, run) == []


@each_rule
def test_both_languages_have_the_same_figures(rule: Rule) -> None:
    assert placeholders(rule.ja) == placeholders(rule.en)
    assert placeholders(rule.fix_ja) == placeholders(rule.fix_en)
    known = {"year", "label", *sample.example_of(rule).values}
    assert placeholders(rule.ja + rule.fix_ja) <= known


@each_rule
def test_texts_can_be_read(rule: Rule) -> None:
    finding = sample.example_of(rule)
    for text in (finding.message("ja"), finding.hint("ja")):
        assert text.endswith("。")
        assert re.search(r"[ぁ-ん]", text)
        assert not re.search(r"[{}]|None|Decimal|Fraction", text)
    for text in (finding.message("en"), finding.hint("en")):
        assert text.endswith((".", "?"))
        assert not re.search(r"[{}]|None|Decimal|Fraction", text)
    assert not re.search(r"[ぁ-ん]{2}", rule.en + rule.fix_en)


@each_rule
def test_every_word_of_a_rule_is_in_two_languages(rule: Rule) -> None:
    assert all(ja and en and ja != en for ja, en in rule.words.values())
    assert (":word" in rule.ja) == bool(rule.words)


@each_rule
def test_codes_and_names_are_legal(rule: Rule) -> None:
    assert re.fullmatch(r"[FHICEPTXY]\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert not rule.name.startswith(("check-", "no-check"))
    if rule.check:
        assert rule.check.__module__ == f"evalxl.rules.{registry.FAMILIES[rule.code[0]]}"


def test_names_are_not_shared_and_families_are_files() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for letter, module in registry.FAMILIES.items():
        importlib.import_module(f"evalxl.rules.{module}")
        assert module.startswith(letter.lower())


def test_rules_come_in_the_order_of_their_codes() -> None:
    found = list(registry.iter_codes())
    assert found == sorted(found)


def test_a_code_is_declared_once() -> None:
    first = RULES[0]
    with pytest.raises(ValueError, match=first.code):
        registry.rule(
            first.code, "info", ja="", en="", fix_ja="", fix_en="", why_ja="", bad={}, good={}
        )(lambda sheet, settings: [])  # fmt: skip


@each_rule
def test_every_rule_says_what_and_why(rule: Rule) -> None:
    what, _, why = rule.doc.partition("\n")
    assert len(what) > 15
    assert "Why: " in why
    assert re.match(r"\S", rule.why_en)
    assert rule.why_en.endswith(".")
    assert f"Why: {rule.why_en[:20]}" in docs.describe(rule.code, "en")


@each_rule
def test_every_rule_says_why_in_japanese_as_staff_read_it(rule: Rule) -> None:
    sentences = re.findall(r"[^。]+。", rule.why_ja)
    assert "".join(sentences) == rule.why_ja
    assert 1 <= len(sentences) <= 2
    assert len(rule.why_ja) > 20
    assert rule.why_ja not in (rule.ja, rule.fix_ja)
    assert rule.why_ja in docs.describe(rule.code, "ja")
    assert rule.why_ja not in docs.describe(rule.code, "en")
    assert rule.why_ja in docs.pages()[f"{rule.code}.md"]


def test_no_two_rules_have_the_same_reason() -> None:
    assert len({rule.why_ja for rule in RULES}) == len(RULES)


def test_the_pages_are_fresh() -> None:
    pages = docs.pages()
    assert {path.name for path in DOCS.glob("*.md")} == set(pages), (
        "run python -m evalxl.rules.docs docs/rules"
    )
    stale = [name for name, text in pages.items() if (DOCS / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run python -m evalxl.rules.docs docs/rules"


def test_writing_the_pages_changes_only_what_differs(tmp_path: Path) -> None:
    assert len(docs.write(tmp_path)) == len(RULES) + 1
    (tmp_path / "C301.md").write_text("old", encoding="utf-8")
    (tmp_path / "C999.md").write_text("gone", encoding="utf-8")
    assert {path.name for path in docs.write(tmp_path)} == {"C301.md", "C999.md"}


def test_describe_tells_one_rule_or_all() -> None:
    for lang in ("ja", "en"):
        lines = docs.describe(None, lang).splitlines()
        assert [line.split()[0] for line in lines] == [rule.code for rule in RULES]
        assert "8,562" in docs.describe("C301", lang)
    with pytest.raises(KeyError):
        docs.describe("C999")


# ---- the sheet of 2017 -------------------------------------------------------------------------------------


def test_the_sheet_of_2017_has_exactly_its_findings() -> None:
    found = [(f.severity, f.code, f.field, f.year) for f in check(sample.printed(), DEFAULT)]
    warnings = [(code, field, year) for severity, code, field, year in found if severity == "warning"]
    assert sorted(warnings, key=str) == [
        ("C302", "costs.project_total.2018", 2018),
        ("C311", "costs.grand_total.2017", 2017),
        ("C311", "costs.labour_total.2017", 2017),
        ("C311", "costs.work_hours.2017", 2017),
        ("I210", "outcome_indicators.ア.values.2017", 2017),
        ("P516", "costs.project_total.2018", 2018),
    ]
    assert [code for severity, code, _, _ in found if severity == "error"] == []
    assert {code for severity, code, _, _ in found if severity == "info"} == {"C312", "I207", "I209"}


def test_the_sheet_of_2017_shows_its_rates() -> None:
    texts = {f.field: f.message() for f in check(sample.printed(), DEFAULT) if f.code in ("C311", "P516")}
    assert "+167.1%" in texts["costs.work_hours.2017"]
    assert "+174.5%" in texts["costs.labour_total.2017"]
    assert "+62.8%" in texts["costs.grand_total.2017"]
    assert "+8.3%" in texts["costs.project_total.2018"]


@pytest.mark.parametrize(
    ("year", "rate", "fits"),
    [(2015, 3914, True), (2015, 3920, False), (2016, 3966, True), (2016, 3967, True), (2017, 4077, True)],
)
def test_the_sheet_of_2017_implies_its_hourly_rates(year: int, rate: int, fits: bool) -> None:
    findings = check(sample.printed(), Settings(rates={year: rate}))
    assert ("C304" in codes(findings)) != fits


def test_a_finding_goes_into_json_and_over_process_borders() -> None:
    finding = sample.example_of(registry.load()["C301"])
    assert finding.to_json() == {
        "code": "C301",
        "severity": "error",
        "field": "costs.project_total",
        "year": 2017,
        "cell": "事務事業マネジメントシート!costs.project_total.2017",
        "message": "平成29年度の事業費計(A)は8,652千円ですが、財源内訳の合計は8,562千円です。",
        "hint": "財源内訳と事業費計を決算書と照合してください。",
        "found": 8652,
        "expected": 8562,
    }
    assert pickle.loads(pickle.dumps(finding)) == finding


def test_findings_stand_by_code_then_cell() -> None:
    rows = {"grand_total": "票!A9", "work_hours": "票!AA10", "labour_total": "票!B10"}
    cells = sample.printed().cells | {f"costs.{row}.2017": cell for row, cell in rows.items()}
    record = dataclasses.replace(sample.printed(), cells=cells)
    found = [f.cell for f in check(record, DEFAULT) if f.code == "C311"]
    assert found == ["票!A9", "票!B10", "票!AA10"]


# ---- refused files -----------------------------------------------------------------------------------------


REASONS = [word for word in registry.load()["F001"].words if not word.endswith("mend")]


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_a_refused_file_has_its_sentence(reason: str) -> None:
    finding = registry.finding_of_refusal(Refused("F001", reason=reason, detail="zip"))
    ja, en = registry.load()["F001"].words[reason]
    assert ja in finding.message("ja")
    assert en in finding.message("en")
    assert finding.to_json()["found"] == "zip"
    words = registry.load()["F001"].words
    assert finding.hint("ja") == (words.get(f"{reason} mend") or words["mend"])[0] + "。"
    assert finding.hint("en") == (words.get(f"{reason} mend") or words["mend"])[1] + "."


def test_every_mend_of_a_refused_file_has_its_reason() -> None:
    mends = {word.removesuffix(" mend") for word in registry.load()["F001"].words} - {"mend"}
    assert mends == set(REASONS)


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (Refused("F002"), []),
        (Refused("F003", nearest="評価シート", missing=["事業費計(A)"]), ["評価シート", "事業費計(A)"]),
        (Refused("F003"), []),
        (Refused("F004", sheet="票", missing=["款", "項"], form="x"), ["款", "項"]),
        (Refused("F005", sheet="票", cell="票!A1", label="款", cells=["票!A1", "票!B9"]), ["款", "票!B9"]),
    ],
)
def test_a_refused_sheet_has_its_finding(refused: Refused, words: list[str]) -> None:
    finding = registry.finding_of_refusal(refused)
    assert finding.severity == "error"
    for lang in ("ja", "en"):
        text = finding.message(lang) + finding.hint(lang)
        assert all(word in text for word in words)
        assert "None" not in text
    assert finding.cell == refused.cell


def test_the_self_check_has_its_finding() -> None:
    finding = registry.finding_of("X807", year=2017, found=Decimal("1.5"), expected=2, row="事業費計(A)")
    assert finding.severity == "error"
    assert "1.5" in finding.message("ja")
    assert finding.to_json("en")["expected"] == 2


# ---- what could not be read is told once -------------------------------------------------------------------


@pytest.mark.parametrize("code", ["F011", "F012"])
@pytest.mark.parametrize(
    "key",
    [
        "costs.project_total.2017",
        "costs.general.2017",
        "costs.work_hours.2017",
        "costs.grand_total.2017",
        "activity_indicators.ア.values.2017",
        "activity_indicators.ア.values.2018",
    ],
)
def test_an_unreadable_cell_is_no_blank_one(code: str, key: str) -> None:
    issue = Issue(code, key, None, {"found": "別紙", "expected": "千円"}, 2017)
    assert codes(check(sample.patched({key: None, "issues": (issue,)}), DEFAULT)) == {code}
    assert codes(check(sample.patched({key: None}), DEFAULT)) not in ({code}, set())


def test_formulas_without_results_are_told_once() -> None:
    keys = [f"costs.{row}.{year}" for row in ("project_total", "grand_total") for year in range(2015, 2019)]
    record = sample.patched(dict.fromkeys(keys))
    cells = [record.cells[key] for key in keys]
    record.issues.append(Issue("F007", None, cells[0], {"found": len(cells), "cells": cells}))
    assert codes(check(record, DEFAULT)) == {"F007"}


# ---- the arithmetic rules, by property ---------------------------------------------------------------------

SOURCES = ("national", "prefectural", "bonds", "other", "general")
amounts = st.none() | st.integers(-50_000, 500_000)
positive = st.integers(0, 500_000)


def only(code: str, patch: dict[str, Any], config: Settings = DEFAULT) -> list[Finding]:
    return [finding for finding in check(sample.patched(patch), config) if finding.code == code]


@given(parts=st.tuples(*[amounts] * 5), off=st.integers(-3, 3))
def test_c301_fires_exactly_where_the_sources_do_not_add_up(parts: tuple[int | None, ...], off: int) -> None:
    total = sum(part or 0 for part in parts)
    patch = {f"costs.{source}.2016": part for source, part in zip(SOURCES, parts, strict=True)}
    found = only("C301", {**patch, "costs.project_total.2016": total + off})
    assert [(f.year, f.values["found"], f.values["expected"]) for f in found] == (
        [(2016, total + off, total)] if off else []
    )


@given(thousandths=st.integers(0, 9_999_999), cents=st.integers(-200, 200))
def test_c301_takes_half_a_unit_of_the_last_digit_for_rounding(thousandths: int, cents: int) -> None:
    exact = Decimal(thousandths) / 1000
    total = int(exact) + Decimal(cents) / 100
    whole = total == total.to_integral_value()
    patch = {"costs.general.2016": exact, "costs.project_total.2016": int(total) if whole else total}
    exponent = 0 if whole else int(total.as_tuple().exponent)
    half = Decimal("0.5").scaleb(exponent)
    assert bool(only("C301", patch)) == (abs(total - exact) > half)


@given(parts=st.tuples(*[amounts] * 5), total=st.none() | positive)
def test_c302_fires_exactly_where_the_plan_does_not_add_up(
    parts: tuple[int | None, ...], total: int | None
) -> None:
    patch = {f"costs.{source}.2018": part for source, part in zip(SOURCES, parts, strict=True)}
    blank = all(part is None for part in parts)
    right = (total == sum(part or 0 for part in parts)) if total is not None else False
    if total is None:  # nothing planned, in writing
        right = not blank and sum(part or 0 for part in parts) == 0
    assert bool(only("C302", {**patch, "costs.project_total.2018": total})) != right


@given(project=amounts, labour=amounts, grand=amounts | st.just(0))
def test_c303_fires_exactly_where_the_total_is_not_the_sum(
    project: int | None, labour: int | None, grand: int | None
) -> None:
    for total in (grand, (project or 0) + (labour or 0)):
        patch = {
            "costs.project_total.2018": project,
            "costs.labour_total.2018": labour,
            "costs.grand_total.2018": total,
        }
        expected = (project or 0) + (labour or 0)
        if total is None:
            wrong = project is not None and labour is not None and expected != 0
        else:
            wrong = total != expected
        assert bool(only("C303", patch)) == wrong


@given(hours=st.integers(0, 100_000), rate=st.integers(1000, 9000), off=st.integers(-3, 3))
def test_c304_fires_exactly_beyond_one_thousand_yen(hours: int, rate: int, off: int) -> None:
    right = (hours * rate + 500) // 1000
    patch = {"costs.work_hours.2016": hours, "costs.labour_total.2016": right + off}
    found = only("C304", patch, Settings(rates={2016: rate}))
    assert bool(found) == (abs(off) > 1)
    assert only("C304", patch) == []  # no rate is set


@given(hours=st.integers(0, 60_000), tenths=st.integers(0, 300))
def test_c308_fires_above_2000_hours_and_is_an_error_above_2500(hours: int, tenths: int) -> None:
    patch = {"costs.work_hours.2016": hours, "costs.staff_count.2016": Decimal(tenths) / 10}
    found = only("C308", patch)
    each = Fraction(hours * 10, tenths) if tenths else Fraction(0)
    expected = ["error"] if each > 2500 else ["warning"] if each > 2000 else []
    assert [f.severity for f in found] == expected


@given(before=st.none() | positive, now=st.none() | positive)
@pytest.mark.parametrize(("row", "least"), [("project_total", 500), ("work_hours", 100)])
def test_c311_fires_exactly_at_30_percent_and_the_least_size(
    row: str, least: int, before: int | None, now: int | None
) -> None:
    patch = {"costs.project_total.2015": None, f"costs.{row}.2016": before, f"costs.{row}.2017": now}
    found = [f for f in only("C311", patch) if row in str(f.field)]
    if before is None or now is None:
        assert found == []
        return
    change = abs(now - before)
    in_yen = {f.year for f in only("C306", patch) if row in str(f.field)}
    if in_yen & {2016, 2017}:  # told once
        assert found == []
        return
    assert bool(found) == (change >= least and 10 * change >= 3 * before)


@pytest.mark.parametrize(
    ("code", "patch", "fires"),
    [
        ("C308", {"costs.work_hours.2015": 12_000}, []),  # 6 persons
        ("C308", {"costs.work_hours.2015": 12_001}, ["warning"]),
        ("C308", {"costs.work_hours.2015": 15_000}, ["warning"]),
        ("C308", {"costs.work_hours.2015": 15_001}, ["error"]),
        ("C311", {"costs.work_hours.2016": 1000, "costs.work_hours.2017": 1300}, ["warning"]),
        ("C311", {"costs.work_hours.2016": 1000, "costs.work_hours.2017": 1299}, []),
        ("C311", {"costs.work_hours.2016": 100, "costs.work_hours.2017": 200}, ["warning"]),
        ("C311", {"costs.work_hours.2016": 100, "costs.work_hours.2017": 199}, []),
        ("C311", {"costs.labour_total.2016": 1000, "costs.labour_total.2017": 500}, ["warning"]),
        ("C311", {"costs.labour_total.2016": 1000, "costs.labour_total.2017": 501}, []),
        ("C306", {"costs.other.2016": 10, "costs.other.2017": 5000}, ["error"]),
        ("C306", {"costs.other.2016": 10, "costs.other.2017": 4999}, []),
        (
            "I210",
            {"outcome_indicators.ア.values.2016": 400, "outcome_indicators.ア.values.2017": 20},
            ["warning"],
        ),
        ("I210", {"outcome_indicators.ア.values.2016": 400, "outcome_indicators.ア.values.2017": 21}, []),
        (
            "I210",
            {"outcome_indicators.ア.values.2016": 20, "outcome_indicators.ア.values.2017": 400},
            ["warning"],
        ),
        ("I210", {"outcome_indicators.ア.values.2016": 20, "outcome_indicators.ア.values.2017": 399}, []),
        ("P516", {"costs.project_total.2017": 8000, "costs.project_total.2018": 8400}, []),
        ("P516", {"costs.project_total.2017": 8000, "costs.project_total.2018": 8401}, ["warning"]),
        ("C305", {"cost_breakdown": "a 4,000千円\nb 4,650千円"}, []),  # 1 千円 a line
        ("C305", {"cost_breakdown": "a 4,000千円\nb 4,649千円"}, ["warning"]),
    ],
)
def test_thresholds_are_met_exactly(code: str, patch: dict[str, Any], fires: list[str]) -> None:
    assert [f.severity for f in only(code, patch)] == fires


@pytest.mark.parametrize(("before", "now", "rate"), [(0, 5000, "皆増"), (5000, 0, "皆減")])
def test_c311_tells_new_and_gone(before: int, now: int, rate: str) -> None:
    found = only("C311", {"costs.work_hours.2016": before, "costs.work_hours.2017": now})
    assert rate in found[0].message("ja")
    assert "nothing" in found[0].message("en")


# ---- readings of single rules ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "items", "totals"),
    [
        ("4,246千円", [4246], []),
        ("４，２４６千円、4246 千円", [4246, 4246], []),
        ("①4,246千円\n②▲35千円", [4246, -35], []),
        ("設計委託料 4,246千円\n会計年度任用職員報酬 100千円\n計測器 20千円", [4246, 100, 20], []),
        ("a 10千円 b 20千円 計 30千円", [10, 20], [30]),
        ("合計：30千円", [], [30]),
        ("小計（A） 30千円\n総事業費 30千円", [], [30, 30]),
        ("使用料 2,671千円（うち国庫 500千円）", [2671], []),
        ("145千円×12月＝1,740千円", [1740], []),
        ("12.5千円", [Decimal("12.5")], []),
        ("単価500円、3千円", [3], []),
        ("金額なし", [], []),
    ],
)
def test_amounts_in_a_text(text: str, items: list[Any], totals: list[Any]) -> None:
    assert amounts_in(text) == (items, totals)


def test_amounts_in_other_units_cannot_be_added_up() -> None:
    assert amounts_in("10万円、20千円") is None


def test_c305_counts_headings_or_what_is_under_them_not_both() -> None:
    text = (
        "【使用料】6,917千円\n・更新 4,246千円\n・無害化 2,671千円\n【賃借料】1,735千円\n・リース 1,735千円"
    )
    assert only("C305", {"cost_breakdown": text}) == []
    assert only("C305", {"cost_breakdown": text.replace("1,735", "1,753")}) != []


def test_c306_finds_the_year_in_yen_wherever_it_stands() -> None:
    rows = {2015: 6091, 2016: 7338, 2017: 8652, 2018: 8900}
    for wrong in ([2015], [2016], [2017], [2018], [2015, 2016], [2016, 2017], [2015, 2018]):
        patch = {f"costs.general.{y}": v * (1000 if y in wrong else 1) for y, v in rows.items()}
        assert [f.year for f in only("C306", patch)] == wrong


def test_c306_lets_a_finished_building_pass() -> None:
    assert only("C306", {"costs.bonds.2015": 48_000, "costs.bonds.2016": 60}) == []


def test_c307_only_written_zeros_of_hours_and_cost_are_consistent() -> None:
    def fires(staff: Any, hours: Any, cost: Any) -> bool:
        patch = {
            "costs.staff_count.2015": staff,
            "costs.work_hours.2015": hours,
            "costs.labour_total.2015": cost,
        }
        return bool(only("C307", patch))

    assert not fires(6, 0, 0)
    assert not fires(6, "－", "－")
    assert not fires(0, 0, 0)
    assert not fires(None, None, None)
    assert fires(6, None, None)
    assert fires(0, 950, 3718)
    assert fires(6, 950, 0)
    assert fires("－", 950, 3718)


def test_a_dash_is_no_figure_and_never_0() -> None:
    """As a blank it says nothing of the others; where it contradicts them, the message shows it."""

    def told(**rows: Any) -> list[tuple[str, Any, Any]]:
        found = check(sample.patched({f"costs.{row}.2018": value for row, value in rows.items()}), DEFAULT)
        wanted = [f for f in found if f.code in ("C301", "C302", "C303", "C307") and f.year == 2018]
        return [(f.code, f.values["found"], f.values["expected"]) for f in wanted]

    sources = dict.fromkeys(("general", "national", "prefectural", "bonds", "other"), "－")
    plan = {"project_total": 9369, "labour_total": "－", "grand_total": "－"}
    assert told(**plan, **(sources | {"general": 9369})) == []
    assert told(**plan, **sources) == [("C302", 9369, None)]
    assert told(**sources, project_total="－", labour_total="－", grand_total="－") == []
    assert told(**(plan | {"labour_total": 100}), **(sources | {"general": 9369})) == [("C303", "－", 9469)]
    assert told(**(plan | {"project_total": "－"}), **(sources | {"general": 9369})) == [("C302", "－", 9369)]


def test_years_before_the_start_are_not_asked_for() -> None:
    keys = [key for key in sample.sample().values if key.endswith(".2015")]
    blank = sample.patched(dict.fromkeys(keys))
    assert codes(check(blank, DEFAULT)) == {"C310", "I204"}
    assert codes(check(blank.with_values({"period.start_year": 2016}), DEFAULT)) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("27年度は", "27年度は"),
        ("平成２８年度には", "平成２８年度には"),
        ("2016年度は", "2016年度は"),
        ("29年度は", None),
        ("H29年度は", None),
        ("27年度から", None),
        ("30年度は", None),
    ],
)
def test_t602_takes_only_an_older_year_that_is_the_subject(text: str, found: str | None) -> None:
    hits = only("T602", {"cost_breakdown": f"{text}更新した。"})
    assert [f.values["found"] for f in hits] == ([found] if found else [])


def test_t602_holds_the_plan_to_its_own_year() -> None:
    assert only("T602", {"activity_plan": "29年度は続ける。"}) != []
    assert only("T602", {"activity_plan": "30年度は続ける。"}) == []


@pytest.mark.parametrize("char", [*"ｱﾞ㈱㎡Ⅰ髙№😀𠮷\x07\u00a0\u200b"])
def test_t604_tells_characters_that_get_lost(char: str) -> None:
    assert only("T604", {"outline": f"あ{char}い"}) != []


@pytest.mark.parametrize("char", [*"①⑳～〜－―・…「」→℃％Ａ々\n\t漢"])
def test_t604_lets_common_characters_pass(char: str) -> None:
    assert only("T604", {"outline": f"あ{char}い"}) == []


# ---- nothing is ever raised --------------------------------------------------------------------------------

_TEXTS = st.none() | st.sampled_from(
    ["－", "なし", "例：x", "27年度は", "元年度は", "4,246千円", "計 1千円", "ｱ", " ", "１", "a\nb", "1" * 50]
) | st.text(max_size=12)  # fmt: skip
_NUMBERS = (
    st.none()
    | st.just("－")
    | st.integers(-(10**12), 10**12)
    | st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=3)
)
_YEARS = st.none() | st.integers(1868, 2100)
_FORM = sample.sample().form


def _boxes(*options: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(options), unique=True, max_size=3).map(tuple)


def _strategy(key: str) -> st.SearchStrategy[Any]:
    head = key.split(".")[0]
    if key == "directions":
        return _boxes(*(d.value for d in _FORM.directions))
    if key == "matrix":
        return _boxes(*((c, o) for c in _FORM.matrix.costs for o in _FORM.matrix.outcomes))
    if key == "period":
        return _boxes("single_year", "recurring", "multi_year")
    if re.fullmatch(r"judgements\.\d", key):
        return _boxes("flagged", "other")
    if key.endswith(".mergeable"):
        return _boxes("yes", "no")
    if re.fullmatch(r"summary\.[A-D]", key):
        return _boxes("fine", "flagged")
    if head == "costs" or ".values." in key:
        return _NUMBERS
    return _YEARS if key.endswith("_year") else _TEXTS


_KEYS = sorted(sample.sample().values)


@st.composite
def records(draw: st.DrawFn) -> Record:
    chosen = draw(st.lists(st.sampled_from(_KEYS), unique=True, max_size=60))
    record = sample.sample().with_values({key: draw(_strategy(key)) for key in chosen})
    codes = ["F007", "F008", "F009", "F010", "F011", "F012", "F013", "F014"]
    issues = st.builds(Issue, st.sampled_from(codes), st.sampled_from([None, *_KEYS]), st.none(), st.just({}))
    return dataclasses.replace(record, issues=draw(st.lists(issues, max_size=3)))


@given(record=records(), rate=st.integers(1, 10**6))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_record_makes_a_rule_raise_and_every_text_can_be_made(record: Record, rate: int) -> None:
    before = (dict(record.values), dict(record.cells))
    findings = check(record, Settings(rates={2017: rate}))
    for finding in findings:
        for lang in ("ja", "en"):
            assert finding.message(lang)
            assert finding.hint(lang)
            assert finding.to_json(lang)["code"] == finding.code
        assert pickle.loads(pickle.dumps(finding)) == finding
    assert [f.code for f in findings] == sorted(f.code for f in findings)
    assert (record.values, record.cells) == before


def test_a_sheet_without_anything_is_told_not_raised() -> None:
    empty = dataclasses.replace(sample.sample(), values={}, years=(), cells={})
    found = codes(check(empty, DEFAULT))
    assert {"H101", "H105", "E401", "E410", "P501", "P512"} <= found
    blank: dict[str, Any] = dict.fromkeys(sample.sample().values)
    assert {"C310", "I203", "E403"} <= codes(check(sample.patched(blank), DEFAULT))


def test_what_is_not_there_is_not_shown_as_a_dash() -> None:
    """No box ticked, no candidate in the master, no unit: nothing stands in brackets."""
    one = {
        code: sample.example_of(registry.load()[code]).message("ja")
        for code in ("E401", "E410", "H103", "H105")
    }
    assert one["E401"] == "⑧人件費(延べ業務時間)の削減余地のチェックがありません。"
    assert one["E410"] == "C 効率性に2つ以上のチェックがあります（適切、見直し余地あり）。"
    assert one["H105"] == "事業期間のチェックがありません。"
    assert one["H103"].endswith("（マスター: 06 > 032）。")
    rule = registry.load()["H103"]
    unknown = sample.findings_of(rule, {"measure.code": "99", "measure.name": "だれも知らない施策"})
    assert "施策名「99」はマスターにありません。" in [finding.message("ja") for finding in unknown]
    nameless = [Issue("F012", "costs.other.2015", None, {"found": "別紙", "expected": ""})]
    (unread,) = [
        f for f in sample.findings_of(registry.load()["F012"], {"issues": nameless}) if f.code == "F012"
    ]
    assert unread.message("ja") == "その他に「別紙」とありますが、数値を読み取れません。"
