"""What the command line says, in both languages. Findings have their texts in the rules."""

from __future__ import annotations

from typing import Any, NamedTuple

from evalxl.rules.registry import Lang


class Text(NamedTuple):
    """One text in two languages; both have the same placeholders."""

    ja: str
    en: str

    def of(self, lang: Lang, **values: Any) -> str:
        """The text in that language, with the values filled in."""
        text = self.ja if lang == "ja" else self.en
        return text.format(**values) if values else text


SEVERITY = {
    "error": Text("誤り", "error"),
    "warning": Text("注意", "warning"),
    "info": Text("参考", "info"),
}

FINDINGS_SHEET = Text("検証結果", "Findings")
FINDINGS_TITLE = Text("事務事業評価シートの検証結果", "Findings in evaluation sheets")

# Progress and messages, on stderr.
READING = Text("読み込み中", "Reading")
SKIPPED_LOCK = Text(
    "読み飛ばしました: {file}（Excelが開いている間だけ作る一時ファイルです）",
    "Skipped: {file} (a lock file that Excel makes while a book is open)",
)
SKIPPED_OWN = Text(
    "読み飛ばしました: {file}（このプログラムが作った集約結果です）",
    "Skipped: {file} (a summary or a report that this program wrote)",
)
MISSING = Text("見つかりません（または開く権限がありません）: {path}", "Not found, or not allowed: {path}")
NOTHING = Text(
    "読み込めるExcelファイルがありませんでした。ファイルやフォルダーの場所を確かめてください。",
    "No Excel file to read. Please check the paths.",
)
WRITTEN = Text("書き出しました: {path}", "Written: {path}")
INTERRUPTED = Text(
    "中断しました。書きかけのファイルは残していません。", "Interrupted. No half-written file is left behind."
)
UNEXPECTED = Text(
    "申し訳ありません。予期しない不具合で処理を続けられませんでした（{error}）。\n"
    "同じ操作に --debug を付けると詳しい記録が表示されます。それを添えて担当者にお知らせください。",
    "Sorry, the program met a mistake of its own and cannot go on ({error}).\n"
    "Run the same command with --debug for the details, and send them to whoever looks after it.",
)
OUTPUT = {
    "open": Text(
        "{path} に書き込めません。Excelで開いていれば閉じ、そうでなければ権限を確かめてください。",
        "Cannot write {path}. Close it if Excel has it open; else check the permissions.",
    ),
    "full": Text(
        "ディスクの空きが足りず、{path} を書き出せませんでした。前からあるファイルはそのままです。",
        "The disk is full: {path} was not written. A file that was there before is untouched.",
    ),
    "folder": Text(
        "{path} には書き出せません。ファイル名とフォルダーの場所を確かめてください。",
        "Cannot write to {path}. Please check the name and its folder.",
    ),
}
WRONG_FORM = Text("様式ファイルに誤りがあります: {detail}", "The form file is wrong: {detail}")

# Wrong usage.
USAGE = Text("使い方", "Usage")
WRONG_USAGE = Text("指定が正しくありません: {detail}", "Wrong usage: {detail}")
SEE_HELP = Text("くわしい使い方: {command} --help", "For help: {command} --help")
DID_YOU_MEAN = Text("もしかして: {near}", "Did you mean: {near}")
REQUIRED = Text("指定が足りません: {names}", "Missing: {names}")
NO_VALUE = Text("{name} には値が必要です。", "{name} needs a value.")
NO_CHOICE = Text(
    "{name} に「{word}」は指定できません。指定できるもの: {known}",
    "{name} cannot be '{word}'. Choose from: {known}",
)
WRONG_VALUE = Text("{name} の値「{word}」は正しくありません。", "'{word}' is no value for {name}.")
UNKNOWN_OPTION = Text("「{word}」という指定はありません。", "There is no argument '{word}'.")
UNKNOWN_RULE = Text("「{word}」というルールはありません。", "There is no rule '{word}'.")
UNKNOWN_FORM = Text("「{word}」という様式はありません。", "There is no form '{word}'.")
UNKNOWN_COMMAND = Text("「{word}」という命令はありません。", "There is no command '{word}'.")

# Help pages.
COMMAND = Text("命令", "COMMAND")
COMMANDS = Text("命令", "Commands")
ARGUMENTS = Text("対象と出力", "Arguments")
COMMON = Text("共通の指定", "Common options")
EXAMPLES = Text("例", "Examples")
EXITS = Text("終了コード", "Exit codes")
EXIT_TEXT = Text(
    "0  終わりました。--fail-on（初めは error）以上の指摘はありません。\n"
    "1  --fail-on 以上の指摘か、受け付けられないファイルがあります。結果は書き出しています。\n"
    "   ファイルが1つでも見つかれば、それが受け付けられなくても 1 です（指摘はそのファイルに付きます）。\n"
    "2  指定が正しくないか、読むファイルが1つも見つかりません。",
    "0  Done, nothing at or above --fail-on (error by default).\n"
    "1  Findings at or above it, or refused files; the output is still written.\n"
    "   Where at least one file was found it is 1, even if that file is refused: it has its finding.\n"
    "2  Wrong usage, or no file to read was found.",
)
OVERVIEW = Text(
    "evalxl は事務事業評価シート（Excel）を読み、点検し、集約します。",
    "evalxl reads, checks and consolidates municipal project evaluation sheets (Excel).",
)
FIRST_STEPS = Text(
    "はじめての方は evalxl demo をお試しください。命令ごとの説明は evalxl 命令 --help で表示されます。",
    "New here? Try: evalxl demo. Each command explains itself: evalxl COMMAND --help.",
)

# The demo: names of its files, which are Japanese as the city's would be.
DEMO_INPUT, DEMO_SUMMARY, DEMO_REPORT, DEMO_DATA = "提出", "集約.xlsx", "検証結果.xlsx", "表"
DEMO_WRITING = Text(
    "架空の市の評価シートを書き出しています: {path}", "Writing the sheets of an invented city: {path}"
)
DEMO_BOOKS = Text(
    "架空の市の評価シート: {books}ファイル（{folder}）",
    "Sheets of an invented city: {books} files in {folder}",
)
DEMO_FOUND = Text(
    "仕込んだ誤り {planted}件のうち {found}件を見つけました。仕込んでいない誤り: {unexpected}件",
    "Found {found} of the {planted} planted faults; errors that nobody planted: {unexpected}",
)
DEMO_MISSED = Text("見つかりませんでした: {code}  {file}", "Not found: {code}  {file}")
DEMO_UNEXPECTED = Text("仕込んでいません: {code}  {file}", "Not planted: {code}  {file}")
DEMO_MATCHES = Text("すべて一致しました。", "All of them match.")
DEMO_RESULTS = Text("できたもの", "What there is now")
DEMO_NAMES = {
    "summary": Text("集約表", "summary book"),
    "report": Text("検証結果の一覧（回答欄つき）", "findings, with a column for answers"),
    "data": Text("整理した表（CSV、Parquet）", "tidy tables (CSV, Parquet)"),
}

# What the form's file has no label for.
EVALUATED_YEAR = Text("評価の対象年度", "Fiscal year evaluated")
DIRECTIONS = Text("今後の方向性", "Directions")
FREE_TEXT = Text("方向性の説明", "Text under the directions")

# Summaries of what was done.
FISCAL_YEAR = Text("{year}年度", "FY{year}")
SHEETS_READ = Text(
    "{files}ファイルから{sheets}シートを読みました。", "Read {sheets} sheets from {files} files."
)
REFUSED_COUNT = Text("受け付けられないファイル: {count}件", "Refused files: {count}")
CHECKED = Text(
    "{files}ファイル・{sheets}シートを検証しました: 誤り {error}件、注意 {warning}件、参考 {info}件",
    "Checked {sheets} sheets in {files} files: {error} errors, {warning} warnings, {info} notes",
)
ALL_FINE = Text("指摘はありません。", "Nothing to report.")
HINT = Text("直し方: {hint}", "How to mend it: {hint}")
CONSOLIDATED = Text(
    "{files}ファイルから{consolidated}シートを集約しました（{seconds:.1f}秒）: "
    "誤り {error}件、注意 {warning}件、参考 {info}件",
    "Consolidated {consolidated} sheets of {files} files in {seconds:.1f} s: "
    "{error} errors, {warning} warnings, {info} notes",
)
BLANK_WRITTEN = Text("空の様式を書き出しました: {path}", "The empty form was written: {path}")
