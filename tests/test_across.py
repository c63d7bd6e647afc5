"""Across files: the hourly rate that most sheets imply, and the tie-out against the accounts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalxl import cli, hourly
from evalxl.arithmetic import labour_cost
from evalxl.budget import lines_of
from tests.support.books import stored, table
from tests.support.runs import codes, config, run
from workbook import filled, form
from workbook.record import to_json

HEAD = "年度,会計,款,項,目,大事業,中事業,名称,決算額\n"
LINE = 'H29,1,10,5,50,1,{minor},{name},"{yen}"\n'


def project(minor: int, total: Any = 8652, **more: Any) -> dict[str, Any]:
    costs = {"general": total, "project_total": total, "grand_total": None if total is None else total + 8101}
    return {
        "project_name": f"第{minor}の事業", "budget.minor": f"{minor:02}",
        **{f"costs.{row}.2017": amount for row, amount in costs.items()}, **more,
    }  # fmt: skip


def accounts(*lines: tuple[object, object]) -> str:
    return HEAD + "".join(LINE.format(minor=minor, name="", yen=yen) for minor, yen in lines)


# ---- X805


@given(
    rate=st.integers(1000, 9000),
    hours=st.lists(st.integers(1, 20_000), min_size=3, max_size=9),
)
def test_sheets_of_one_rate_always_agree(rate: int, hours: list[int]) -> None:
    found = [r for h in hours if (r := hourly.implied(labour_cost(h, rate), h))]
    if len(found) < hourly.LEAST_VOTES:
        return
    most, votes = hourly.majority(found) or (None, 0)
    assert most is not None
    assert votes == len(found)
    assert most.low <= rate <= most.high
    assert all(one.meets(most) for one in found)


def test_the_interval_is_half_a_thousand_yen_either_way() -> None:
    rates = hourly.implied(8101, 1987)
    assert rates == hourly.Rates(8_100_500, 8_101_500, 1987)
    assert hourly.implied(0, 1987) is hourly.implied(8101, None) is hourly.implied(-1, 5) is None


def test_two_against_two_is_no_majority() -> None:
    old, new = hourly.implied(3966, 1000), hourly.implied(4077, 1000)
    assert old is not None
    assert new is not None
    assert hourly.majority([old, old, new, new]) is None
    assert hourly.majority([old, new]) is None
    most = hourly.majority([old, new, new])
    assert most is not None
    assert most[1] == 2


def test_one_sheet_with_last_years_rate_is_found(tmp_path: Path) -> None:
    old = {"costs.labour_total.2017": 7880, "costs.grand_total.2017": 8652 + 7880}
    sheets = {f"{n}.xlsx": project(n) for n in (1, 2, 3)} | {"4.xlsx": project(4) | old}
    report = run(sheets, tmp_path / "a.xlsx")
    assert codes(report) == {"4.xlsx": ["X805"]}
    row = next(row for row in report.files[3].sheets[0].findings if row[0] == "X805")
    assert (row[2], row[3]) == ("costs.labour_total", 2017)
    assert "4,077円" in row[5]


def test_the_one_sheet_with_the_rate_that_the_city_has_set_is_not_told_to_follow_the_others(
    tmp_path: Path,
) -> None:
    right = {"costs.labour_total.2017": 7948, "costs.grand_total.2017": 8652 + 7948}
    sheets = {f"{n}.xlsx": project(n) for n in (1, 2, 3)} | {"4.xlsx": project(4) | right}
    report = run(sheets, tmp_path / "a.xlsx", config(rates="年度,時間単価\nH29,4000\n"))
    assert not codes(report)
    wrong = [file.file for file in report.files if "C304" in [row[0] for row in file.sheets[0].findings]]
    assert wrong == ["1.xlsx", "2.xlsx", "3.xlsx"]


# ---- X806


@pytest.mark.parametrize(
    ("totals", "yen", "fires"),
    [
        ([8652], 8_652_000, False),
        ([8652], 8_652_499, False),
        ([8652], 8_653_000, False),
        ([8652], 8_653_001, True),
        ([8652], 8_650_999, True),
        ([100, 200, 300], 603_000, False),
        ([100, 200, 300], 603_001, True),
        ([0], 0, False),
    ],
)
def test_rounding_is_a_thousand_yen_a_project_and_no_more(
    totals: list[int], yen: int, fires: bool, tmp_path: Path
) -> None:
    sheets = {f"{n}.xlsx": project(n, total) for n, total in enumerate(totals, 1)}
    text = HEAD + LINE.format(minor="", name="", yen=yen)  # one 科目 for all of them
    report = run(sheets, tmp_path / "a.xlsx", config(accounts=text))
    assert codes(report) == ({name: ["X806"] for name in sheets} if fires else {})


def test_a_project_with_two_lines_is_compared_with_both(tmp_path: Path) -> None:
    sheet = project(1, 300, **{"budget.minor": "01\n02"})
    text = accounts((1, "100,000"), (2, "200,400"), (3, "5"))
    report = run({"a.xlsx": sheet, "b.xlsx": project(2, 50)}, tmp_path / "a.xlsx", config(accounts=text))
    assert codes(report) == {"a.xlsx": ["X806"], "b.xlsx": ["X806"]}
    report = run({"a.xlsx": sheet}, tmp_path / "b.xlsx", config(accounts=text), data=tmp_path / "表")
    assert codes(report) == {}
    found = pd.read_parquet(tmp_path / "表" / "tie_out.parquet")
    assert found.groupby("group").verdict.first().to_list() == ["rounding", "no_sheet"]
    first = found[found.group == 1]
    assert set(first.settled) == {Decimal("300.4")}
    assert set(first.difference) == {Decimal("-0.4")}
    assert "100,000円＋200,400円＝300.4千円" in first.explanation.iloc[0]
    assert "端数" in first.explanation.iloc[0]


def test_the_table_explains_every_line_and_loses_no_yen(tmp_path: Path) -> None:
    sheets = {
        "1.xlsx": project(1, 100), "2.xlsx": project(2, 200), "3.xlsx": project(3, None),
        "4.xlsx": project(4, 5, **{"budget.kan": "99"}),
        "5.xlsx": project(5, 7, **{"budget.minor": "5\n6\n7", "budget.kou": "1\n2"}),
    }  # fmt: skip
    text = accounts((1, 100_000), (2, 300_000), (3, 1), (8, 77))
    output = tmp_path / "a.xlsx"
    run(sheets, output, config(accounts=text), data=tmp_path / "表")
    rows = {str(row["科目・事業名"]) or row["中事業"]: row["判定"] for row in table(stored(output)["突合表"])}
    assert rows == {
        "02": "不一致", "第4の事業": "会計に科目なし", "第5の事業": "科目を照合できず", "03": "金額なし",
        "01": "一致", "08": "シートなし",
    }  # fmt: skip
    found = pd.read_parquet(tmp_path / "表" / "tie_out.parquet")
    assert found.settled_yen.dropna().sum() == 400_078
    assert found.explanation.str.len().min() > 10
    assert found.amount.dropna().sum() == 312


def test_a_double_submission_is_not_added_up_in_the_tie_out(tmp_path: Path) -> None:
    sheets = {"a.xlsx": project(1, 100), "b.xlsx": project(1, 100)}
    report = run(sheets, tmp_path / "a.xlsx", config(accounts=accounts((1, 100_000))))
    assert codes(report) == {"a.xlsx": ["X803"], "b.xlsx": ["X803"]}
    (row,) = table(stored(tmp_path / "a.xlsx")["突合表"])
    assert "二重提出" in row["説明"]


def test_budget_lines_that_do_not_fit_together_are_not_guessed() -> None:
    assert lines_of({"budget.kan": "1\n2", "budget.kou": "1\n2\n3"}.get) is None  # type: ignore[arg-type]
    assert lines_of({}.get) == []  # type: ignore[arg-type]
    lines = lines_of({"budget.account": "01", "budget.kan": "04\n10"}.get)  # type: ignore[arg-type]
    assert [line.key for line in lines or []] == [("1", "4"), ("1", "10")]


def test_a_year_without_accounts_is_told_and_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from evalxl.rules import sample

    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "accounts.csv").write_text(accounts((1, 5)).replace("H29", "H28"), "utf-8")
    filled.write(form.get("unnan_2017"), [to_json(sample.sample())], tmp_path / "in" / "a.xlsx")
    assert cli.main(["consolidate", "in", "-o", "a.xlsx", "--master", "m", "--json"]) == 0
    assert "2017年度は突合しません" in capsys.readouterr().err


# ---- sections over the years


def test_a_reorganised_section_stands_under_its_new_name_and_the_mapping_is_shown(tmp_path: Path) -> None:
    from tests.support import many

    organization = (
        "部,課,開始年度,終了年度,引継先\n総務部,総務課,,29,総務部管理課\n総務部,管理課,30,,\n"
        "総務部,情報システム課,,,\n"
    )
    old = many.record(0, 2017)
    new = many.record(0, 2018).with_values({"division": "管理課", "budget.minor": "88"})
    output = tmp_path / "a.xlsx"
    report = run({"2017.xlsx": old, "2018.xlsx": new}, output, config(organization=organization))
    assert report.sheets[0].project != report.sheets[1].project  # the codes changed as well
    shown = stored(output)
    assert {row["課"] for row in table(shown["コスト"])} == {"管理課"}
    counted = [row["年度"] for row in table(shown["コスト"]) if row["集計対象"] == 1]
    assert sorted(counted) == [2015, 2016, 2017, 2018, 2019]  # no year twice, none lost
    assert table(shown["新旧対応"]) == [
        {
            "種別": "組織",
            "旧": "総務部総務課",
            "新": "総務部管理課",
            "新しくなった年度": "平成30年度",
            "内容": "改称・引継ぎ",
        }
    ]


def test_the_first_page_tells_what_finance_asks_first(tmp_path: Path) -> None:
    projects = "事業名,部,課,連絡先\n" + "".join(
        f"第{n}の事業,総務部,情報システム課,内線 {n}\n" for n in (1, 2, 3)
    )
    city = config(
        projects=projects,
        accounts=accounts((1, 8_652_000), (2, 9_999_000)),
        organization="部,課,開始年度,終了年度,引継先\n総務部,情報課,,28,情報システム課\n"
        "総務部,情報システム課,29,,\n",
    )
    sheets = {"1.xlsx": project(1), "2.xlsx": project(2, division="情報課")}
    run(sheets, tmp_path / "a.xlsx", city)
    first = "\n".join(str(cell) for row in stored(tmp_path / "a.xlsx")["概要"] for cell in row if cell)
    assert "【未提出】シートのない事業が1件" in first
    assert "【会計との突合】不一致1件、一致1件" in first
    assert "総務部情報課→総務部情報システム課" in first
    assert "四捨五入" in first
    run({"1.xlsx": project(1)}, tmp_path / "b.xlsx")
    alone = "\n".join(str(cell) for row in stored(tmp_path / "b.xlsx")["概要"] for cell in row if cell)
    assert not any(word in alone for word in ("未提出", "突合", "組織の改編", "過去の数値"))
