"""The rules: one function, one code, two languages, two examples. Declared with `rule`, run with `check`.

A check yields `Hit`s (a key, a year, figures) and never writes text: text is made at the edge, by
`Finding.message` and `Finding.hint`.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from evalxl.rules.sheet import Sheet
from evalxl.rules.words import Lang as Lang
from evalxl.rules.words import Words, render
from evalxl.settings import Settings
from evalxl.settings import Severity as Severity
from workbook.errors import Refused
from workbook.form import Form
from workbook.grid import spot_of
from workbook.record import Record, plain

if TYPE_CHECKING:
    from evalxl.rules.across import Run

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")

FAMILIES = {
    "F": "f_file",
    "H": "h_head",
    "I": "i_indicators",
    "C": "c_cost",
    "E": "e_evaluation",
    "P": "p_plan",
    "T": "t_text",
    "X": "x_across",
    "Y": "y_previous",
}
"""Letter of a code → module of this package that declares its rules."""


class Hit(msgspec.Struct, frozen=True):
    """What a check yields: where (a flat key of the record, a year) and the figures of the message.

    ``values`` may hold ``found`` and ``expected``, which also stand in the JSON of a finding. Where
    ``expected`` is only what was compared with, the rule says so (``compares``).
    """

    key: str | None
    year: int | None = None
    values: Mapping[str, Any] = {}
    cell: str | None = None
    """Only where the cell is not the one of the key."""
    severity: Severity | None = None
    """Only where this hit is milder or graver than its rule."""


def noticed(sheet: Sheet, code: str) -> list[Hit]:
    """What the reader noticed under that code, as hits."""
    return [Hit(issue.key, issue.year, issue.values, issue.cell) for issue in sheet.noticed(code)]


Check = Callable[[Sheet, Settings], Iterable[Hit]]
AcrossCheck = Callable[["Run", Settings], Iterable[tuple[int | None, Hit]]]
"""A check of all sheets together: hits with the number of their sheet, None where no sheet is there."""
Patch = Mapping[str, Any]
"""Flat keys and their values, changed on the sample; ``issues`` stands for what the reader noticed."""


@dataclasses.dataclass(slots=True, frozen=True)
class Rule:
    """A check with its code, texts and examples."""

    code: str
    severity: Severity
    name: str
    """What is wrong, as a name: the check's name with hyphens."""
    doc: str
    """What is compared and why, as the check's docstring says."""
    ja: str
    en: str
    fix_ja: str
    fix_en: str
    why_ja: str
    """Why the check is made and what goes wrong without it; `why_en` is its English, from ``doc``."""
    check: Check | None
    """None for what is no check of a record: a refused file, the self-check of a summary."""
    bad: Patch
    """A patch on the sample that fires exactly this rule; without a check, the figures of a message."""
    good: Patch
    derived: bool = False
    """Derived from the form's numbering and other cities' manuals (▲): a city may switch it off."""
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Settings that the examples need, such as an hourly rate."""
    words: Words = dataclasses.field(default_factory=dict)
    """Words of the figures in both languages, for ``{name:word}``."""
    across: AcrossCheck | None = None
    """A check of all sheets of a run together."""
    bad_run: Sequence[Patch] = ()
    """For such a check: a patch for each sheet of a run that fires exactly this rule."""
    good_run: Sequence[Patch] = ()
    compares: bool = False
    """Its ``expected`` is what was compared with, such as last year's figure: not what should stand there."""

    @property
    def why_en(self) -> str:
        """What the docstring says after ``Why:``."""
        return " ".join(self.doc.partition("Why: ")[2].split())


REGISTRY: dict[str, Rule] = {}


def rule(
    code: str,
    severity: Severity,
    *,
    ja: str,
    en: str,
    fix_ja: str,
    fix_en: str,
    why_ja: str,
    bad: Patch,
    good: Patch,
    derived: bool = False,
    settings: Mapping[str, Any] | None = None,
    words: Words | None = None,
    compares: bool = False,
) -> Callable[[Check], Check]:
    """Declare the decorated check as the rule ``code``.

    ``ja``/``en`` are format strings over the hit's values, ``year`` and ``label`` (the field's label), with
    the specs of `evalxl.rules.words.render`. ``why_ja`` says to staff what the docstring's ``Why:`` says.
    ``bad`` and ``good`` are patches on the sample record: bad fires exactly this code, good fires nothing.
    ``compares``: the hits' ``expected`` is no value to be put there, so no list shows it as one.
    """

    def register(check: Check) -> Check:
        name, doc = check.__name__.replace("_", "-"), (check.__doc__ or "").strip()
        texts = (ja, en, fix_ja, fix_en, why_ja)
        rest = (derived, settings or {}, words or {})
        _add(Rule(code, severity, name, doc, *texts, check, bad, good, *rest, compares=compares))
        return check

    return register


def across(
    code: str,
    severity: Severity,
    *,
    ja: str,
    en: str,
    fix_ja: str,
    fix_en: str,
    why_ja: str,
    bad: Sequence[Patch],
    good: Sequence[Patch],
    settings: Mapping[str, Any] | None = None,
    words: Words | None = None,
    compares: bool = False,
) -> Callable[[AcrossCheck], AcrossCheck]:
    """Declare the decorated check of a whole run as the rule ``code``.

    ``bad`` and ``good`` are runs: a patch on the sample for each of their sheets, a file to each.
    """

    def register(check: AcrossCheck) -> AcrossCheck:
        name, doc = check.__name__.replace("_", "-"), (check.__doc__ or "").strip()
        rest = (False, settings or {}, words or {}, check, bad, good, compares)
        _add(Rule(code, severity, name, doc, ja, en, fix_ja, fix_en, why_ja, None, {}, {}, *rest))
        return check

    return register


def declare(
    code: str,
    severity: Severity,
    name: str,
    doc: str,
    *,
    ja: str,
    en: str,
    fix_ja: str,
    fix_en: str,
    why_ja: str,
    example: Mapping[str, Any],
    words: Words | None = None,
) -> None:
    """Declare a rule that no check of a single record can find; ``example`` are figures of its message."""
    texts = (ja, en, fix_ja, fix_en, why_ja)
    _add(Rule(code, severity, name, doc.strip(), *texts, None, example, {}, False, {}, words or {}))


def _add(declared: Rule) -> None:
    if declared.code in REGISTRY:
        raise ValueError(f"rule {declared.code} is declared twice")
    REGISTRY[declared.code] = declared


@functools.cache
def load() -> Mapping[str, Rule]:
    """All rules by code, in the order of the codes."""
    for module in FAMILIES.values():
        importlib.import_module(f"evalxl.rules.{module}")
    return dict(sorted(REGISTRY.items()))


def iter_codes() -> Iterator[str]:
    """Every declared code, in order."""
    yield from load()


class Finding(msgspec.Struct, frozen=True):
    """A rule that fired on a sheet, or that refused a file."""

    code: str
    severity: Severity
    field: str | None
    year: int | None
    cell: str | None
    values: Mapping[str, Any]

    def message(self, lang: Lang = "ja") -> str:
        """What is wrong, in words."""
        declared = load()[self.code]
        return self._render(declared.ja if lang == "ja" else declared.en, lang, declared.words)

    def hint(self, lang: Lang = "ja") -> str:
        """How to mend it, in words."""
        declared = load()[self.code]
        return self._render(declared.fix_ja if lang == "ja" else declared.fix_en, lang, declared.words)

    def _render(self, text: str, lang: Lang, words: Words) -> str:
        return render(text, {"year": self.year, **self.values}, lang, words)

    def to_json(self, lang: Lang = "ja") -> dict[str, Any]:
        """The finding with the names of the command line's JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "field": field_name(self.field),
            "year": self.year,
            "cell": self.cell,
            "message": self.message(lang),
            "hint": self.hint(lang),
            "found": _json(self.values.get("found")),
            "expected": _json(self.values.get("expected")),
        }


def right_value(code: str, expected: Any) -> Any:
    """What a finding of that code expects, for people to put there; None where it is only compared with."""
    return None if load()[code].compares else expected


def typed_value(code: str, found: Any, lang: Lang) -> Any:
    """What a finding found, for people to read: a rule's word in theirs, and no error of a library."""
    if code == "F001":
        return None
    words = load()[code].words.get(found) if isinstance(found, str) else None
    return words[lang == "en"] if words else found


@functools.lru_cache(maxsize=4096)
def field_name(key: str | None) -> str | None:
    """A flat key without its year, which stands beside it: ``costs.general.2017`` → ``costs.general``."""
    return re.sub(r"(?:\.values)?\.\d{4}$", "", key) if key else None


def _json(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_json(v) for v in value]
    if isinstance(value, Fraction):
        return float(value)
    return plain(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def check(record: Record, settings: Settings) -> list[Finding]:
    """All findings of a record, by code, then by cell. Rules switched off are not run; nothing is raised."""
    sheet = Sheet(record)
    findings: list[Finding] = []
    for run, declared in _checks(frozenset(settings.off)):
        before = len(findings)
        for hit in run(sheet, settings):
            findings.append(_finding(declared, hit, sheet, settings))
        if len(findings) > before + 1:
            findings[before:] = sorted(findings[before:], key=_by_cell)
    return findings


@functools.lru_cache(maxsize=64)
def _checks(off: frozenset[str]) -> list[tuple[Check, Rule]]:
    """The rules that look at a single sheet and are not switched off."""
    return [(found.check, found) for code, found in load().items() if found.check and code not in off]


def finding_across(declared: Rule, hit: Hit, form: Form | None, settings: Settings) -> Finding:
    """The finding of a hit across files; its cell is in the hit. ``form`` None: of no sheet."""
    severity = settings.severity(declared.code) or hit.severity or declared.severity
    label = label_in(form, hit.key) if form else ""
    return Finding(declared.code, severity, hit.key, hit.year, hit.cell, {"label": label, **hit.values})


def _finding(declared: Rule, hit: Hit, sheet: Sheet, settings: Settings) -> Finding:
    severity = settings.severity(declared.code) or hit.severity or declared.severity
    cell = hit.cell or (sheet.cell(hit.key) if hit.key else None)
    values = {"label": label_of(sheet, hit.key), **hit.values}
    return Finding(declared.code, severity, hit.key, hit.year, cell, values)


def _by_cell(finding: Finding) -> tuple[str, int, int]:
    """Sheet, row, column; what has no address stays in the order of the form."""
    sheet, mark, address = (finding.cell or "").rpartition("!")
    try:
        return (sheet + mark, *spot_of(address))
    except ValueError:
        return "", -1, -1


def finding_of_refusal(refused: Refused, settings: Settings | None = None) -> Finding:
    """The finding of a file, or of one of its sheets, that gives no record (F001–F005)."""
    declared = load()[refused.code]
    severity = (settings and settings.severity(refused.code)) or declared.severity
    cell = refused.cell
    if cell and refused.sheet and "!" not in cell:
        cell = f"{refused.sheet}!{cell}"
    values = {**dict.fromkeys(declared.bad), **refused.values}
    if "detail" in values:
        values.setdefault("found", values["detail"])
    return Finding(declared.code, severity, None, None, cell, values)


def finding_of(code: str, *, cell: str | None = None, year: int | None = None, **values: Any) -> Finding:
    """A finding of a rule that has no check of a record, such as X807; ``values`` are its figures."""
    declared = load()[code]
    return Finding(code, declared.severity, None, year, cell, {**dict.fromkeys(declared.bad), **values})


def label_of(record: Record, key: str | None) -> str:
    """The form's label of a flat key, for messages; the key itself where the form has none."""
    return label_in(record.form, key)


@functools.lru_cache(maxsize=4096)
def label_in(form: Form, key: str | None) -> str:
    """Like `label_of`, where there is no record."""
    if not key:
        return ""
    head, _, rest = key.partition(".")
    part = rest.partition(".")[0]
    for table in form.tables:
        if head == table.name and table.rows:
            before = "" if table.kind == "costs" else f"{table.label} "
            return next((before + row.label for row in table.rows if row.name == part), key)
    if head == "judgements":
        return next((f"{q.mark}{q.label}" for q in form.questions if q.number == part), key)
    if head == "summary" and part != "text":
        return next((f"{axis.key} {axis.label}" for axis in form.axes if axis.key == part), key)
    for table in form.indicator_tables:
        if head == table.name:
            return f"{table.label} {part}".rstrip()
    return _field_label(form, key, head)


def _field_label(form: Form, key: str, head: str) -> str:
    for choice in form.choices:
        if choice.name in (key, head):
            return choice.label
    owner = key.rpartition(".")[0]
    labels = {field.name: field.label for field in form.fields if field.name in (key, owner)}
    label = labels.get(key) or labels.get(owner) or _FREE.get(head, key)
    return label.replace("{evaluated}", "").replace("{planned}", "")


_FREE = {"directions": "今後の方向性", "matrix": "改革・改善による期待成果", "direction_text": "方向性の説明"}
