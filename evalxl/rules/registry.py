"""The rules: one function, one code, two languages, two examples. Declared with `rule`, run with `check`.

A check yields `Hit`s (a key, a year, figures) and never writes text: text is made at the edge, by
`Finding.message` and `Finding.hint`.
"""

from __future__ import annotations

import dataclasses
import importlib
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from evalxl.settings import Settings
from workbook.record import Record, Value, plain

Severity = Literal["error", "warning", "info"]
Lang = Literal["ja", "en"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")

FAMILIES = {
    "F": "f_file",
    "H": "h_head",
    "I": "i_indicators",
    "C": "c_cost",
    "E": "e_evaluation",
    "P": "p_plan",
    "T": "t_text",
}
"""Letter of a code → module of this package that declares its rules."""


@dataclasses.dataclass(slots=True, frozen=True)
class Hit:
    """What a check yields: where (a flat key of the record, a year) and the figures of the message.

    ``values`` may hold ``found`` and ``expected``, which also stand in the JSON of a finding.
    """

    key: str | None
    year: int | None = None
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    cell: str | None = None
    """Only where the cell is not the one of the key."""
    severity: Severity | None = None
    """Only where this hit is milder or graver than its rule."""


Check = Callable[[Record, Settings], Iterable[Hit]]


@dataclasses.dataclass(slots=True, frozen=True)
class Rule:
    """A check with its code, texts and examples."""

    code: str
    severity: Severity
    ja: str
    en: str
    fix_ja: str
    fix_en: str
    check: Check | None
    """None for what is no check of a record: a refused file (F001–F005)."""
    bad: Mapping[str, Value]
    good: Mapping[str, Value]
    derived: bool = False
    """Derived from the form's numbering and other cities' manuals (▲): a city may switch it off."""
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Settings that the examples need, such as an hourly rate."""

    @property
    def name(self) -> str:
        """What is wrong, as a name: the check's name with hyphens."""
        return self.check.__name__.replace("_", "-") if self.check else ""

    @property
    def doc(self) -> str:
        """The check's docstring."""
        return (self.check.__doc__ or "").strip() if self.check else ""


REGISTRY: dict[str, Rule] = {}


def rule(
    code: str,
    severity: Severity,
    *,
    ja: str,
    en: str,
    fix_ja: str,
    fix_en: str,
    bad: Mapping[str, Value],
    good: Mapping[str, Value],
    derived: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Callable[[Check], Check]:
    """Declare the decorated check as the rule ``code``.

    ``ja``/``en`` are format strings over the hit's values, ``year`` and ``label`` (the field's label).
    ``bad`` and ``good`` are patches on the sample record: bad fires exactly this code, good fires nothing.
    """

    def declare(check: Check) -> Check:
        if code in REGISTRY:
            raise ValueError(f"rule {code} is declared twice")
        REGISTRY[code] = Rule(
            code, severity, ja, en, fix_ja, fix_en, check, bad, good, derived, settings or {}
        )
        return check

    return declare


def load() -> dict[str, Rule]:
    """All rules by code, in the order of the codes."""
    for module in FAMILIES.values():
        importlib.import_module(f"evalxl.rules.{module}")
    return dict(sorted(REGISTRY.items()))


@dataclasses.dataclass(slots=True, frozen=True)
class Finding:
    """A rule that fired on a sheet."""

    code: str
    severity: Severity
    field: str | None
    year: int | None
    cell: str | None
    values: Mapping[str, Any]

    def message(self, lang: Lang = "ja") -> str:
        """What is wrong, in words."""
        declared = REGISTRY[self.code]
        return _Words(lang).format(declared.ja if lang == "ja" else declared.en, year=self.year, **self.values)

    def hint(self, lang: Lang = "ja") -> str:
        """How to mend it, in words."""
        declared = REGISTRY[self.code]
        text = declared.fix_ja if lang == "ja" else declared.fix_en
        return _Words(lang).format(text, year=self.year, **self.values)

    def to_json(self, lang: Lang = "ja") -> dict[str, Any]:
        """The finding with the names of the command line's JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "field": self.field,
            "year": self.year,
            "cell": self.cell,
            "message": self.message(lang),
            "hint": self.hint(lang),
            "found": _json(self.values.get("found")),
            "expected": _json(self.values.get("expected")),
        }


class _Words(string.Formatter):
    """Formats figures as staff read them: ▲ for negatives in Japanese, thousands with commas."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def format_field(self, value: Any, spec: str) -> str:
        if value is None:
            return "空欄" if self.lang == "ja" else "blank"
        if isinstance(value, (list, tuple)):
            return ("、" if self.lang == "ja" else ", ").join(str(v) for v in value)
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and "," in spec:
            sign = "▲" if value < 0 and self.lang == "ja" else "-" if value < 0 else ""
            return sign + format(abs(value), spec)
        return format(value, spec) if spec and not isinstance(value, str) else str(value)


def _json(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_json(v) for v in value]
    return plain(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def check(record: Record, settings: Settings) -> list[Finding]:
    """All findings of a record, by code, then as the check yields them. Rules switched off are not run."""
    findings: list[Finding] = []
    for code, declared in load().items():
        if declared.check is None or not settings.is_on(code):
            continue
        for hit in declared.check(record, settings):
            findings.append(_finding(code, hit, record, settings))
    return findings


def _finding(code: str, hit: Hit, record: Record, settings: Settings) -> Finding:
    severity = settings.severity(code) or hit.severity or REGISTRY[code].severity
    cell = hit.cell or (record.cell(hit.key) if hit.key else None)
    values = {"label": label_of(record, hit.key), **hit.values}
    return Finding(code, severity, hit.key, hit.year, cell, values)


def label_of(record: Record, key: str | None) -> str:
    """The form's label of a flat key, for messages; the key itself where the form has none."""
    return _labels(record.form.id, record, key) if key else ""


def _labels(form_id: str, record: Record, key: str) -> str:
    form = record.form
    parts = key.split(".")
    if parts[0] == "costs" and len(parts) > 1:
        return next((row.label for row in form.costs.rows if row.name == parts[1]), key)
    if parts[0] == "judgements" and len(parts) > 1:
        question = form.question(parts[1])
        return f"{question.mark}{question.label}"
    if parts[0] == "summary" and len(parts) > 1 and parts[1] != "text":
        return next((f"{axis.key} {axis.label}" for axis in form.axes if axis.key == parts[1]), key)
    for table in form.indicator_tables:
        if parts[0] == table.name:
            return f"{table.label} {parts[1]}" if len(parts) > 1 else table.label
    for choice in form.choices:
        if parts[0] == choice.name:
            return choice.label
    names = {field.name: field.label for field in form.fields}
    return names.get(key) or names.get(key.rsplit(".", 1)[0]) or _FREE.get(parts[0], key)


_FREE = {"directions": "今後の方向性", "matrix": "改革・改善による期待成果", "direction_text": "方向性の説明"}


def iter_codes() -> Iterator[str]:
    """Every declared code, in order."""
    yield from load()
