"""The Japanese of the add-in's hidden sheet: the help of each function, and what its VBA says."""

from __future__ import annotations

from evalxl.actions import FORMULAS
from udfs import ribbon
from udfs.identity import CATEGORY

MESSAGES = {
    "title": ribbon.TAB.ja,
    "missing": "事務事業評価のプログラムが、このPCのこのユーザーに登録されていません。\n"
    "Excelを終了し、install.bat（または evalxl addin install）を実行してから、もう一度お試しください。",
    "blocked": "市の設定により、Excelから事務事業評価のプログラムを起動できません。\n"
    "情報システム担当に、Officeからの Python（udfs.server）の起動を許可できるかご相談ください。"
    "それまでは、検証.bat と集約.bat で同じ結果が得られます。",
    "failed": "事務事業評価のプログラムが応答しませんでした。\n"
    "もう一度お試しください。続くときは evalxl addin doctor を実行し、その結果を担当にお知らせください。",
}


def rows() -> list[list[str]]:
    """The rows of the sheet: key, text, category, the help of each argument."""
    functions = [
        [name, formula.help.ja, CATEGORY, *(parameter.help.ja for parameter in formula.parameters)]
        for name, formula in FORMULAS.items()
    ]
    return [*functions, *([key, text] for key, text in MESSAGES.items())]
