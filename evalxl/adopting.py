"""The macros of books: what there is, what evalxl offers for it, and copies whose buttons call the add-in."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalxl import replacing
from evalxl.annotating import Made, Written, writing
from evalxl.buttons import ADDIN, BUTTONS
from evalxl.replacing import Proposal
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.paths import Source
    from evalxl.rules.registry import Finding, Lang
    from workbook.macros import Button, Macros, Procedure

NO_MACROS = Text("マクロはありません。", "There are no macros.")
VBA = Text("VBA: {modules}モジュール、{procedures}手続き", "VBA: {modules} modules, {procedures} procedures")
LOCKED = Text("（Excelではパスワードで表示が制限されています）", " (Excel asks for a password to show it)")
MODULE = Text("{name}（{kind}、{lines}行）", "{name} ({kind}, {lines} lines)")
KINDS = {
    "standard": Text("標準モジュール", "standard module"),
    "class": Text("クラス", "class"),
    "document": Text("ブックやシートのモジュール", "module of the book or a sheet"),
    "form": Text("ユーザーフォーム", "user form"),
    "control": Text("フォームコントロール", "form control"),
    "shape": Text("図形", "shape"),
    "activex": Text("ActiveXコントロール", "ActiveX control"),
    "ribbon": Text("リボン", "ribbon"),
}
CLICKED = Text("ボタンなど", "Buttons and the like")
STARTED = Text("ボタンを押さなくても動くもの", "What runs without a click")
KEYS = Text("ショートカットキー", "Keys")
OTHERS = Text("そのほかの手続き（代わりになるもの）", "Other procedures that there is something for")
LOST = Text("（見つかりません）", " (not to be found)")
LINE = Text("{module}.{name}（{line}行目）", "{module}.{name} (line {line})")
OFFERED = Text("代わりになるもの: {label}", "evalxl offers: {label}")
IN_ADDIN = Text("アドインの「{label}」", "the add-in's button '{label}'")
NOTHING = Text("代わりになるものはありません", "nothing of evalxl does this")
PROBLEMS = {
    "old_format": Text(
        ".xls のボタンが何を呼び出すかは読み取れません。Excelで .xlsm に保存し直してください。",
        "What the buttons of an .xls call cannot be read. Save it as .xlsm in Excel.",
    ),
    "basic": Text(
        "LibreOffice のマクロがあります。中は読み取っていません。",
        "There are macros of LibreOffice. They were not read.",
    ),
    "unreadable_vba": Text("VBAを読み取れません（{detail}）。", "The VBA cannot be read ({detail})."),
    "macro_sheets": Text(
        "Excel 4.0 のマクロシートがあります。中は読み取っていません。",
        "There are macro sheets of Excel 4.0. They were not read.",
    ),
}
ADOPTED = Text(
    "{cell}「{label}」→ アドインの「{new}」（{macro}）", "{cell} '{label}' → the add-in's '{new}' ({macro})"
)
LEFT = Text("そのまま: {cell}「{label}」（{reason}）", "Left as it is: {cell} '{label}' ({reason})")
REASONS = {
    "no_offer": Text("代わりになるボタンが分かりません", "no button is known to do this"),
    "ambiguous": Text(
        "同じマクロを呼ぶボタンが違う働きに見えます。--assign で指定してください",
        "buttons of the same macro seem to do different things; say which with --assign",
    ),
    "activex": Text(
        "ActiveXはVBAの中に書かれているため、変えません",
        "ActiveX calls what its VBA says, which is not changed",
    ),
    "ribbon": Text(
        "リボンは変えません。アドインのリボンを使ってください",
        "the ribbon is not changed; the add-in has its own",
    ),
    "adopted": Text("すでにアドインを呼び出しています", "it calls the add-in already"),
}


@dataclasses.dataclass(slots=True)
class Account:
    """What came of one file. ``macros`` None: refused, for ``refused``."""

    file: str
    macros: Macros | None = None
    refused: Finding | None = None
    written: Written | None = None
    adopted: list[tuple[Button, str]] = dataclasses.field(default_factory=list)
    """Each button that calls the add-in now, and the name of the add-in's button."""
    left: list[tuple[Button, str]] = dataclasses.field(default_factory=list)
    """Each that does not, and why."""


def looked_at(source: Source, settings: Any) -> Account:
    """The macros of a file. Never raises for what stands in it."""
    from evalxl import reader
    from workbook.errors import Refused
    from workbook.macros import look

    try:
        return Account(source.file, look(source.path))
    except Refused as refused:
        return Account(source.file, refused=reader.refusal(refused, settings))


def adopt(account: Account, path: Path, folder: Path, assigned: Mapping[str, str]) -> None:
    """Write a copy whose buttons call the add-in, and put what came of it into the account.

    ``assigned``: macro, folded, and the add-in's button that it shall become.
    """
    from workbook.errors import Unchangeable
    from workbook.macros import adopt as rewire

    assert account.macros is not None
    chosen = dict(_sorted_out(account, assigned))

    def make(data: bytes, _: Path) -> Made:
        if not chosen:
            raise Unchangeable("nothing_to_adopt")
        macros = {calls: BUTTONS[name].macro for calls, name in chosen.items()}
        return rewire(data, macros, ADDIN).data, Written(account.file)

    account.written = writing(account.file, str(path), folder, make, replace=False)
    if account.written.path is None:
        account.adopted = []


def _sorted_out(account: Account, assigned: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is called, and the add-in's button instead; all buttons go to ``adopted`` or ``left``."""
    assert account.macros is not None
    by_call: dict[str, list[Button]] = defaultdict(list)
    for button in account.macros.buttons:
        if button.kind in ("activex", "ribbon"):
            account.left.append((button, button.kind))
        elif button.book.lower().endswith(ADDIN):
            account.left.append((button, "adopted"))
        else:
            by_call[button.calls].append(button)
    for calls, buttons in by_call.items():
        wanted = {_wanted(button, assigned) for button in buttons}
        name = wanted.pop() if len(wanted) == 1 else None
        if name:
            account.adopted += [(button, name) for button in buttons]
            yield calls, name
        else:
            account.left += [(button, "ambiguous" if wanted else "no_offer") for button in buttons]


def _wanted(button: Button, assigned: Mapping[str, str]) -> str | None:
    """The add-in's button for a button of the book."""
    from workbook.notation import fold

    names = [button.calls, button.calls.rpartition("!")[2], button.label]
    names += [procedure.name for procedure in button.procedures]
    said = next((assigned[key] for name in names if (key := fold(name)) in assigned), None)
    offered = replacing.for_button(button)
    return said or (offered.offer.button if offered else None) or None


# ---- for programs ------------------------------------------------------------------------------------------


def to_json(account: Account, lang: Lang) -> dict[str, Any]:
    """The account for programs; offers are names of commands."""
    found = account.macros
    data: dict[str, Any] = {
        "file": account.file,
        "finding": account.refused.to_json(lang) if account.refused else None,
        "locked": found.locked if found else None,
        "modules": [],
        "buttons": [],
        "events": [],
        "problems": [],
    }
    if found:
        data["modules"] = [
            {
                "name": module.name,
                "kind": module.kind,
                "lines": module.lines,
                "procedures": [_procedure_json(p) for p in module.procedures],
            }
            for module in found.modules
        ]
        data["buttons"] = [_button_json(button) for button in found.buttons]
        data["events"] = [{"module": p.module, "procedure": p.name, "line": p.line} for p in found.events]
        data["problems"] = [PROBLEMS[reason].of(lang, detail=detail) for reason, detail in found.problems]
    if account.written:
        data["path"] = account.written.path
        data["reason"] = account.written.reason or None
        data["adopted"] = [
            _button_json(b) | {"button": name, "macro": f"{ADDIN}!{BUTTONS[name].macro}"}
            for b, name in account.adopted
        ]
        data["left"] = [_button_json(b) | {"reason": reason} for b, reason in account.left]
    return data


def _procedure_json(procedure: Procedure) -> dict[str, Any]:
    offered = replacing.for_procedure(procedure)
    return {
        "name": procedure.name,
        "kind": procedure.kind,
        "line": procedure.line,
        "shortcut": procedure.shortcut or None,
        "offer": offered.offer.command if offered else None,
    }


def _button_json(button: Button) -> dict[str, Any]:
    offered = replacing.for_button(button)
    return {
        "kind": button.kind,
        "label": button.label,
        "sheet": button.sheet,
        "cell": button.cell,
        "calls": button.calls,
        "book": button.book or None,
        "procedures": [{"module": p.module, "procedure": p.name, "line": p.line} for p in button.procedures],
        "offer": offered.offer.command if offered else None,
        "why": offered.why if offered else None,
    }


# ---- for people --------------------------------------------------------------------------------------------


def lines(account: Account, lang: Lang) -> Iterator[str]:
    """The account in words."""
    from evalxl.terminal import coloured

    yield coloured(account.file, "head")
    found = account.macros
    if account.refused:
        yield f"  {account.refused.to_json(lang)['message']}"
    if found is None:
        return
    for reason, detail in found.problems:
        yield f"  {PROBLEMS[reason].of(lang, detail=detail)}"
    if not (found.modules or found.buttons or found.problems):
        yield f"  {NO_MACROS.of(lang)}"
    yield from _modules(found, lang)
    if found.buttons:
        yield f"  {CLICKED.of(lang)}"
    for button in found.buttons:
        yield f"    {_place(button, lang)} → {_called(button, lang)}"
        yield f"      {_offered(replacing.for_button(button), lang)}"
    yield from _rest(found, lang)
    yield from _adopted(account, lang)


def _modules(found: Macros, lang: Lang) -> Iterator[str]:
    if found.modules:
        count = sum(len(module.procedures) for module in found.modules)
        told = VBA.of(lang, modules=len(found.modules), procedures=count)
        yield f"  {told}{LOCKED.of(lang) if found.locked else ''}"
    for module in found.modules:
        if module.lines:
            head = MODULE.of(lang, name=module.name, kind=KINDS[module.kind].of(lang), lines=module.lines)
            names = ", ".join(procedure.name for procedure in module.procedures)
            yield f"    {head}: {names}" if names else f"    {head}"


def _rest(found: Macros, lang: Lang) -> Iterator[str]:
    """What runs without a click, by a key, and other procedures that there is something for."""
    if found.events:
        yield f"  {STARTED.of(lang)}"
        yield from (f"    {_at(procedure, lang)}" for procedure in found.events)
    procedures = [p for module in found.modules for p in module.procedures]
    if keyed := [p for p in procedures if p.shortcut]:
        yield f"  {KEYS.of(lang)}"
        for p in keyed:
            yield f"    Ctrl+{'Shift+' if p.shortcut.isupper() else ''}{p.shortcut.upper()} → {_at(p, lang)}"
    called = {id(p) for button in found.buttons for p in button.procedures}
    offers = [(p, replacing.for_procedure(p)) for p in procedures if id(p) not in called]
    if any(offered for _, offered in offers):
        yield f"  {OTHERS.of(lang)}"
    for p, offered in offers:
        if offered:
            yield f"    {_at(p, lang)}: {_label(offered, lang)}"


def _adopted(account: Account, lang: Lang) -> Iterator[str]:
    if account.written is None:
        return
    yield from (f"  {line}" for line in account.written.told(lang))
    for button, name in account.adopted:
        new = BUTTONS[name]
        yield "    " + ADOPTED.of(
            lang, cell=button.cell or "", label=button.label, new=new.label.of(lang), macro=new.macro
        )
    for button, reason in account.left:
        yield "    " + LEFT.of(
            lang, cell=button.cell or "", label=button.label, reason=REASONS[reason].of(lang)
        )


def _place(button: Button, lang: Lang) -> str:
    where = button.cell or button.sheet or KINDS["ribbon"].of(lang)
    return (
        f"{where}「{button.label}」（{KINDS[button.kind].of(lang)}）"
        if lang == "ja"
        else (f"{where} '{button.label}' ({KINDS[button.kind].of(lang)})")
    )


def _called(button: Button, lang: Lang) -> str:
    if button.procedures:
        return ", ".join(_at(procedure, lang) for procedure in button.procedures)
    macro = button.calls.rpartition("!")[2] or button.calls
    return f"{button.book}!{macro}" if button.book else f"{macro}{LOST.of(lang)}"


def _at(procedure: Procedure, lang: Lang) -> str:
    return LINE.of(lang, module=procedure.module, name=procedure.name, line=procedure.line)


def _offered(offered: Proposal | None, lang: Lang) -> str:
    return OFFERED.of(lang, label=_label(offered, lang)) if offered else NOTHING.of(lang)


def _label(offered: Proposal, lang: Lang) -> str:
    offer = offered.offer
    if offer.command == replacing.FORMULAS:
        return offer.label(lang)
    told = f"evalxl {offer.command}"
    if offer.button:
        told += "、" if lang == "ja" else ", "
        told += IN_ADDIN.of(lang, label=BUTTONS[offer.button].label.of(lang))
    return told
