"""The reference of the rules, from the code: one page a rule, a table of all, a text for the command line.

``python -m evalxl.rules.docs docs/rules`` writes the pages; a test holds them fresh.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from evalxl.rules import sample
from evalxl.rules.registry import Lang, Patch, Rule, label_of, load
from evalxl.texts import Text
from workbook.record import Issue

WHY = Text("点検する理由", "Why")
SEVERITY_JA = {"error": "誤り", "warning": "注意", "info": "参考"}
FAMILY_NAMES = {
    "F": ("ファイルと様式", "File and form"),
    "H": ("基本情報", "Head"),
    "I": ("指標", "Indicators"),
    "C": ("コスト", "Cost"),
    "E": ("事後評価", "Evaluation"),
    "P": ("今後の方向性", "Plan"),
    "T": ("文章", "Text"),
    "X": ("全体の照合", "Across files"),
    "Y": ("前の年度との比較", "Against last year"),
}


def pages() -> dict[str, str]:
    """The text of every page, by its file name."""
    rules = load()
    return {"README.md": _table(list(rules.values()))} | {f"{code}.md": page(r) for code, r in rules.items()}


def page(rule: Rule) -> str:
    """The page of one rule, in Markdown: its texts, why, a bad and a good example, how to switch it off."""
    finding = sample.example_of(rule)
    lines = [
        f"# {rule.code} {rule.name}",
        "",
        f"**{SEVERITY_JA[rule.severity]}** ({rule.severity}) · {_family(rule, 'ja')}{_derived(rule, 'ja')}",
        "",
        f"> {finding.message('ja')}",
        ">",
        f"> 直し方: {finding.hint('ja')}",
        "",
        f"{WHY.ja}: {rule.why_ja}",
        "",
        *_examples(rule),
        "## 使わない、重さを変える",
        "",
        *_toml(rule),
        "",
        "## In English",
        "",
        f"> {finding.message('en')}",
        ">",
        f"> How to mend it: {finding.hint('en')}",
        "",
        *_paragraphs(rule.doc),
        "",
    ]
    return "\n".join(lines)


def _paragraphs(doc: str) -> list[str]:
    return [line.strip() for line in doc.splitlines()]


def _family(rule: Rule, lang: Lang) -> str:
    return FAMILY_NAMES[rule.code[0]][0 if lang == "ja" else 1]


def _derived(rule: Rule, lang: Lang) -> str:
    if not rule.derived:
        return ""
    return " · ▲ 様式の構成と他市の手引きから導いたルール" if lang == "ja" else " · ▲ derived from the form"


def _examples(rule: Rule) -> Iterator[str]:
    if rule.check is None and rule.across is None:
        return
    yield "## 例"
    yield ""
    yield "見本のシートの内容を、次のように変えた場合です" + (
        "（番号は、一緒に点検したシートの順）。" if rule.across else "。"
    )
    yield ""
    yield from _given(rule)
    for title, patches in (
        ("✗ 指摘される例 / fires", rule.bad_run if rule.across else [rule.bad]),
        ("✓ 指摘されない例 / does not fire", rule.good_run if rule.across else [rule.good]),
    ):
        yield f"{title}:"
        yield ""
        yield "| シート | 項目 | 見出し | 値 |" if rule.across else "| 項目 | 見出し | 値 |"
        yield "|---|---|---|---|" if rule.across else "|---|---|---|"
        for number, patch in enumerate(patches, 1):
            front = f"| {number} " if rule.across else ""
            lines = [f"{front}| `{key}` | {label} | {value} |" for key, label, value in _figures(patch)]
            yield from lines or [f"{front}| - | - | （見本のまま） |"]
        yield ""


def _given(rule: Rule) -> Iterator[str]:
    """The settings, masters and last year's figures that the examples need."""
    plain = {name: value for name, value in rule.settings.items() if name not in ("masters", "previous")}
    if plain:
        yield "設定: " + "; ".join(f"`{name}` = `{value}`" for name, value in plain.items())
        yield ""
    for name, text in rule.settings.get("masters", {}).items():
        yield f"`{name}`:"
        yield ""
        yield "```"
        yield from text.splitlines()
        yield "```"
        yield ""
    if "previous" in rule.settings:
        patches = rule.settings["previous"]
        patches = [patches] if isinstance(patches, Mapping) else patches
        yield "前の年度のシート: 過去の数値は同じで、文章は違います" + ("。ほかに:" if any(patches) else "。")
        yield ""
        for patch in filter(None, patches):
            yield from (f"- `{key}`: {value}" for key, _, value in _figures(patch))
            yield ""


def _figures(patch: Patch, lang: Lang = "ja") -> Iterator[tuple[str, str, str]]:
    for key, value in patch.items():
        if key == "issues":
            for issue in value:
                yield "issues", "読み取りの報告" if lang == "ja" else "what the reader tells", _issue(issue)
        else:
            yield key, label_of(sample.sample(), key), _figure(value, lang)


def _issue(issue: Issue) -> str:
    values = ", ".join(f"{name}={value}" for name, value in issue.values.items())
    return f"{issue.code} {issue.key or ''} {values}".replace("  ", " ").strip()


_BOXES: dict[Lang, dict[str, str]] = {
    "ja": {
        "flagged": "余地がある側 ■",
        "other": "余地がない側 ■",
        "fine": "適切 ■",
        "yes": "できる ■",
        "no": "できない ■",
    },
    "en": {
        "flagged": "flagged ■",
        "other": "other ■",
        "fine": "適切 ■",
        "yes": "できる ■",
        "no": "できない ■",
    },
}


def _figure(value: object, lang: Lang = "ja") -> str:
    if value is None or value == ():
        return "（空欄）" if lang == "ja" else "(blank)"
    if isinstance(value, tuple):
        return ", ".join("×".join(v) if isinstance(v, tuple) else _BOXES[lang].get(v, str(v)) for v in value)
    return str(value).replace("\n", "⏎").replace("|", "\\|")


def _toml(rule: Rule, lang: Lang | None = None) -> list[str]:
    """The lines for evalxl.toml; what they mean in one language, or in both."""
    off, grade_of = (
        {"ja": ja, "en": en}.get(lang or "", f"{ja} / {en}")
        for ja, en in (("このルールを使わない", "not run"), ("重さを変える", "another severity"))
    )
    grade = next(s for s in ("info", "warning") if s != rule.severity)
    return [
        "```toml",
        "[rules]",
        f'off = ["{rule.code}"]        # {off}',
        "",
        "[rules.grade]",
        f'{rule.code} = "{grade}"      # {grade_of}',
        "```",
    ]


def _table(rules: list[Rule]) -> str:
    lines = [
        "# 検証ルール / The rules",
        "",
        "`python -m evalxl.rules.docs docs/rules` が作るページです。手で書き換えないでください。",
        "",
        "誤り (error) は差し戻し、注意 (warning) は人が確かめるもの、参考 (info) は知っておくとよいものです。"
        "▲は様式の構成と他市の手引きから導いたルールです。",
    ]
    family = ""
    for rule in rules:
        if rule.code[0] != family:
            family = rule.code[0]
            lines += ["", f"## {family} {' / '.join(FAMILY_NAMES[family])}", ""]
            lines += ["| コード | 重さ | 名前 | 例 |", "|---|---|---|---|"]
        message = sample.example_of(rule).message("ja").replace("|", "\\|")
        mark = " ▲" if rule.derived else ""
        severity = f"{SEVERITY_JA[rule.severity]} ({rule.severity}){mark}"
        lines.append(f"| [{rule.code}]({rule.code}.md) | {severity} | {rule.name} | {message} |")
    return "\n".join([*lines, ""])


def describe(code: str | None, lang: Lang = "ja") -> str:
    """The reference as plain text: one rule in full, or one line a rule. KeyError for an unknown code."""
    if code is None:
        return "\n".join(_line(rule, lang) for rule in load().values())
    rule = load()[code]
    finding, ja = sample.example_of(rule), lang == "ja"
    severity = SEVERITY_JA[rule.severity] if ja else rule.severity
    lines = [
        f"{rule.code} {rule.name} ({severity} · {_family(rule, lang)}{_derived(rule, lang)})",
        "",
        f"{'例' if ja else 'Example'}: {finding.message(lang)}",
        f"{'直し方' if ja else 'How to mend it'}: {finding.hint(lang)}",
        *([f"{WHY.ja}: {rule.why_ja}"] if ja else ["", *_paragraphs(rule.doc)]),
    ]
    for title, patch in zip(("指摘される例", "指摘されない例") if ja else ("Fires", "Does not fire"),
                            _patches(rule), strict=False):  # fmt: skip
        figures = (
            f"  {label} ({key}): {value}" for one in patch for key, label, value in _figures(one, lang)
        )
        lines += ["", f"{title}:", *figures]
    lines += ["", "evalxl.toml:", *(f"  {line}" for line in _toml(rule, lang)[1:-1] if line)]
    return "\n".join(lines)


def _patches(rule: Rule) -> tuple[Sequence[Patch], ...]:
    """What fires and what does not, each a patch a sheet; nothing for a rule without a check."""
    if rule.across:
        return rule.bad_run, rule.good_run
    return ([rule.bad], [rule.good]) if rule.check else ()


def _line(rule: Rule, lang: Lang) -> str:
    severity = f"{SEVERITY_JA[rule.severity]}" if lang == "ja" else f"{rule.severity:<7}"
    return f"{rule.code} {severity} {sample.example_of(rule).message(lang)}"


def write(folder: Path) -> list[Path]:
    """Write the pages that differ and delete pages of rules that are gone; returns what was changed."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted, changed = pages(), []
    for name, text in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    for path in folder.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
            changed.append(path)
    return changed


def main() -> None:
    """Write docs/rules: ``python -m evalxl.rules.docs docs/rules``."""
    parser = argparse.ArgumentParser(description="Write the reference of the rules.")
    parser.add_argument("folder", type=Path)
    for path in write(parser.parse_args().folder):
        print(path)


if __name__ == "__main__":
    main()
