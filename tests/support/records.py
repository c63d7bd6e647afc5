"""Records in the JSON names of the form: the sheet of 2017, and random valid ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from .back import COSTS, FORBIDDEN, OUTCOMES, QUESTIONS, questions_of, record_name
from .spec import UNNAN, Spec
from .words import codes, names, numbers, text, units

Record = dict[str, Any]
COST_ROWS = (
    "national", "prefectural", "bonds", "other", "general",
    "project_total", "staff_count", "work_hours", "labour_total", "grand_total",
)  # fmt: skip


def _by_year(first: int, *values: int | float | None) -> dict[str, int | float | None]:
    return {str(first + i): value for i, value in enumerate(values)}


def _indicator(slot: str, name: str, unit: str, *values: int) -> Record:
    return {"slot": slot, "name": name, "unit": unit, "values": _by_year(2015, *values)}


def sample() -> Record:
    """The record of the 2017 sheet: its figures, names and ticks; sentences reworded, persons invented."""
    return _sample_head() | _sample_do() | _sample_see_and_plan()


def _sample_head() -> Record:
    return {
        "fiscal_year": 2017,
        "project_name": "電算セキュリティ対策事業",
        "department": "総務部",
        "division": "情報システム課",
        "group": "情報システムグループ",
        "division_head": "見本 一郎",
        "contact_name": "架空 さくら",
        "phone": "0000-12-3456",
        "extension": "9870",
        "policy": {"code": "I", "name": "みんなで築くまち《協働・行政経営》"},
        "measure": {
            "code": "05",
            "name": "時代にあった行政サービスの実現",
            "target": "行政機能",
            "intent": "無駄がなく公正なサービスを届ける。",
        },
        "basic_program": {
            "code": "012",
            "name": "業務と組織機構の効率化",
            "target": "行政機能",
            "intent": "身軽な組織で役に立つサービスを届ける。",
        },
        "budget": {
            "account": "01", "kan": "10", "kou": "05", "moku": "50", "major": "01", "minor": "01",
            "major_name": "電算総務管理事業", "minor_name": "電算総務管理事業",
        },
    }  # fmt: skip


def _sample_do() -> Record:
    money = {name: _by_year(2015, None, None, None, None) for name in COST_ROWS[:4]}
    return {
        "period": {"kind": "recurring", "start_year": 2004, "end_year": None},
        "outline": "市の情報資産を守るための対策を行う。\n"
        "ウイルス対策ソフトの更新、職員へのe-ラーニング研修、マシン室の管理、監査など",
        "activity_actual": "対策ソフトの更新、職員へのe-ラーニング研修、パスワードの変更、入退室の管理",
        "activity_plan": "対策製品のライセンス更新、職員へのe-ラーニング研修、パスワードの変更、入退室の管理",
        "activity_indicators": [
            _indicator("ア", "セキュリティ対応済みパソコンののべ台数", "台", 1974, 888, 888, 888),
            _indicator("イ", "研修参加者数", "人", 372, 325, 300, 300),
            _indicator("ウ", "パスワード更新者数", "人", 540, 537, 528, 530),
        ],
        "target": "・パソコン\n・職員等",
        "target_indicators": [
            # the print lost one of the four figures of this row; 888 in the plan is our reading
            _indicator("ア", "IP管理しているパソコンののべ台数", "台", 1974, 888, 888, 888),
            _indicator("イ", "職員数", "人", 507, 501, 490, 485),
        ],
        "intent": "・ウイルスに感染させない。\n・職員の意識を高める。\n・パスワード等を漏らさない。",
        "outcome_indicators": [
            _indicator("ア", "脅威イベントの検出", "件", 447, 423, 2, 0),
            _indicator("イ", "セキュリティ事故の発生件数", "件", 0, 0, 0, 0),
        ],
        "cost_breakdown": "【使用料】\n・対策ソフトのライセンス 4,246千円\n・無害化サービス 2,671千円\n"
        "【賃借料】\n・機器リース 1,735千円",
        "costs": money
        | {
            "general": _by_year(2015, 6091, 7338, 8652, None),
            "project_total": _by_year(2015, 6091, 7338, 8652, 9369),
            "staff_count": _by_year(2015, 6, 6, 5, None),
            "work_hours": _by_year(2015, 950, 744, 1987, None),
            "labour_total": _by_year(2015, 3718, 2951, 8101, None),
            "grand_total": _by_year(2015, 9809, 10289, 16753, None),
        },
        "environment": "・ネットとパソコンが行き渡った\n・個人情報の法律ができた\n"
        "・流出事故が続き、国が対策の強化を検討した",
        "reforms": "・国の関係機構の事業を使った\n・内部監査を行った\n・機器とソフトを新しくした",
        "opinions": "各地の企業や団体で流出事故が起きており、市民と議会の関心が高い。",
    }


def _sample_see_and_plan() -> Record:
    reasons = {
        "4": (True, "研修の受講者を増やし監査を行うことで、職員の意識が上がり事故が減る。"),
        "5": (True, "対策は続けてこそ意味があり、止めれば感染や漏えいに直ちにつながる。"),
        "6": (False, "似た事業がない。"),
        "7": (False, "ソフトは全台に要り、台数を絞れない。研修も費用のかからない講師で行っている。"),
        "8": (False, "職員だけでも、すべて委託でも難しい。その都度考える。"),
        "9": (False, "市民全体の情報を等しく守る仕事であり、偏りはない。"),
    }
    judgements = {}
    for question in QUESTIONS:
        flagged, reason = reasons.get(question.number, (False, None))
        judgements[question.number] = {"topic": question.topic, "flagged": flagged, "reason": reason}
    judgements["6"]["mergeable"] = None
    return {
        "judgements": judgements,
        "summary": {
            "A": "適切", "B": "見直し余地あり", "C": "適切", "D": "適切",
            "text": "研修の受講者を増やし、事故を減らす余地がある。積極的に呼びかける。",
        },
        "directions": ["事業のやり方改善（有効性改善）"],
        "matrix": {"cost": "維持", "outcome": "向上"},
        "direction_text": "漏えいは市民の暮らしと財産を損ない、取り返せない。受講計画を毎年つくり、"
        "受講者を増やす。\n\n国の補助金も使い、安全管理を続けて強める。",
    }  # fmt: skip


# random records -------------------------------------------------------------------------------------
def _maybe(strategy: st.SearchStrategy[Any], filled: int = 4) -> st.SearchStrategy[Any]:
    """The strategy's values, and None once in ``filled`` + 1 times."""
    return st.integers(0, filled).flatmap(lambda i: strategy if i < filled else st.none())


def _values(years: list[int], figures: st.SearchStrategy[Any]) -> st.SearchStrategy[Record]:
    return st.fixed_dictionaries({str(year): _maybe(figures) for year in years})


@st.composite
def _indicators(draw: st.DrawFn, slots: str, years: list[int]) -> list[Record]:
    out = []
    for slot in slots:
        if draw(st.integers(0, 2)) == 0:
            continue  # a gap, as departments leave them
        values = draw(_values(years, numbers()))
        name = draw(_maybe(names(), 9))
        if name is None and all(value is None for value in values.values()):
            continue  # without a name or figure the slot is empty
        out.append({"slot": slot, "name": name, "unit": draw(_maybe(units(), 7)), "values": values})
    return out


@st.composite
def _period(draw: st.DrawFn, evaluated: int) -> Record:
    kind = draw(st.sampled_from(["recurring", "single_year", "multi_year", None]))
    start = end = None
    if kind in ("recurring", "multi_year"):
        start = draw(_maybe(st.integers(1950, evaluated)))
    if kind == "multi_year":
        end = draw(_maybe(st.integers(max(start or 0, evaluated - 3), evaluated + 15)))
    return {"kind": kind, "start_year": start, "end_year": end}


@st.composite
def _costs(draw: st.DrawFn, years: list[int]) -> Record:
    """Costs that add up, or (typed by hand) do not."""
    costs = {name: draw(_values(years, numbers(negative=name in ("other", "general")))) for name in COST_ROWS}
    if draw(st.booleans()):
        for year in costs["general"]:
            whole = {n: costs[n][year] for n in COST_ROWS if isinstance(costs[n][year], int)}
            if any(isinstance(costs[n][year], float) for n in COST_ROWS):
                continue  # sums of decimals carry noise; the sheets that add up here are in whole 千円
            costs["project_total"][year] = total = sum(whole.get(n, 0) for n in COST_ROWS[:5])
            costs["grand_total"][year] = total + whole.get("labour_total", 0)
    return costs


@st.composite
def _head(draw: st.DrawFn, spec: Spec) -> Record:
    fields = ("project_name", "department", "division", "group", "division_head", "contact_name")
    record: Record = {name: draw(_maybe(names(), 12)) for name in fields}
    record["phone"] = draw(_maybe(st.from_regex(r"0[0-9]{1,3}-[0-9]{2,4}-[0-9]{4}", fullmatch=True)))
    record["extension"] = draw(_maybe(st.from_regex(r"[1-9][0-9]{2,3}", fullmatch=True)))
    roman = st.sampled_from(["I", "II", "III", "IV", "V", "VI"])
    record["policy"] = {"code": draw(_maybe(roman)), "name": draw(_maybe(names()))}
    for name, size in (("measure", 2), ("basic_program", 3)):
        record[name] = {
            "code": draw(_maybe(codes(size))), "name": draw(_maybe(names())),
        }  # fmt: skip
        if not spec.more:
            record[name] |= {"target": draw(_maybe(names())), "intent": draw(_maybe(text(lines=2)))}
    budget: Record = {name: draw(_maybe(codes(2), 8)) for name in ("account", "kan", "kou", "moku")}
    budget |= {name: draw(_maybe(codes(2) | codes(3), 8)) for name in ("major", "minor")}
    record["budget"] = budget | {name: draw(_maybe(names())) for name in ("major_name", "minor_name")}
    return record


@st.composite
def _see_and_plan(draw: st.DrawFn, forbidden: bool, spec: Spec) -> Record:
    answer = st.sampled_from([False, True, None])
    judgements: Record = {}
    for q in questions_of(spec):
        judgements[q.number] = {
            "topic": q.topic,
            "flagged": draw(answer),
            "reason": draw(_maybe(text(lines=3))),
        }
        if q.topic == "similar_projects":
            judgements[q.number]["mergeable"] = draw(answer)
    summary: Record = {axis: draw(st.sampled_from(["適切", "見直し余地あり", None])) for axis in "ABCD"}
    cells = [(cost, out) for cost in COSTS for out in OUTCOMES if forbidden or (cost, out) not in FORBIDDEN]
    cell = draw(_maybe(st.sampled_from(cells)))
    count = len(spec.directions)
    ticked = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    ticked[0] &= not all(ticked)  # ○ at every box is how a form of ●/○ pairs shows that nothing is ticked
    return {
        "judgements": judgements,
        "summary": summary | {"text": draw(_maybe(text()))},
        "directions": [record_name(name) for name, on in zip(spec.directions, ticked, strict=True) if on],
        "matrix": None if cell is None else {"cost": cell[0], "outcome": cell[1]},
        "direction_text": draw(_maybe(text())),
    }


@st.composite
def _more(draw: st.DrawFn, spec: Spec) -> Record:
    """What only the form with eight questions has."""
    kinds = st.sampled_from(["Ａ　政策事業", "B 施設整備", "Ｅ　一般", "一般"])
    plan = {name: draw(_maybe(numbers(negative=name == "general"))) for name in COST_ROWS}
    direction = draw(_maybe(st.sampled_from(spec.directions)))
    return {
        "project_id": draw(_maybe(codes(5))), "project_type": draw(_maybe(kinds)),
        "legal_basis": draw(_maybe(names())), "origin": draw(_maybe(text())), "result": draw(_maybe(text())),
        "whole_plan": plan, "division_head_opinion": {"direction": direction, "text": draw(_maybe(text()))},
    }  # fmt: skip


@st.composite
def records(
    draw: st.DrawFn,
    evaluated: st.SearchStrategy[int] | None = None,
    *,
    forbidden_cells: bool = False,
    spec: Spec = UNNAN,
) -> Record:
    """Random records in exactly the JSON shape, evaluated in 2012–2025 or in the years given.

    ``forbidden_cells`` lets the ● of the matrix stand on a × cell (which is then overwritten).
    """
    year = draw(evaluated if evaluated is not None else st.integers(2012, 2025))
    do: Record = {"period": draw(_period(year)), "outline": draw(_maybe(text()))}
    do |= {name: draw(_maybe(text())) for name in ("activity_actual", "activity_plan")}
    years = spec.years(year)
    do["activity_indicators"] = draw(_indicators(spec.slots[0], years))
    for name, table, slots in zip(
        ("target", "intent"), ("target_indicators", "outcome_indicators"), spec.slots[1:], strict=True
    ):
        do |= {name: draw(_maybe(text())), table: draw(_indicators(slots, years))}
    do |= {"cost_breakdown": draw(_maybe(text())), "costs": draw(_costs(years))}
    if spec.more:
        do |= {"form": spec.id, **draw(_more(spec))}
    do |= {name: draw(_maybe(text())) for name in ("environment", "reforms", "opinions")}
    return {"fiscal_year": year} | draw(_head(spec)) | do | draw(_see_and_plan(forbidden_cells, spec))


@st.composite
def record_lists(draw: st.DrawFn, *, min_size: int = 2, max_size: int = 4) -> list[Record]:
    """Several projects of one department: one year, no two of the same name, none without its head."""
    year = st.just(draw(st.integers(2012, 2025)))
    out = draw(st.lists(records(year), min_size=min_size, max_size=max_size))
    for i, record in enumerate(out, start=1):
        record["project_name"] = f"{record['project_name'] or '環境保全事業'}{'甲乙丙丁戊己庚辛'[i % 8]}"
        record["department"], record["division"] = "市民部", record["division"] or "環境課"
    return out


def expected(record: Record) -> Record:
    """What a right reader returns for a record: itself, with texts stripped at both ends and "" as None."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: clean(part) for name, part in value.items()}
        if isinstance(value, list):
            return [clean(part) for part in value]
        return (value.strip() or None) if isinstance(value, str) else value

    result: Record = clean(record)
    return result
