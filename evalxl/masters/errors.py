"""What is wrong with a master: the file, the line, the column, the reason, in two languages."""

from __future__ import annotations

from typing import Any

from evalxl import texts
from evalxl.rules.words import Lang

_REASONS = {
    "no_folder": (
        "マスターのフォルダーがありません。--master か、evalxl.toml の master に書いた場所を確かめてください",
        "there is no such folder of masters; see to --master, or to master in evalxl.toml",
    ),
    "nothing": (
        "マスターのファイルが1つもありません。ファイルの名前を {expected} のどれかにしてください",
        "none of the masters is in this folder; its files must be called {expected}",
    ),
    "unreadable": ("読めません（{found}）", "cannot be read ({found})"),
    "encoding": (
        "文字コードがUTF-8でもShift_JISでもありません（{found}）。"
        "Excelで「CSV UTF-8」として保存し直してください",
        "neither UTF-8 nor Shift_JIS ({found}); save it again from Excel as CSV UTF-8",
    ),
    "not_csv": (
        "CSVではなく、Excelのブックなどです。Excelで「CSV UTF-8」として保存し直してください",
        "no CSV but a workbook or the like; save it again from Excel as CSV UTF-8",
    ),
    "syntax": ("CSVの書き方になっていません（{found}）", "not valid CSV ({found})"),
    "empty": ("見出しの行がありません", "there is no heading line"),
    "missing_column": ("「{column}」の列がありません", "there is no column '{column}'"),
    "unknown_column": ("「{found}」という列はありません", "there is no column '{found}'"),
    "double_column": ("「{found}」の列が2つあります", "there are two columns '{found}'"),
    "too_many": ("見出しより多い値があります（{found}）", "more values than headings ({found})"),
    "blank": ("空欄にできません", "must not be blank"),
    "year": ("年度として読めません（{found}）", "not a fiscal year ({found})"),
    "period": ("終わりの年度が始まりより前です（{found}）", "ends before it begins ({found})"),
    "number": ("金額として読めません（{found}）", "not an amount ({found})"),
    "mangled": (
        "コードがExcelで日付や指数に変わっています（{found}）",
        "Excel turned the code into a date or an exponent ({found})",
    ),
    "level": ("階層として読めません（{found}）", "not a level ({found})"),
    "parent": ("上位のコード「{found}」がありません", "there is no parent with the code '{found}'"),
    "double": ("{other}行目と同じものです（{found}）", "the same as line {other} ({found})"),
    "successor": ("引き継ぎ先「{found}」が見つかりません", "there is no successor '{found}'"),
    "ambiguous": ("引き継ぎ先「{found}」がいくつもあります", "there are several successors '{found}'"),
    "circle": ("引き継ぎ先がもとに戻っています（{found}）", "the successors go round in a circle ({found})"),
}


class MastersError(Exception):
    """A master is wrong: in ``file`` at ``line``, in ``column``, for ``reason`` (a word).

    ``line`` counts from 1 (the heading line) and is 0 where the whole file is meant; ``column`` is the
    heading, empty where no one column is meant. ``found`` is what stands there, ``nearest`` the right word
    that comes closest, ``expected`` what would be right.
    """

    def __init__(
        self, file: str, line: int, column: str, reason: str, *, found: str = "", **values: Any
    ) -> None:
        super().__init__(file, line, column, reason)
        self.file = file
        self.line = line
        self.column = column
        self.reason = reason
        self.found = found
        self.nearest: str = values.pop("nearest", "")
        self.expected: str = values.pop("expected", "")
        self.values = values

    def message(self, lang: Lang = "ja") -> str:
        """The error in words: file, line, column, what is wrong, what was probably meant."""
        ja = lang == "ja"
        place = self.file
        if self.line:
            place += f" の{self.line}行目" if ja else f", line {self.line}"
        if self.column and self.reason not in ("missing_column", "unknown_column", "double_column"):
            place += f"「{self.column}」の列" if ja else f", column '{self.column}'"
        values = {
            "found": texts.os_words(self.found, lang),
            "column": self.column,
            "expected": self.expected,
            **self.values,
        }
        parts = [f"{place}: " + _REASONS[self.reason][0 if ja else 1].format(**values)]
        if self.expected and self.reason != "nothing":
            parts.append(f"正しくは: {self.expected}" if ja else f"expected: {self.expected}")
        if self.nearest:
            near = self.nearest
            parts.append(f"「{near}」の誤りではありませんか" if ja else f"did you mean '{near}'?")
        return ("。".join(parts) + "。") if ja else "; ".join(parts)

    def __str__(self) -> str:
        return self.message()
