"""The ribbon, drawn from its definition: ``python -m tools.ribbon_picture docs/pictures/ribbon.png``.

It is a drawing for the reference, and says so in itself: Excel's own look and pictures are not in it.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.browser import FLAGS, program
from udfs import ribbon

STYLE = """
body { margin: 0; padding: 12px; width: max-content; background: #fff; color: #222;
       font: 14px 'Meiryo UI', 'Noto Sans CJK JP', sans-serif; }
.tab { display: inline-block; padding: 4px 14px; border-bottom: 3px solid #1f4e79; font-weight: bold; }
.row { display: flex; border: 1px solid #bbb; background: #f5f5f5; }
.group { display: flex; flex-direction: column; justify-content: space-between;
         border-right: 1px solid #bbb; }
.buttons { display: flex; gap: 4px; padding: 8px 8px 2px; }
.small { flex-direction: column; }
.large { width: 7em; text-align: center; padding: 6px 2px; border: 1px solid #ddd; background: #fff; }
.large::before { content: ''; display: block; width: 28px; height: 28px; margin: 0 auto 6px;
                 border: 1px dashed #999; }
.normal { padding: 4px 10px; border: 1px solid #ddd; background: #fff; }
.name { text-align: center; color: #595959; font-size: 12px; padding: 3px; }
p { margin: 8px 0 0; color: #595959; font-size: 12px; }
"""


def html() -> str:
    """The drawing as a page."""
    groups = "".join(map(_group, ribbon.GROUPS))
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>'
        f'<div class="tab">{escape(ribbon.TAB.ja)}</div>'
        f'<div class="row">{groups}</div>'
        "<p>リボンの定義から描いた配置図です（Excelの画面ではありません）。</p>"
    )


def _group(group: ribbon.Group) -> str:
    buttons = "".join(
        f'<div class="{"large" if one.large else "normal"}">{escape(one.button.label.ja)}</div>'
        for one in group.buttons
    )
    small = "" if group.buttons[0].large else " small"
    name = escape(group.label.ja)
    return (
        f'<div class="group"><div class="buttons{small}">{buttons}</div><div class="name">{name}</div></div>'
    )


def shoot(target: Path) -> None:
    """Have the browser take the picture."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program(), args=[*FLAGS, "--no-sandbox"])
        page = browser.new_page(device_scale_factor=1.5)
        page.set_content(html())
        page.locator("body").screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    shoot(Path(sys.argv[1]))
