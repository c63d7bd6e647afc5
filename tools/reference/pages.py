"""The pages of the reference, each from the part of the code that it speaks of."""

from __future__ import annotations

import inspect
import itertools
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from evalxl import cli, fields, manual, settings, tables, texts
from evalxl.actions import ACTIONS, Command
from evalxl.rules import docs as rule_docs
from evalxl.rules import registry, sample
from tools.reference import markdown, words
from tools.reference.texts import all_texts
from workbook import form as forms
from workbook.form import Form

DOCS = Path(__file__).parents[2] / "docs"


def pages() -> dict[str, str]:
    """The text of every page by its file name."""
    cli._join_beside()  # the add-in's commands belong to the reference
    return {f"{name}.md": make() for name, make in PAGES.items()}


# ---- commands ----------------------------------------------------------------------------------------------


def commands() -> str:
    """Every command with its arguments and examples, as its help has them."""
    return markdown.page(
        "命令",
        "`evalxl 命令 --help` で、同じ説明が画面に出ます。",
        markdown.table(
            ("命令", "できること"),
            ((f"[evalxl {c.name}](#{_anchor(c)})", c.help.ja) for c in ACTIONS.values()),
        ),
        *itertools.chain.from_iterable(map(_command, ACTIONS.values())),
        "## 共通の指定",
        _arguments((*manual.COMMON, manual.VERSION)),
        "## 終了コード",
        markdown.block(texts.EXIT_TEXT.ja.splitlines()),
    )


def _anchor(command: Command) -> str:
    return f"evalxl-{command.name.replace(' ', '-')}"


def _command(command: Command) -> Iterator[str]:
    yield f"({_anchor(command)})=\n## evalxl {command.name}"
    yield f"**{command.label.ja}** ({command.label.en}). {command.help.ja}"
    yield markdown.block([manual.usage(command)])
    yield _arguments(command.arguments)
    yield "例:"
    yield markdown.table(("", ""), ((markdown.code(line), text.ja) for line, text in command.examples))


def _arguments(arguments: tuple[manual.Argument, ...]) -> str:
    rows = ((markdown.code(a.shown), a.help.ja + ("（必須）" if a.required else "")) for a in arguments)
    return markdown.table(("指定", "意味"), rows)


# ---- rules -------------------------------------------------------------------------------------------------


def rules() -> str:
    """A table of the rules by family, each linked to its page with a bad and a good example."""
    families = itertools.groupby(registry.load().values(), key=lambda rule: rule.code[0])
    parts = (
        (f"## {letter} {rule_docs.FAMILY_NAMES[letter][0]}", _family(list(members)))
        for letter, members in families
    )
    return markdown.page(
        "検証ルール",
        f"{len(registry.load())}のルールで点検します。**誤り**は差し戻すもの、**注意**は人が見て確かめるもの、"
        "**参考**はお知らせです。コードを押すと、なぜ点検するのか、指摘される例と指摘されない例、"
        "止め方を見られます。▲は様式の構成と他市の手引きから導いたルールです。",
        *itertools.chain.from_iterable(parts),
        "```{toctree}\n:hidden:\n:glob:\n\n../rules/*\n```",
    )


def _family(members: list[registry.Rule]) -> str:
    rows = (
        (
            f"[{rule.code}](../rules/{rule.code}.md)",
            rule_docs.SEVERITY_JA[rule.severity] + (" ▲" if rule.derived else ""),
            sample.example_of(rule).message("ja"),
        )
        for rule in members
    )
    return markdown.table(("コード", "重さ", "指摘の例"), rows)


# ---- fields, forms, tables ---------------------------------------------------------------------------------


def field_names() -> str:
    """Every name of a record, form by form."""
    return markdown.page(
        "項目",
        "`evalxl read --json` と整理した表で使う名前です。`YEAR` は年度、`SLOT` は指標の欄（ア、イ、…）に"
        "置きかえます。`evalxl fields` で、同じものが画面に出ます。",
        *(
            f"## {form.title}（`{form.id}`）\n\n"
            + markdown.table(
                ("名前", "様式の項目名", "種類", "単位・選べる値", "English"),
                (
                    (
                        markdown.code(line.name),
                        line.label,
                        fields.KINDS[line.kind].ja,
                        line.unit or "、".join(line.values),
                        words.english(line.label),
                    )
                    for line in fields.lines(form)
                ),
            )
            for form in map(forms.get, forms.ids())
        ),
    )


def form_list() -> str:
    """Each form: what it is made of."""
    return markdown.page(
        "様式",
        "様式は TOML ファイル（`workbook/forms`）です。項目名だけが書いてあり、セル番地は書いてありません。"
        "`--form` に、ここの ID か、自分で作った TOML ファイルを指定できます。",
        *map(_form, map(forms.get, forms.ids())),
    )


def _form(form: Form) -> str:
    rows = [
        ("年度の列", f"{'、'.join(form.years.settled_words)} {form.years.settled}年、"
                     f"{'、'.join(form.years.planned_words)} {form.years.planned}年"),
        ("区分", "、".join(section.labels[0] for section in form.sections if section.labels)),
        ("項目", f"{len(form.fields)}（うち必ず記入するもの "
                 f"{sum(field.need == 'must' for field in form.fields)}）"),
        ("表", "、".join(table.label or table.name for table in form.tables)),
        ("コストの行", "、".join(f"{row.label}（{row.unit}）" for row in form.costs.rows)),
        ("設問", "、".join(f"{q.mark}{q.label}" for q in form.questions)),
        ("評価の軸", "、".join(f"{axis.key} {axis.label}" for axis in form.axes)),
        ("方向性", "、".join(direction.value for direction in form.directions)),
    ]  # fmt: skip
    return f"## {form.title}（`{form.id}`）\n\n" + markdown.table(("", ""), rows)


def table_columns() -> str:
    """The columns of the tidy tables."""
    kinds = {"text": "文字", "int": "整数", "bool": "はい・いいえ", "decimal": "数値（端数まで正確）"}
    labels = {line.name.replace(".", "_"): line.label for line in fields.lines(forms.get(forms.ids()[0]))}
    parts = []
    for name, make in tables.tidy([], []).items():
        found = make().kinds
        rows = (
            (markdown.code(column), _meaning(column, labels), kinds[kind]) for column, kind in found.items()
        )
        parts += [f"## {name}", markdown.table(("列", "意味", "種類"), rows)]
    return markdown.page(
        "整理した表",
        "`evalxl consolidate --data DIR` が、1つの表を CSV（Excel用）と Parquet（プログラム用）で"
        "書き出します。空欄は「記入なし」で、0ではありません。金額の単位は千円です。"
        "CSV では、数式として動くおそれのある文字の前に `'` を付けます。",
        *parts,
    )


def _meaning(column: str, labels: dict[str, str]) -> str:
    term = words.by_key().get(column)
    return labels.get(column) or words.columns().get(column) or (term.ja if term else "")


# ---- settings ----------------------------------------------------------------------------------------------


def setting_keys() -> dict[str, dict[str, str]]:
    """What each key of evalxl.toml means: table → key → Japanese."""
    return tomllib.loads((DOCS / "settings.toml").read_text(encoding="utf-8"))


def settings_page() -> str:
    """Every key of evalxl.toml with its default."""
    defaults = {
        "thresholds": settings.Thresholds(),
        "publish": settings.Site(licence_url=settings.CC_BY),
    }
    parts = []
    for table, keys in setting_keys().items():
        rows = (
            (markdown.code(key), meaning, _default(getattr(defaults.get(table), key, None)))
            for key, meaning in keys.items()
        )
        title = "表の外" if table == "top" else f"[{table}]"
        parts += [f"## {title}", markdown.table(("名前", "意味", "省いたとき"), rows)]
    shape = (settings.__doc__ or "").partition("::\n")[2]
    return markdown.page(
        "設定 evalxl.toml",
        "今のフォルダーから上へさがした `evalxl.toml`、または `--config` のファイルです。"
        "名前や値が違えば、行と、近い正しい名前を示して終わります。",
        markdown.block(inspect.cleandoc(shape).splitlines(), "toml"),
        *parts,
    )


def _default(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(map(str, value)) or "なし"
    return "" if value is None else str(value) or "なし"


# ---- texts -------------------------------------------------------------------------------------------------


def messages() -> str:
    """Every text that the programs may say, in both languages."""
    groups = itertools.groupby(all_texts(), key=lambda found: found.module)
    parts = []
    for module, found in groups:
        rows = list(dict.fromkeys((text.ja, text.en) for text in found if _is_sentence(text.ja)))
        if rows:
            plain = ((_plain(ja), _plain(en)) for ja, en in rows)
            parts += [f"## {module}", markdown.table(("日本語", "English"), plain)]
    return markdown.page(
        "画面に出る文",
        "プログラムが言うことのすべてです（検証の指摘は [検証ルール](rules.md)）。"
        "`{…}` には、そのときのファイル、行、値が入ります。",
        *parts,
    )


def _is_sentence(text: str) -> bool:
    return text.endswith(("。", "）", "か", "}", "？")) or "。" in text


def _plain(text: str) -> str:
    """A text with nothing in it that Markdown would take for a sign."""
    for sign in "\\`*_[]<>#":
        text = text.replace(sign, f"\\{sign}")
    return text


# ---- Excel -------------------------------------------------------------------------------------------------


def _excel(name: str) -> str:
    from udfs import reference

    return reference.pages()[name]


def functions() -> str:
    """The functions of the add-in."""
    return _excel("udfs.md")


def buttons() -> str:
    """The buttons of the ribbon."""
    return _excel("buttons.md")


PAGES: dict[str, Callable[[], str]] = {
    "glossary": words.page,
    "rules": rules,
    "commands": commands,
    "buttons": buttons,
    "udfs": functions,
    "fields": field_names,
    "forms": form_list,
    "tables": table_columns,
    "settings": settings_page,
    "messages": messages,
}
"""File name without its ending → what makes the page."""
