"""The sheet that the examples of all rules are patches on, and how a patch is laid on it."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import msgspec

from evalxl import masters
from evalxl.past import Previous, past_of, text_keys
from evalxl.rules.across import Run, check_run
from evalxl.rules.registry import Finding, Patch, Rule, check
from evalxl.settings import Settings, Thresholds
from workbook import form
from workbook.record import Record, from_json

FORM = "unnan_2017"

FILLED: dict[str, Any] = {"costs.general.2018": 9369}
"""The blank 一般財源 of the plan year (C302)."""

MENDED: dict[str, Any] = {
    # the plan was 8.3 % above the year, with ● on コスト維持 (P516)
    "costs.general.2018": 8900,
    "costs.project_total.2018": 8900,
    # the year before had so few hours that the year jumped (C311, C312)
    "costs.work_hours.2016": 1744,
    "costs.labour_total.2016": 6917,
    "costs.grand_total.2016": 14255,
    # detections fell by 99.5 % (I210)
    "outcome_indicators.ア.values.2017": 398,
    # more persons changed their passwords than there are (I207)
    "activity_indicators.ウ.values.2015": 500,
    "activity_indicators.ウ.values.2016": 498,
    "activity_indicators.ウ.values.2017": 489,
    "activity_indicators.ウ.values.2018": 480,
    # three years with the same value (I209)
    "activity_indicators.ア.values.2018": 890,
    "target_indicators.ア.values.2018": 890,
    "outcome_indicators.イ.values.2015": 2,
    "outcome_indicators.イ.values.2016": 1,
    "outcome_indicators.イ.values.2017": 1,
    "outcome_indicators.イ.values.2018": 0,
}
"""Figures that stand otherwise on the sheet of 2017, and the findings they would give."""

PLANNED: dict[str, Any] = {
    "costs.work_hours.2017": 1950,
    "activity_indicators.ア.values.2017": 880,
    "activity_indicators.イ.values.2017": 310,
}
"""What the year before planned otherwise than it came out (Y707)."""


@functools.cache
def printed() -> Record:
    """The sheet of 2017 as it was printed, with invented officials."""
    entry = resources.files("workbook") / "forms" / f"{FORM}_sample.json"
    return from_json(form.get(FORM), json.loads(entry.read_text(encoding="utf-8")))


@functools.cache
def sample() -> Record:
    """The sheet of 2017 with its blank filled and its findings mended: it passes all rules."""
    return printed().with_values({**FILLED, **MENDED})


def patched(patch: Patch) -> Record:
    """The sample with some values changed, and with ``issues`` that the reader is to have noticed."""
    record = sample().with_values({key: value for key, value in patch.items() if key != "issues"})
    return dataclasses.replace(record, issues=list(patch.get("issues", ())))


@functools.cache
def _last_year() -> Record:
    """The sample's sheet of the year before: the same settled figures, plans nearly met, other texts."""
    now = sample()
    back = {year: str(year - 1) for year in now.years[:1]}
    values = {key: value for key, value in now.values.items() if not key.endswith(str(now.years[-1]))}
    for year, before in back.items():
        own = {key: value for key, value in now.values.items() if key.endswith(str(year))}
        values |= {key.replace(str(year), before): value for key, value in own.items()}
    values |= PLANNED
    values |= {key: f"前の年度の「{key}」に書いた、この年度とは違う文章です。" for key in text_keys(now)}
    years = tuple(year - 1 for year in now.years)
    cells = {key: f"{now.sheet}!{key}" for key in values}
    return dataclasses.replace(
        now, file="前年度.xlsx", fiscal_year=now.fiscal_year - 1, years=years, values=values, cells=cells
    )


def settings_of(rule: Rule) -> Settings:
    """The settings that the examples of a rule need.

    ``masters`` are the texts of CSV files by name, ``previous`` is a patch on last year's sheet,
    or several.
    """
    given = dict(rule.settings)
    given["thresholds"] = msgspec.convert(given.get("thresholds", {}), Thresholds)
    if "masters" in given:
        given["masters"] = masters.parsed(given["masters"])
    if "previous" in given:
        patches = given["previous"]
        patches = [patches] if isinstance(patches, Mapping) else patches
        given["previous"] = Previous([past_of(_last_year().with_values(patch)) for patch in patches])
    return Settings(**given)


def run_of(patches: Sequence[Patch]) -> Run:
    """A run of sheets, a file to each: patches on the sample, the name of the ``file`` among them."""
    from evalxl import counting, tables  # they import the registry
    from evalxl.results import SheetResult

    sheets = []
    for number, patch in enumerate(patches, 1):
        record = patched(_of_sheet(patch))
        name = patch.get("file", f"{number}.xlsx")
        sheets.append(tables.extract_sheet(SheetResult(record, []), name))
    return Run(sheets, counting.speakers(sheets))


def findings_across(rule: Rule, patches: Sequence[Patch]) -> list[Finding]:
    """What fires on a run of sheets, on each by itself and across them."""
    settings = settings_of(rule)
    alone = [finding for patch in patches for finding in check(patched(_of_sheet(patch)), settings)]
    return [*alone, *(finding for _, finding in check_run(run_of(patches), settings))]


def _of_sheet(patch: Patch) -> Patch:
    return {key: value for key, value in patch.items() if key != "file"}


def findings_of(rule: Rule, patch: Patch) -> list[Finding]:
    """What fires on the sample with that patch."""
    return check(patched(patch), settings_of(rule))


def example_of(rule: Rule) -> Finding:
    """A finding of the rule, for texts: the first that its bad example gives."""
    if rule.across:
        found = findings_across(rule, rule.bad_run)
        return next(finding for finding in found if finding.code == rule.code)
    if rule.check is None:
        return Finding(rule.code, rule.severity, None, rule.bad.get("year"), None, rule.bad)
    return next(finding for finding in findings_of(rule, rule.bad) if finding.code == rule.code)
