"""C: the cost table. Amounts in 千円; a dash is "not applicable": no figure, and never 0."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from evalxl import arithmetic
from evalxl.arithmetic import size
from evalxl.rules.amounts import amounts_in
from evalxl.rules.registry import Hit, rule
from evalxl.rules.sheet import Sheet
from evalxl.settings import Settings, Thresholds
from workbook.record import Number

DASH = "－"
HALF = Decimal("0.5")
_PROJECT, _LABOUR, _GRAND = "project_total", "labour_total", "grand_total"
_STAFF, _HOURS = "staff_count", "work_hours"


def _key(row: str, year: int) -> str:
    return f"costs.{row}.{year}"


def _same(found: Number, expected: Number) -> bool:
    """Whether two figures are equal but for rounding: half a unit of the last digit ``found`` is given to."""
    if found == expected:
        return True
    if isinstance(found, int) and isinstance(expected, int):
        return False
    exponent = found.as_tuple().exponent if isinstance(found, Decimal) else 0
    return size(found - expected) <= HALF.scaleb(exponent if isinstance(exponent, int) else 0)


def _sources(sheet: Sheet, year: int) -> Number | None:
    return arithmetic.total([sheet.cost(row, year) for row in sheet.facts.sources])


def _typed(sheet: Sheet, row: str, year: int) -> Number | str | None:
    """A figure as a message quotes it: a dash is none, but it is no blank either."""
    figure = sheet.cost(row, year)
    return DASH if figure is None and _key(row, year) in sheet.answered else figure


@rule(
    "C301",
    "error",
    ja="{year:fy}の事業費計(A)は{found:money}ですが、財源内訳の合計は{expected:money}です。",
    en="{year:fy}: project cost (A) is {found}, but its sources add up to {expected} (thousand yen).",
    fix_ja="財源内訳と事業費計を決算書と照合してください。",
    fix_en="Compare the sources and the total with the accounts.",
    why_ja="財政では財源別にも集計します。ここに差があると、財源別の合計と市全体の合計が合わなくなります。",
    bad={"costs.general.2017": 8562},
    good={"costs.general.2017": 8000, "costs.national.2017": 652},
)
def project_cost_differs_from_sources(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """事業費計(A) of a settled year must equal the sum of its funding sources.

    Why: finance rolls up by source; a gap here is a gap in the city's total. A blank source counts as 0;
    half a unit of the total's last digit is rounding. A year without a total is C310's; a dash for the total
    is none of sources that add up to something.
    """
    for year in sheet.settled:
        found, expected = sheet.cost(_PROJECT, year), _sources(sheet, year) or 0
        if found is None and sheet.blank(_key(_PROJECT, year)):
            continue
        if not _same(found or 0, expected) and sheet.readable((_PROJECT, *sheet.facts.sources), year):
            values = {"found": _typed(sheet, _PROJECT, year), "expected": expected}
            yield Hit(_key(_PROJECT, year), year, values)


@rule(
    "C302",
    "warning",
    ja="{year:fy}（計画）の事業費計(A)は{found:money}、財源内訳の合計は{expected:money}です。",
    en="{year:fy} (plan): project cost (A) is {found}, the sum of its sources {expected} (thousand yen).",
    fix_ja="計画年度の財源内訳を記入し、事業費計と合わせてください。",
    fix_en="Fill in the planned sources and make them agree with the total.",
    why_ja="計画年度の財源内訳は、予算の見積りのもとになります。"
    "空欄や差があると、財源の見通しを立てられません。",
    bad={"costs.general.2018": None},
    good={"costs.general.2018": 8000, "costs.other.2018": 900},
)
def planned_cost_differs_from_sources(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """事業費計(A) of the plan should equal the sum of its funding sources, and these should be filled.

    Why: the plan by source is what the budget is made of. Nothing is asked of a plan of 0 or a dash, nor of
    an empty plan where the project is to be abolished or suspended.
    """
    for year in sheet.planned:
        found, expected = sheet.cost(_PROJECT, year), _sources(sheet, year)
        unasked = sheet.stopped or not sheet.blank(_key(_PROJECT, year))
        if found is None and (expected == 0 or (expected is None and unasked)):
            continue
        if found is not None and _same(found, expected or 0):
            continue
        if sheet.readable((_PROJECT, *sheet.facts.sources), year):
            values = {"found": _typed(sheet, _PROJECT, year), "expected": expected}
            yield Hit(_key(_PROJECT, year), year, values)


@rule(
    "C303",
    "error",
    ja="{year:fy}のトータルコストは{found:money}ですが、(A)+(B)は{expected:money}です。",
    en="{year:fy}: total cost is {found}, but (A)+(B) is {expected} (thousand yen).",
    fix_ja="事業費計(A)、人件費計(B)、トータルコストを確かめてください。",
    fix_en="Check (A), (B) and the total.",
    why_ja="集計表は、この3つの金額を足し上げて作ります。"
    "1枚でも合わないと、集計表の合計どうしが合わなくなります。",
    bad={"costs.grand_total.2017": 16573},
    good={"costs.labour_total.2017": 8102, "costs.grand_total.2017": 16754},
)
def grand_total_differs(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """トータルコスト must be 事業費計(A) + 人件費計(B), in every year.

    Why: the summary's totals by section add these up. A blank (A) or (B) counts as 0; a total that is blank
    or a dash is wrong only where both (A) and (B) are filled.
    """
    for year in sheet.years:
        project, labour = sheet.cost(_PROJECT, year), sheet.cost(_LABOUR, year)
        found, expected = sheet.cost(_GRAND, year), arithmetic.grand_total(project, labour)
        if found is None:
            if project is None or labour is None or expected == 0:
                continue
        elif _same(found, expected or 0):
            continue
        if sheet.readable((_PROJECT, _LABOUR, _GRAND), year):
            values = {"found": _typed(sheet, _GRAND, year), "expected": expected}
            yield Hit(_key(_GRAND, year), year, values)


@rule(
    "C304",
    "error",
    ja="{year:fy}の人件費計(B)は{found:money}ですが、{hours}時間×{rate}円では{expected:money}です。",
    en="{year:fy}: labour cost (B) is {found}, but {hours} hours × {rate} yen are {expected} (thousand yen).",
    fix_ja="延べ業務時間と、その年度の時間単価を確かめてください。",
    fix_en="Check the hours and the hourly rate of that year.",
    why_ja="計算式に前の年度の時間単価が残っていることがよくあります。"
    "そのままでは、人件費もトータルコストも実際と違う額になります。",
    bad={"costs.labour_total.2017": 8103, "costs.grand_total.2017": 16755},
    good={"costs.labour_total.2017": 8102, "costs.grand_total.2017": 16754},
    settings={"rates": {2017: 4077}},
)
def labour_cost_differs_from_hours(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """人件費計(B) must be 延べ業務時間 × the year's hourly rate ÷ 1,000, rounded half up, within 1 千円.

    Why: last year's rate is often left in the formula. Years without a rate in the settings are skipped; a
    planned year may be reckoned with the evaluated year's rate, which is the one that was known.
    """
    for year in sheet.years if settings.rates else ():
        found, hours, rate = sheet.cost(_LABOUR, year), sheet.cost(_HOURS, year), settings.rates.get(year)
        expected = arithmetic.labour_cost(hours, rate)
        if found is None or expected is None:
            continue
        known = settings.rates.get(sheet.fiscal_year) if year > sheet.fiscal_year else None
        allowed = [expected, arithmetic.labour_cost(hours, known)]
        if all(size(found - one) > settings.thresholds.rate_tolerance for one in allowed if one is not None):
            values = {"found": found, "expected": expected, "hours": hours, "rate": rate}
            yield Hit(_key(_LABOUR, year), year, values)


@rule(
    "C305",
    "warning",
    ja="事業費の内訳にある金額の合計は{found:money}ですが、{year:fy}の事業費計(A)は{expected:money}です。",
    en="The amounts in 事業費の内訳 add up to {found}, but project cost (A) of {year:fy} is {expected} "
    "(thousand yen).",
    fix_ja="内訳の金額を確かめ、書いていないものがあれば加えてください。",
    fix_en="Check the amounts of the breakdown and add what is missing.",
    why_ja="合計が合わないときは、書きもれや、前の年度の文章の残りがあることがよくあります。"
    "そのままでは、何に使ったお金かを説明できません。",
    bad={"cost_breakdown": "①更新 4,264千円\n②使用料 2,671千円\n③リース料 1,735千円"},
    good={
        "cost_breakdown": "①更新　４，２４６千円\n②設計・使用料 2671 千円（うち国庫 500千円）\n"
        "③リース料 145千円×12月＝1,735千円\n合計 8,652千円"
    },
)
def breakdown_differs(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """The "n千円" amounts in 事業費の内訳 should add up to 事業費計(A) of the evaluated year, ± 1 a line.

    Why: an item that was left out, or last year's text. Lines of totals (計, 小計) are not added; where only
    totals or only headings (【…】) carry the amounts, those count. A text without amounts is not compared.
    """
    text, expected = sheet.text("cost_breakdown"), sheet.cost(_PROJECT, sheet.fiscal_year)
    if "千円" not in text or expected is None:
        return
    sums = []
    for amounts in _readings(text):
        if amounts:
            sums.append(sum(amounts))
            if size(sums[-1] - expected) <= settings.thresholds.breakdown_tolerance * len(amounts):
                return
    if sums:
        yield Hit("cost_breakdown", sheet.fiscal_year, {"found": sums[0], "expected": expected})


def _readings(text: str) -> Iterator[list[Number]]:
    """What can make up the whole: all items, else the totals; the headings alone, the rest alone."""
    whole = amounts_in(text)
    if whole is None:
        return
    yield whole.items or whole.totals
    lines = text.splitlines()
    heads = [line for line in lines if line.lstrip().startswith(("【", "■", "◆", "［", "〔"))]
    for part in (heads, [line for line in lines if line not in heads]):
        amounts = amounts_in("\n".join(part)) if heads and len(heads) < len(lines) else None
        if amounts and len(amounts.items) < len(whole.items):
            yield amounts.items


@rule(
    "C306",
    "error",
    ja="{year:fy}の{label}が{found:money}で、{other:fy}（{expected:money}）とけたが違います。円で入力されていませんか。",
    en="{year:fy}: {label} is {found} thousand yen, against {expected} in {other:fy}; was it typed in yen?",
    fix_ja="金額は千円単位で入力してください。",
    fix_en="Type amounts in thousand yen.",
    why_ja="円のまま入力されたセルが1つでもあると、その金額は千倍になり、市全体の合計まで大きく狂います。",
    bad={
        "costs.general.2015": 6091000,
        "costs.project_total.2015": 6091000,
        "costs.grand_total.2015": 6094718,
    },
    good={
        "costs.general.2015": 3600000,
        "costs.project_total.2015": 3600000,
        "costs.grand_total.2015": 3603718,
    },
    compares=True,
)
def yen_instead_of_thousand_yen(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """An amount 500 times the year before was probably typed in 円 where 千円 is meant.

    Why: one such cell makes the city's total a thousand times too large. The first years have none
    before them: they are compared with the year after, and must be large in themselves, since a building
    that is finished leaves little cost. Years found wrong are no measure for the others.
    """
    for row in sheet.facts.money_rows:
        for year, other in _yen_years(sheet, row.name, settings.thresholds).items():
            values = {"found": sheet.cost(row.name, year), "expected": sheet.cost(row.name, other)}
            yield Hit(_key(row.name, year), year, {**values, "other": other})


def _yen_years(sheet: Sheet, row: str, limits: Thresholds) -> dict[int, int]:
    """Years of a row typed in 円, each with the year it was compared with."""
    amounts = {year: amount for year, amount in sheet.costs(row).items() if amount > 0}
    if len(amounts) < 2 or max(amounts.values()) < limits.yen_factor * min(amounts.values()):
        return {}
    found: dict[int, int] = {}
    years = list(amounts)
    start = _first_right(list(amounts.values()), limits)
    found.update(dict.fromkeys(years[:start], years[start]))
    right = years[start]
    for year in years[start + 1 :]:
        if amounts[year] >= limits.yen_factor * amounts[right]:
            found[year] = right
        else:
            right = year
    return found


def _first_right(amounts: list[Number], limits: Thresholds) -> int:
    """How many of the first years are in 円: all far above the next, and too large for a work that ended."""
    for count in range(1, len(amounts)):
        least = max(limits.yen_factor * amounts[count], limits.yen_least)
        if all(amount >= least for amount in amounts[:count]):
            return count
    return 0


@rule(
    "C307",
    "error",
    ja="{year:fy}の{filled}は記入されていますが、{label}が{found}です。",
    en="{year:fy}: {filled} given, but {label} is {found}.",
    fix_ja="正規職員従事人数、延べ業務時間、人件費計(B)をそろえて記入してください。",
    fix_en="Fill in staff, hours and labour cost together.",
    why_ja="人数、時間、人件費は一組の数値です。"
    "一部だけが空欄や0のときは、更新していない数値が残っていることが多く、人件費を正しく集計できません。",
    bad={"costs.staff_count.2015": None},
    good={"costs.work_hours.2015": 0, "costs.labour_total.2015": 0, "costs.grand_total.2015": 6091},
)
def labour_figures_incomplete(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Staff, hours and labour cost of a settled year go together: none blank or 0 beside a positive one.

    Why: hours without staff, or cost without hours, is a figure that was not brought up to date. Staff with
    0 hours and 0 cost, or dashes for both, is consistent.
    """
    rows = [row for row in (_STAFF, _HOURS, _LABOUR) if sheet.facts.row(row)]
    for year in sheet.settled:
        figures = {row: sheet.cost(row, year) for row in rows}
        lacking = [row for row, figure in figures.items() if not figure]
        if not lacking or len(lacking) == len(figures):
            continue
        filled = [row for row, figure in figures.items() if figure and figure > 0]
        if not filled or not sheet.readable(rows, year):
            continue
        if all(figures.get(row) == 0 or _key(row, year) in sheet.answered for row in (_HOURS, _LABOUR)):
            continue
        labels = [row.label for row in sheet.facts.cost_rows if row.name in filled]
        for row in lacking:
            yield Hit(_key(row, year), year, {"found": _typed(sheet, row, year), "filled": labels})


@rule(
    "C308",
    "warning",
    ja="{year:fy}の1人当たりの業務時間が{found}時間（{hours}時間÷{staff}人）で、{expected}時間を超えています。",
    en="{year:fy}: {found} hours for each person ({hours} hours, {staff} staff), over {expected}.",
    fix_ja="正規職員従事人数と延べ業務時間を確かめてください。",
    fix_en="Check staff and hours.",
    why_ja="正規職員1人が1年に働く時間は、1,900時間ほどです。"
    "これを大きく超えるときは、人数か時間のどちらかが誤っていると考えられます。",
    bad={"costs.staff_count.2015": Decimal("0.4")},
    good={"costs.staff_count.2015": Decimal("0.5")},
    compares=True,
)
def too_many_hours_per_person(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Hours for each person over 2,000 a year need a look; over 2,500 they are an error.

    Why: a full-time official works some 1,900 hours; the number of staff or of hours is wrong.
    """
    limit, worse = settings.thresholds.hours_per_person_warning, settings.thresholds.hours_per_person_error
    for year in sheet.years:
        hours, staff = sheet.cost(_HOURS, year), sheet.cost(_STAFF, year)
        if hours is None or staff is None or staff <= 0 or hours <= limit * staff:
            continue
        grave = hours > worse * staff
        found = arithmetic.unit_cost(hours, staff)
        values = {"found": found, "expected": worse if grave else limit, "hours": hours, "staff": staff}
        yield Hit(_key(_HOURS, year), year, values, severity="error" if grave else None)


@rule(
    "C309",
    "warning",
    ja="{year:fy}の{label}がマイナス（{found}）です。",
    en="{year:fy}: {label} is negative ({found}).",
    fix_ja="符号を確かめてください。マイナスがあり得るのは財源の調整だけです。",
    fix_en="Check the sign; only adjustments of funding sources can be negative.",
    why_ja="誤って▲が付くと、支出が収入のように集計され、市の合計が実際より小さくなります。",
    bad={
        "costs.general.2015": -35,
        "costs.project_total.2015": -35,
        "costs.grand_total.2015": 3683,
    },
    good={"costs.general.2015": 6126, "costs.other.2015": -35},
)
def negative_amount(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Totals, staff and hours cannot be negative; only funding sources can, as adjustments.

    Why: a ▲ that slipped in turns a cost into an income of the city.
    """
    for row in sheet.facts.cost_rows:
        if row.source:
            continue
        for year, found in sheet.costs(row.name).items():
            if found < 0:
                yield Hit(_key(row.name, year), year, {"found": found})


@rule(
    "C310",
    "error",
    ja="{year:fy}（決算）の事業費計(A)が空欄です。",
    en="{year:fy} (settled): project cost (A) is blank.",
    fix_ja="決算額を記入してください。事業費がない年度は0、該当しない年度は「－」とします。",
    fix_en="Fill in the settled amount; 0 where nothing was spent, － where not applicable.",
    why_ja="空欄は0とは違います。空欄のままでは、その年度の市の合計からこの事業が抜けてしまいます。",
    bad={
        "costs.general.2015": None,
        "costs.project_total.2015": None,
        "costs.grand_total.2015": 3718,
    },
    good={
        "costs.general.2015": "－",
        "costs.project_total.2015": "－",
        "costs.grand_total.2015": 3718,
    },
)
def settled_cost_blank(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Every settled year needs 事業費計(A); a dash is an answer.

    Why: a blank is not 0, and the city's total of that year would lack the project. Years before the
    project's start are not asked for.
    """
    for year in sheet.expected_years():
        if sheet.blank(_key(_PROJECT, year)):
            yield Hit(_key(_PROJECT, year), year)


@rule(
    "C311",
    "warning",
    ja="{label}が前年度の{expected}から{year:fy}は{found}に変わりました（{rate:rate}）。",
    en="{label} went from {expected} to {found} in {year:fy} ({rate:rate}).",
    fix_ja="値を確かめ、正しければ理由を本文に書いてください。",
    fix_en="Check the figure; where it is right, give the reason in the text.",
    why_ja="大きな増減は、議会で理由を尋ねられます。"
    "数値の誤りでないことを確かめ、理由を書いておけば、そのまま説明に使えます。",
    bad={"costs.work_hours.2016": 1528},
    good={"costs.work_hours.2016": 1529},
    compares=True,
)
def cost_jumped(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A change of 30 % or more against the year before, of at least 500 千円 or 100 hours, needs a reason.

    Why: councillors will ask. From 0 (皆増) and to 0 (皆減) count too; what C306 takes for 円 does not.
    """
    year, limits = sheet.fiscal_year, settings.thresholds
    least = {_HOURS: limits.yoy_min_hours}
    for row in (_PROJECT, _LABOUR, _GRAND, _HOURS):
        now, before = sheet.cost(row, year), sheet.cost(row, year - 1)
        change = arithmetic.yoy(now, before)
        if change is None or before is None:
            continue
        if size(change) < least.get(row, limits.yoy_min_thousand_yen) or change == 0:
            continue
        if size(change) * 100 >= size(before) * limits.yoy_percent and not _is_yen(sheet, row, settings):
            values = {"found": now, "expected": before, "rate": arithmetic.yoy_rate(now, before)}
            yield Hit(_key(row, year), year, values)


def _is_yen(sheet: Sheet, row: str, settings: Settings) -> bool:
    """Whether the evaluated year or the year before is taken for 円 by C306."""
    if row == _HOURS or not settings.is_on("C306"):
        return False
    wrong = _yen_years(sheet, row, settings.thresholds)
    return not wrong.keys().isdisjoint((sheet.fiscal_year, sheet.fiscal_year - 1))


@rule(
    "C312",
    "info",
    ja="{label}1単位当たりのトータルコストが、前年度の{expected:money}から{year:fy}は{found:money}に変わりました"
    "（{rate:rate}）。",
    en="Total cost per unit of {label} went from {expected} to {found} thousand yen in {year:fy} "
    "({rate:rate}).",
    fix_ja="費用と活動量のどちらが変わったのかを確かめ、評価に生かしてください。",
    fix_en="See whether cost or activity changed, and use it in the evaluation.",
    why_ja="費用と活動量を別々に見ていると、効率の変化に気づけません。"
    "1単位当たりで比べると、効率が良くなったか悪くなったかが分かります。",
    bad={"activity_indicators.ア.values.2016": 1900},
    good={"activity_indicators.ア.values.2016": 1100},
    compares=True,
)
def unit_cost_changed(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Total cost per unit of the first 活動指標 that changed by half or more is worth knowing.

    Why: it shows a change of efficiency that neither figure shows alone.
    """
    named, year = sheet.named("activity_indicators"), sheet.fiscal_year
    if not named:
        return
    first = named[0]
    now = arithmetic.unit_cost(sheet.cost(_GRAND, year), first.values.get(year))
    before = arithmetic.unit_cost(sheet.cost(_GRAND, year - 1), first.values.get(year - 1))
    if now is None or before is None or before == 0:
        return
    rate = arithmetic.change_rate(now, before)
    if abs(rate) * 100 >= settings.thresholds.unit_cost_percent:
        key = f"{first.table}.{first.slot}.values.{year}"
        yield Hit(key, year, {"found": now, "expected": before, "rate": rate})
