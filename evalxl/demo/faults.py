"""The faults planted in the invented city's sheets: what each changes, and the findings it must give."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from evalxl.demo.data import Sheet
from workbook.placed import Content, Formula

Typed = dict[str, Content]
Expected = tuple[str, str | None, int | None]
"""Code, field (a flat key), year."""


@dataclasses.dataclass(slots=True, frozen=True)
class Fault:
    """A change of a sheet, for a project whose verdict is one of ``verdicts`` and whose sheet is ``fit``.

    ``expected`` are the findings, with years counted from the evaluated one (0, -1, 1) or None.
    """

    name: str
    verdicts: tuple[str, ...]
    plant: Callable[[Sheet, Typed, int], None]
    expected: tuple[Expected, ...]
    fit: Callable[[Sheet], bool] = lambda sheet: True
    alone: bool = False
    """Only for a book of one project on one sheet."""

    def findings(self, fiscal_year: int) -> list[Expected]:
        """The expected findings in the year's own terms."""
        out: list[Expected] = []
        for code, field, offset in self.expected:
            year = None if offset is None else fiscal_year + offset
            out.append((code, field and field.replace("{y}", str(year)), year))
        return out


def _cost(sheet: Sheet, row: str, year: int, change: int) -> None:
    sheet["costs"][row][str(year)] += change


def _sources_do_not_sum(sheet: Sheet, typed: Typed, year: int) -> None:
    _cost(sheet, "general", year, -90)


def _total_does_not_sum(sheet: Sheet, typed: Typed, year: int) -> None:
    _cost(sheet, "grand_total", year, 100)


def _plan_does_not_sum(sheet: Sheet, typed: Typed, year: int) -> None:
    _cost(sheet, "general", year + 1, -70)


def _without_total(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["costs"]["project_total"][str(year - 2)] = None


def _no_box(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["judgements"]["9"]["flagged"] = None


def _no_reason_for_review(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["judgements"]["1"]["reason"] = None


def _no_reason(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["judgements"]["7"]["reason"] = None


def _merge_undecided(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["judgements"]["6"] |= {"flagged": True, "reason": "目的の近い事業がある。"}


def _axis_contradicts(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["judgements"]["1"] |= {"flagged": False, "reason": None}


def _axis_not_ticked(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["summary"]["D"] = None


def _no_summary(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["summary"]["text"] = None


def _no_program_code(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["basic_program"]["code"] = None


def _no_contact(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["contact_name"] = None


def _no_period(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["period"] = {"kind": None, "start_year": None, "end_year": None}


def _no_start(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["period"]["start_year"] = None


def _indicator_without_name(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["outcome_indicators"][-1]["name"] = None


def _indicator_gap(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["target_indicators"][0]["values"][str(year - 1)] = None


def _no_direction(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["directions"] = []


def _two_directions(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["directions"] = [*sheet["directions"], "現状維持（従来通りで特に改革改善をしない）"]


def _no_mark(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["matrix"] = None


def _mark_on_barred_cell(sheet: Sheet, typed: Typed, year: int) -> None:
    sheet["matrix"] = {"cost": "増加", "outcome": "維持"}


def _text_for_number(sheet: Sheet, typed: Typed, year: int) -> None:
    typed[f"costs.bonds.{year}"] = "別紙のとおり"


def _error_value(sheet: Sheet, typed: Typed, year: int) -> None:
    typed[f"costs.staff_count.{year + 1}"] = Formula("=#REF!", "#REF!")


def _never_calculated(sheet: Sheet, typed: Typed, year: int) -> None:
    staff = sheet["costs"]["staff_count"][str(year + 1)]
    typed[f"costs.staff_count.{year + 1}"] = Formula(f"={staff}+0", None)


def _wrong_heading(sheet: Sheet, typed: Typed, year: int) -> None:
    typed[f"heading:target_indicators.{year + 1}"] = f"{year - 1986}年度(計画)"


def _other_head(sheet: Sheet, typed: Typed, year: int) -> None:
    typed["link:project_name"] = "別の事業の名前"


def _label_lost(sheet: Sheet, typed: Typed, year: int) -> None:
    typed["label:intent"] = ""


def _has(row: str) -> Callable[[Sheet], bool]:
    return lambda sheet: any(sheet["costs"][row].values())


def _recurring(sheet: Sheet) -> bool:
    return bool(sheet["period"]["kind"] == "recurring")


ANY = ("keep", "effective", "efficient")

FAULTS: tuple[Fault, ...] = (
    Fault("財源の合計が合わない", ANY, _sources_do_not_sum, (("C301", "costs.project_total.{y}", 0),)),
    Fault("計画の財源の合計が合わない", ANY, _plan_does_not_sum, (("C302", "costs.project_total.{y}", 1),)),
    Fault("トータルコストが合わない", ANY, _total_does_not_sum, (("C303", "costs.grand_total.{y}", 0),)),
    Fault("事業費計がない", ANY, _without_total,
          (("C303", "costs.grand_total.{y}", -2), ("C310", "costs.project_total.{y}", -2))),
    Fault("設問に印がない", ANY, _no_box, (("E401", "judgements.9", None),)),
    Fault("見直し余地の理由がない", ("reset",), _no_reason_for_review,
          (("E402", "judgements.1.reason", None),)),
    Fault("理由がない", ANY, _no_reason, (("E403", "judgements.7.reason", None),)),
    Fault("統廃合の可否がない", ("effective",), _merge_undecided,
          (("E404", "judgements.6.mergeable", None),)),
    Fault("総括と設問が食い違う", ("reset",), _axis_contradicts, (("E405", "summary.A", None),)),
    Fault("総括に印がない", ANY, _axis_not_ticked, (("E410", "summary.D", None),)),
    Fault("総括の文がない", ANY, _no_summary, (("E411", "summary.text", None),)),
    Fault("基本事業のコードがない", ANY, _no_program_code, (("H101", "basic_program.code", None),)),
    Fault("担当者名がない", ANY, _no_contact, (("H102", "contact_name", None),)),
    Fault("事業期間に印がない", ANY, _no_period, (("H105", "period", None),)),
    Fault("開始年度がない", ANY, _no_start, (("H106", "period.start_year", None),), fit=_recurring),
    Fault("指標の名前がない", ANY, _indicator_without_name, (("I201", "outcome_indicators.イ.name", None),),
          fit=lambda sheet: len(sheet["outcome_indicators"]) == 2),
    Fault("指標の実績がない", ANY, _indicator_gap, (("I204", "target_indicators.ア.values.{y}", -1),)),
    Fault("方向性に印がない", ANY, _no_direction, (("P501", "directions", None),)),
    Fault("現状維持と改善の両方に印がある", ("effective",), _two_directions,
          (("P502", "directions", None), ("P503", "directions", None), ("P514", "matrix", None))),
    Fault("期待成果に印がない", ANY, _no_mark, (("P512", "matrix", None),)),
    Fault("期待成果の印が×の欄にある", ("fair",), _mark_on_barred_cell, (("P513", "matrix", None),)),
    Fault("数字の欄に文字がある", ANY, _text_for_number, (("F012", "costs.bonds.{y}", 0),),
          fit=lambda sheet: not _has("bonds")(sheet)),
    Fault("エラー値がある", ANY, _error_value, (("F011", "costs.staff_count.{y}", 1),)),
    Fault("計算されていない数式がある", ANY, _never_calculated, (("F007", None, None),),
          alone=True),
    Fault("年度の見出しが続いていない", ANY, _wrong_heading, (("F009", "target_indicators", None),)),
    Fault("裏面の見出しが違う", ANY, _other_head, (("F010", "project_name", None),), alone=True),
)  # fmt: skip

LOST_LABEL = Fault("欄の名前が消えている", ANY, _label_lost, (("F004", None, None),), alone=True)
"""Refuses its file, so it has a book of its own."""
