"""What stands between this PC and the add-in: each point as ok, problem or not checked, and what to ask for.

`report` is what `evalxl addin doctor` prints and what the button 診断 shows. It only reads. It runs on any
system, and where something cannot be checked it says so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Literal

from evalxl.rules.registry import Lang
from evalxl.texts import Text
from udfs.machine import Machine

Status = Literal["ok", "problem", "unchecked"]
STATUS = {
    "ok": Text("よし", "ok"),
    "problem": Text("問題", "problem"),
    "unchecked": Text("未確認", "not checked"),
}


@dataclasses.dataclass(slots=True, frozen=True)
class Finding:
    """What one check found: in words, and what to do or to ask the IT section for ('' where nothing)."""

    status: Status
    found: Text
    ask: Text | None = None
    values: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(slots=True, frozen=True)
class Check:
    """One line of the report, in the language asked for."""

    check: str
    label: str
    status: Status
    found: str
    ask: str

    def to_json(self) -> dict[str, str]:
        """As ``evalxl addin doctor --json`` prints it."""
        return dataclasses.asdict(self)


Examination = Callable[[Machine], Finding]
CHECKS: dict[str, tuple[Text, Examination]] = {}

NOT_WINDOWS = Text("Windows以外の機械では確かめられません。", "This cannot be checked outside Windows.")
UNREADABLE = Text(
    "読み取る権限がないため、確かめられません（{detail}）。",
    "This may not be read here ({detail}), so it was not checked.",
)
ASK_UNREADABLE = Text(
    "必要なときは、情報システム担当に設定を確かめてください。",
    "If need be, ask the IT section how it is set.",
)


def check(name: str, ja: str, en: str) -> Callable[[Examination], Examination]:
    """Declare the decorated function as the check ``name``."""

    def declare(examination: Examination) -> Examination:
        CHECKS[name] = (Text(ja, en), examination)
        return examination

    return declare


def report(machine: Machine | None = None, lang: Lang = "ja") -> list[Check]:
    """All checks of this PC, in the order in which to go through them."""
    import udfs.examinations  # noqa: F401  (declares them)

    machine = machine or Machine.here()
    return [_checked(name, machine, lang) for name in CHECKS]


def _checked(name: str, machine: Machine, lang: Lang) -> Check:
    label, examination = CHECKS[name]
    try:
        finding = examination(machine)
    except OSError as error:
        finding = unchecked(UNREADABLE, ASK_UNREADABLE, detail=error.strerror or error)
    ask = finding.ask.of(lang, **finding.values) if finding.ask else ""
    return Check(name, label.of(lang), finding.status, finding.found.of(lang, **finding.values), ask)


def ok(found: Text, **values: Any) -> Finding:
    """Nothing stands in the way."""
    return Finding("ok", found, None, values)


def problem(found: Text, ask: Text, **values: Any) -> Finding:
    """This stops the add-in, or may."""
    return Finding("problem", found, ask, values)


def unchecked(found: Text, ask: Text | None = None, **values: Any) -> Finding:
    """It cannot be told from here."""
    return Finding("unchecked", found, ask, values)


def lines(checks: list[Check], lang: Lang) -> Iterator[str]:
    """The report as people read it: what was found, then what to ask for."""
    for one in checks:
        yield from _lines(one, lang)
    yield ""
    yield _total(checks, lang)


def brief(checks: list[Check], lang: Lang) -> str:
    """What is not ok, for a message box: Windows shows no more than some thousand letters in one."""
    parts = ["\n".join(_lines(one, lang)) for one in checks if one.status == "problem"]
    parts.append(_total(checks, lang))
    if rest := [one.label for one in checks if one.status == "unchecked"]:
        parts.append(UNCHECKED.of(lang, labels=("、" if lang == "ja" else ", ").join(rest)))
    text, more = "\n\n".join(parts), MORE.of(lang)
    return text if len(text) <= LONGEST else text[: LONGEST - len(more)] + more


def _lines(one: Check, lang: Lang) -> Iterator[str]:
    yield f"［{STATUS[one.status].of(lang)}］{one.label}: {one.found}"
    if one.ask:
        yield f"    → {one.ask}"


def _total(checks: list[Check], lang: Lang) -> str:
    return TOTAL.of(lang, **{status: sum(one.status == status for one in checks) for status in STATUS})


LONGEST = 1000
"""Letters that a message box shows for certain."""
MORE = Text(
    "…\n続きは 診断.bat、または evalxl addin doctor で見られます。", "…\nThe rest: evalxl addin doctor"
)
UNCHECKED = Text("確かめられなかったもの: {labels}", "Not checked: {labels}")
TOTAL = Text(
    "よし {ok}件、問題 {problem}件、未確認 {unchecked}件",
    "{ok} ok, {problem} problems, {unchecked} not checked",
)
