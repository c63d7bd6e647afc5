"""The ribbon of the add-in: its groups and buttons, and the two parts of XML that Excel reads them from."""

from __future__ import annotations

import dataclasses
from xml.sax.saxutils import quoteattr

from evalxl.buttons import BUTTONS, Button
from evalxl.texts import Text

TAB = Text("事務事業評価", "Project evaluation")
CALLBACK = "EvOnRibbon"
NAMESPACES = {
    "customUI/customUI14.xml": "http://schemas.microsoft.com/office/2009/07/customui",
    "customUI/customUI.xml": "http://schemas.microsoft.com/office/2006/01/customui",
}
"""The part for Excel 2010 and later, and the one for 2007."""


@dataclasses.dataclass(slots=True, frozen=True)
class OnRibbon:
    """A button as it stands on the ribbon."""

    button: Button
    help: Text
    image: str
    """The name of one of Office's own pictures."""
    large: bool = True


@dataclasses.dataclass(slots=True, frozen=True)
class Group:
    """Buttons that belong together."""

    name: str
    label: Text
    buttons: tuple[OnRibbon, ...]


GROUPS = (
    Group(
        "check",
        Text("点検", "Check"),
        (
            OnRibbon(
                BUTTONS["validate"],
                Text(
                    "開いている評価シートを点検し、指摘のセルに色とメモを付け、"
                    "「検証結果」シートに一覧を書きます（保存前の変更も点検します）。",
                    "Check the open sheet, mark the cells, and list the findings on the sheet 検証結果.",
                ),
                "AcceptInvitation",
            ),
            OnRibbon(
                BUTTONS["clear_marks"],
                Text(
                    "検証で付けた色とメモと「検証結果」シートを消し、元どおりに戻します。",
                    "Take out the colours, the notes and the sheet 検証結果; all is as it was.",
                ),
                "Clear",
            ),
        ),
    ),
    Group(
        "gather",
        Text("とりまとめ", "Bring together"),
        (
            OnRibbon(
                BUTTONS["consolidate"],
                Text(
                    "フォルダーの評価シートをすべて読み、1冊の集約表にして開きます（Escで中止できます）。",
                    "Read all sheets of a folder into one summary book and open it (Esc stops).",
                ),
                "TableInsert",
            ),
            OnRibbon(
                BUTTONS["rollup"],
                Text(
                    "開いている集約表を、部課・施策・予算科目・財源などの別に集計します。",
                    "Add the open summary book up by section, measure, budget item or source.",
                ),
                "AutoSum",
            ),
        ),
    ),
    Group(
        "year",
        Text("年度と提出", "Year and handing in"),
        (
            OnRibbon(
                BUTTONS["rollover"],
                Text(
                    "開いている評価シートから、来年度のシートを別のファイルに作ります。",
                    "Make next year's sheet from the open one, as another file.",
                ),
                "CalendarInsert",
            ),
            OnRibbon(
                BUTTONS["submit"],
                Text(
                    "点検し、EV_関数を値にして、決まった名前で提出先に写します。",
                    "Check, turn the EV_ functions into values, and copy under the fixed name.",
                ),
                "FileSendAsAttachment",
            ),
        ),
    ),
    Group(
        "tools",
        Text("道具", "Tools"),
        (
            OnRibbon(
                Button("settings", Text("設定", "Settings")),
                Text("設定ファイル（evalxl.toml）の場所と内容を示します。", "Show the settings in use."),
                "ControlsGallery",
                large=False,
            ),
            OnRibbon(
                Button("doctor", Text("診断", "Diagnose")),
                Text(
                    "アドインが動くために必要なことを調べ、だれに何を頼めばよいかを示します。",
                    "See what the add-in needs, and what to ask for.",
                ),
                "Help",
                large=False,
            ),
        ),
    ),
)


def buttons() -> list[OnRibbon]:
    """All buttons, from left to right."""
    return [button for group in GROUPS for button in group.buttons]


def xml(namespace: str) -> str:
    """The custom user interface in that namespace; both have the same content."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        f'<customUI xmlns="{namespace}">',
        "  <ribbon>",
        "    <tabs>",
        f'      <tab id="EvTab" label={quoteattr(TAB.ja)}>',
    ]
    for group in GROUPS:
        lines.append(f'        <group id="EvGroup_{group.name}" label={quoteattr(group.label.ja)}>')
        lines += [_button(button) for button in group.buttons]
        lines.append("        </group>")
    return "\n".join([*lines, "      </tab>", "    </tabs>", "  </ribbon>", "</customUI>", ""])


def _button(on_ribbon: OnRibbon) -> str:
    button = on_ribbon.button
    values = {
        "id": button.macro,
        "label": button.label.ja,
        "screentip": button.label.ja,
        "supertip": on_ribbon.help.ja,
        "imageMso": on_ribbon.image,
        "size": "large" if on_ribbon.large else "normal",
        "tag": button.name,
        "onAction": CALLBACK,
    }
    return f"          <button {' '.join(f'{name}={quoteattr(value)}' for name, value in values.items())}/>"
