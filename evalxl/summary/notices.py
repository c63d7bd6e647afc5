"""Sentences on the first page of the summary book: what finance asks first, and where to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from evalxl.finance_tables import VERDICTS, Beside
from evalxl.placing import moved
from evalxl.tables import SheetRows
from evalxl.tie_out import Verdict

ROUNDING = (
    "【見方】▲は減、皆増は前年度が0、皆減は当年度が0、－は比べられないことを示します。金額は千円単位のままで合計し、"
    "増減率と割合だけを小数第1位までに四捨五入しています。"
)
SHOWN = 6
"""Reorganised sections named; the rest stand in 新旧対応."""
OPEN: tuple[Verdict, ...] = ("differs", "no_account", "unclear", "blank")
"""Outcomes of the tie-out that somebody must look into."""


def notices(beside: Beside, placed: Sequence[SheetRows]) -> list[str]:
    """What is missing, how the sheets stand to the accounts and to last year, what was reorganised.

    ``placed`` are the run's sheets under the names of its roll-ups.
    """
    return [f"【{head}】{text}" for head, text in _told(beside, placed)]


def _told(beside: Beside, placed: Sequence[SheetRows]) -> Iterator[tuple[str, str]]:
    counts = Counter(line.status for line in beside.reception.lines)
    if counts["missing"]:
        yield "未提出", f"シートのない事業が{counts['missing']}件あり、集計に含まれていません（「受付簿」）。"
    if counts["refused"]:
        yield "受付不可", f"読めないものが{counts['refused']}件あり、集計に含まれていません（「受付簿」）。"
    verdicts = Counter(group.verdict for group in beside.groups())
    if verdicts:
        left = [f"{VERDICTS[name]}{verdicts[name]}件" for name in OPEN if verdicts[name]]
        fine = f"一致{verdicts['equal']}件、千円未満の端数だけの差{verdicts['rounding']}件"
        yield "会計との突合", f"{'、'.join([*left, fine])}です（「突合表」）。"
    previous = beside.settings.previous
    if previous and not any(previous.year_before(sheet.fiscal_year) for sheet in beside.run.sheets):
        yield (
            "前の年度",
            "渡された前の年度のシートは、どれもこの集約より前の年度のものでなく、比べていません。",
        )
    rewritten = sum(len(sheet.rewritten) for sheet in beside.run.sheets)
    if rewritten:
        yield "過去の数値", f"前回のシートと違う過去の決算値が{rewritten}件あります（「過去数値の変更」）。"
    places = moved(beside.run.sheets, placed)
    if places:
        words = "、".join(f"{old}→{new}" for old, new in list(places)[:SHOWN])
        words += f" ほか{len(places) - SHOWN}組" if len(places) > SHOWN else ""
        number = sum(places.values())
        yield "組織の改編", f"前の課名のシート{number}件を今の課で集計しています（{words}。「新旧対応」）。"
