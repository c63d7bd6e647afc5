"""F: the file and the form. The reader notices these; F001–F005 refuse a sheet."""

from __future__ import annotations

from collections.abc import Iterable

from evalxl.rules.registry import Hit, declare, noticed, rule
from evalxl.rules.sheet import Sheet
from evalxl.settings import Settings
from workbook.record import Issue

declare(
    "F001",
    "error",
    "file-not-readable",
    """The file must be a workbook that can be opened and read to its end.

    Why: a file that is passed over in silence is a project that is missing from the city's total.
    """,
    ja="ファイルを読めません。{reason:word}。",
    en="The file cannot be read: {reason:word}.",
    fix_ja="{reason:mend}。",
    fix_en="{reason:mend}.",
    why_ja="読めないファイルを黙って飛ばすと、その事業が市の合計から抜けてしまいます。",
    example={"reason": "truncated"},
    words={
        "empty": ("中身のない（0バイトの）ファイルです", "it is empty (0 bytes)"),
        "truncated": ("ファイルが途中で切れています", "it is cut off in the middle"),
        "not_excel": ("Excelのファイルではありません", "it is not an Excel file"),
        "broken": ("ファイルの中が壊れています", "it is broken inside"),
        "locked": ("ほかの人かプログラムが使用中です", "another person or program is using it"),
        "missing": ("ファイルが見つかりません", "it does not exist"),
        "too_large": ("事務事業評価シートとしては大きすぎます", "it is too large for an evaluation sheet"),
        "unsafe": ("安全でない内容が含まれています", "it holds unsafe content"),
        "unsupported": ("対応していない形式です", "its format is not supported"),
        "panic": ("読み取り中に内部の異常が起きました", "the reader broke down on it"),
        "timeout": (
            "読み取りに時間がかかりすぎるため、打ち切りました",
            "reading it took too long and was given up",
        ),
        "unreachable": ("保存場所につながりません", "the place where it is kept cannot be reached"),
        "mend": (
            "Excelで開けるか確かめ、.xlsx形式で保存し直して提出してください",
            "See whether Excel opens it, save it again as .xlsx and submit that",
        ),
        "empty mend": ("もとのファイルを、もう一度提出してください", "Submit the original again"),
        "truncated mend": (
            "コピーや送信の途中で切れたと考えられます。もとのファイルを、もう一度提出してください",
            "It was cut off when it was copied or sent: submit the original again",
        ),
        "not_excel mend": (
            "評価シートのExcelファイルを提出してください",
            "Submit the evaluation sheet as an Excel file",
        ),
        "locked mend": (
            "開いている人に閉じてもらい、もう一度実行してください",
            "Have it closed where it is open, and run this again",
        ),
        "missing mend": (
            "ファイルの名前と場所を確かめ、もう一度実行してください",
            "See to its name and place, and run this again",
        ),
        "too_large mend": (
            "不要なシートや画像、書式だけの行や列を消して、保存し直してください",
            "Delete sheets, pictures and formatted blank rows or columns that are not needed, and save it",
        ),
        "unsafe mend": (
            "配布された様式に書き写して、提出し直してください",
            "Copy its contents into the form as it was handed out, and submit that",
        ),
        "unreachable mend": (
            "ネットワークの接続と権限を確かめ、もう一度実行してください",
            "See to the network and the permissions, and run this again",
        ),
    },
)

declare(
    "F002",
    "error",
    "file-password-protected",
    """The file must open without a password.

    Why: nobody at the planning section has the password, and the tool does not try any.
    """,
    ja="パスワードで保護されているため、開けません。",
    en="The file is protected by a password and cannot be opened.",
    fix_ja="パスワードを外して保存し、提出し直してください。",
    fix_en="Save it without a password and submit it again.",
    why_ja="集める側にパスワードは分からず、推測して開くこともしません。"
    "開けないままでは、この事業が市の合計から抜けてしまいます。",
    example={},
)

declare(
    "F003",
    "error",
    "form-not-known",
    """One sheet of the file must hold a form that is known.

    Why: values are found by the form's labels; on an unknown form nothing may be guessed.
    """,
    ja="評価シートの様式が見つかりません。最も近い様式: {nearest:-}。足りない項目: {missing}。",
    en="No sheet holds a known form. The nearest form: {nearest:-}. It lacks: {missing}.",
    fix_ja="配布された様式に記入したファイルか、確かめてください。",
    fix_en="See whether this is the form that was handed out.",
    why_ja="値は、様式の項目名を手がかりに読み取ります。"
    "知らない様式を推測で読むと、違う欄の値を取り込むおそれがあります。",
    example={"nearest": "事務事業マネジメントシート", "missing": ["事後評価", "今後の方向性"]},
)

declare(
    "F004",
    "error",
    "labels-missing",
    """All labels of the form must be found; those that are not are named at once.

    Why: a label that was changed or deleted takes its value with it.
    """,
    ja="様式の項目が見つかりません: {missing}。",
    en="Labels of the form were not found: {missing}.",
    fix_ja="項目名を配布時の表記に戻してください。行や列を増やすのはかまいません。",
    fix_en="Put the labels back as they were handed out; added rows and columns do no harm.",
    why_ja="項目名が消えたり変わったりしていると、その欄の値を読み取れません。"
    "そのまま集計すると、記入された値が失われます。",
    example={"missing": ["事業費計(A)", "トータルコスト(A)+(B)"]},
)

declare(
    "F005",
    "error",
    "label-twice",
    """A label must stand once where its value is read.

    Why: with two places for one value, either could be meant.
    """,
    ja="項目「{label}」が2か所以上にあり（{cells}）、どちらの値か決められません。",
    en="The label '{label}' stands in more than one place ({cells}); its value is ambiguous.",
    fix_ja="余分な方の項目を消してください。",
    fix_en="Delete the one that is too many.",
    why_ja="同じ項目が2か所にあると、どちらの値か決められません。"
    "推測で選ぶと、誤った値を集計するおそれがあります。",
    example={"label": "一般財源", "cells": ["評価シート!AB44", "評価シート!AB60"]},
)


def _issue(code: str, key: str | None, year: int | None = None, **values: object) -> tuple[Issue, ...]:
    return (Issue(code, key, None, values, year),)


@rule(
    "F006",
    "warning",
    ja="様式の文言が、配布した様式と違います。配布した様式だけにあるもの: {expected}。"
    "このシートだけにあるもの: {found}。",
    en="The printed texts differ from the form as it was handed out. Only on that: {expected}. "
    "Only on this sheet: {found}.",
    fix_ja="項目名や説明の文言を、配布した様式のとおりに戻してください。行や列を増やすのはかまいません。",
    fix_en="Put the labels and texts back as they were handed out; added rows and columns do no harm.",
    why_ja="項目名を書き換えると、同じ欄でも課ごとに違うことが書かれ、比べたり足したりできなくなります。"
    "読み取れたとしても、聞かれた内容と答えが合っているとは限りません。",
    bad={"issues": _issue("F006", None, found=["「委託料計(A)」"], expected=["「事業費計(A)」"])},
    good={"issues": ()},
)
def form_altered(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """A sheet must print what the form printed when it was handed out: no label changed, added or removed.

    Why: a department that rewords a question answers another one, and its figures no longer compare. Only
    where the settings name the blank form (``template``). Place, spacing, width, figures, years and boxes do
    not matter, nor does what is typed into the form or noted beside it.
    """
    return noticed(sheet, "F006")


@rule(
    "F007",
    "warning",
    ja="計算結果が保存されていない数式が{found}か所あります（{cells}）。",
    en="{found} formulas have no stored result ({cells}).",
    fix_ja="Excelで開いて上書き保存すると、計算結果が入ります。",
    fix_en="Open the file in Excel and save it: that stores the results.",
    why_ja="計算結果が保存されていない数式は、値が分かりません。"
    "0とみなして集計すると、合計が誤ったものになります。",
    bad={
        "issues": _issue("F007", "costs.project_total.2017", 2017, found=1, cells=["評価シート!AB49"]),
        "costs.project_total.2017": None,
    },
    good={"costs.general.2017": 8000, "costs.national.2017": 652},
)
def formula_without_result(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """A formula must carry its stored result.

    Why: the file was written by a program and never calculated; its figures are unknown, not 0.
    """
    return noticed(sheet, "F007")


@rule(
    "F008",
    "warning",
    ja="見えないところに値があります（{found:word}）。",
    en="Values of the form are out of sight ({found:word}).",
    fix_ja="行・列・シートの再表示、外部リンクの解除（値の貼り付け）を行い、内容を確かめてください。",
    fix_en="Unhide the rows, columns or sheets, replace links by their values, and look at them.",
    why_ja="見えないところの値は、誰も確かめていないおそれがあります。"
    "ほかのブックから取り込んだ値は、元が変わると食い違います。",
    bad={"issues": _issue("F008", None, found="hidden_row")},
    good={"outline": "非表示の行はない。"},
    words={
        "hidden_row": ("非表示の行", "hidden rows"),
        "hidden_column": ("非表示の列", "hidden columns"),
        "hidden_sheet": ("非表示のシート", "hidden sheets"),
        "sheet_left_out": ("非表示の評価シート。読み取っていません", "a hidden evaluation sheet, not read"),
        "external_link": ("ほかのブックへのリンク", "links to other workbooks"),
    },
)
def values_out_of_sight(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """No value of the form may stand in hidden rows, columns or sheets, or come from another workbook.

    Why: nobody has looked at a hidden figure, and a link brings a figure that may since have changed.
    """
    return noticed(sheet, "F008")


@rule(
    "F009",
    "error",
    ja="{label}の年度の見出しが連続していないか、ほかの表と違います（{found}）。正しくは{expected}です。",
    en="The year headings of {label} do not run on, or differ from the other tables ({found}); "
    "they should be {expected}.",
    fix_ja="年度の見出しを直してください。",
    fix_en="Correct the year headings.",
    why_ja="前の年度の見出しが残っていると、その列の数値がすべて違う年度のものとして集計されます。",
    bad={
        "issues": _issue(
            "F009",
            None,
            label="コストの推移",
            found=["26年度", "28年度", "29年度", "30年度"],
            expected=["2015", "2016", "2017", "2018"],
        )
    },
    good={"costs.general.2015": 6000, "costs.other.2015": 91},
)
def year_headings_differ(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """The year headings must be consecutive, and the same in all tables.

    Why: a heading left over from last year puts every figure under it into the wrong year.
    """
    return noticed(sheet, "F009")


@rule(
    "F010",
    "error",
    ja="2ページ目の{label}は「{found}」ですが、1ページ目は「{expected}」です。",
    en="{label} on page two is '{found}', but on page one '{expected}'.",
    fix_ja="2ページ目の見出しを1ページ目に合わせてください。別の事業のページが混ざっていないか確かめてください。",
    fix_en="Make page two's head agree with page one; see whether it is another project's page.",
    why_ja="別の事業の2ページ目が混ざると、別の事業の評価を、この事業のものとして取り込んでしまいます。",
    bad={
        "issues": _issue(
            "F010",
            "project_name",
            label="事務事業名",
            found="庁舎管理事業",
            expected="電算セキュリティ対策事業",
        )
    },
    good={"project_name": "電算セキュリティ事業"},
)
def second_page_head_differs(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """The head of the second page must say the same as the first page's.

    Why: a back page of another project is an evaluation of another project.
    """
    return noticed(sheet, "F010")


@rule(
    "F011",
    "error",
    ja="{year:of}{label}のセルがエラー値（{found}）になっています。",
    en="The cell of {year:of}{label} holds the error value {found}.",
    fix_ja="数式の参照先を直すか、値を入力し直してください。",
    fix_en="Mend the formula's reference or type the value.",
    why_ja="エラー値のセルは、正しい値が分かりません。"
    "空欄や0とみなして集計すると、誤りに気づけなくなります。",
    bad={"issues": _issue("F011", "costs.staff_count.2018", 2018, found="#REF!")},
    good={"costs.staff_count.2018": 5},
)
def error_value(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """A field's cell must not hold an error value (#REF!, #N/A, #DIV/0! …).

    Why: the figure is unknown; reading it as blank or 0 would hide that.
    """
    return noticed(sheet, "F011")


@rule(
    "F012",
    "error",
    ja="{year:of}{label}に「{found}」とありますが、数値を読み取れません{expected:aside 単位: }。",
    en="{year:of}{label} holds '{found}', which is no number{expected:aside unit: }.",
    fix_ja="数字だけを入力し、注記は本文の欄に書いてください。該当しない年度は「－」とします。",
    fix_en="Type the number alone and put notes into a text field; － means not applicable.",
    why_ja="「別紙」や「29（4）」は足し算ができません。"
    "0とみなしたり読み飛ばしたりすると、合計が誤ったものになります。",
    bad={"issues": _issue("F012", "costs.other.2015", 2015, found="別紙のとおり", expected="千円")},
    good={"costs.other.2015": 0},
    compares=True,
)
def number_not_readable(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """A number field must hold one number, a dash or nothing.

    Why: "別紙" or "29（4）" cannot be added up; it is never read as 0 and never dropped in silence.
    """
    return noticed(sheet, "F012")


@rule(
    "F013",
    "info",
    ja="{year:of}{label}の「{found}」を{expected}と読み取りました。",
    en="{year:of}{label}: '{found}' was read as {expected}.",
    fix_ja="読み取った値が正しければ、直す必要はありません。",
    fix_en="Nothing to do where the value read is right.",
    why_ja="全角の数字や「千円」の付いた数値は、Excelの足し算に入らないことがあります。"
    "読み取った値が合っているか、ご確認いただくためのお知らせです。",
    bad={"issues": _issue("F013", "costs.general.2017", 2017, found="８，６５２千円", expected=8652)},
    good={"costs.general.2017": 8651, "costs.other.2017": 1},
)
def value_normalised(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """Full-width digits, numbers typed as text, ▲ and units inside the cell are read, and told.

    Why: Excel itself cannot add such cells up, so the sheet's own totals may lack them.
    """
    return noticed(sheet, "F013")


@rule(
    "F014",
    "error",
    ja="{label}のチェックを決められません。{reason:word}"
    "（チェックボックス: {found:-}、セル: {expected:-}）。",
    en="The tick of {label} is not clear: {reason:word} (box: {found:-}, cell: {expected:-}).",
    fix_ja="チェックボックスを付け直すか、セルに■か□を入力してください。",
    fix_en="Tick the box anew, or type ■ or □ into the cell.",
    why_ja="チェックの状態がはっきりしないと、どれを選んだのか決められません。"
    "推測はせず、チェックがないものとして扱います。",
    bad={"issues": _issue("F014", "judgements.4", reason="differs", found=True, expected=False)},
    good={"judgements.4.reason": "研修の機会を増やす余地がある。"},
    words={
        "differs": (
            "チェックボックスとリンクするセルが矛盾しています",
            "the box and its linked cell contradict each other",
        ),
        "glyph": (
            "チェックと、その下のセルに入力された記号が矛盾しています",
            "it contradicts the sign typed in its cell",
        ),
        "mixed": ("オンでもオフでもない状態です", "it is neither on nor off"),
        "activex": (
            "ActiveXの部品で、リンクするセルがありません",
            "it is an ActiveX control without a linked cell",
        ),
        "lost": (
            "ほかのソフトで保存されたため、状態が失われています",
            "another program saved the file without its state",
        ),
        "place": ("どの選択肢に付いているのか分かりません", "it does not show which choice it belongs to"),
        "several": (
            "1つを選ぶ欄に、2つ以上のチェックがあります",
            "more than one is ticked where one is to be",
        ),
    },
    compares=True,
)
def tick_contradictory(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """A tick must be clear: a check box and its linked cell, or the sign in its cell, must say the same.

    Why: one of them was changed by hand, and nobody can tell which one is meant. The same is told of ticks
    that cannot be read, and of several where one is to be: no side is believed, the box counts as empty.
    """
    yield from noticed(sheet, "F014")
    for name, choice in sheet.facts.choices.items():
        ticked = sheet.ticked(name)
        if len(ticked) > 1 and name != "period":  # of which H105 speaks
            labels = [option.label for option in choice.options if option.value in ticked]
            yield Hit(name, values={"reason": "several", "found": labels, "expected": None})


@rule(
    "F015",
    "warning",
    ja="この評価シートは「{found}」にも「{expected}」にも当てはまります。{reason:word}「{found}」として読みました。",
    en="This sheet fits both '{found}' and '{expected}'. It was read as '{found}': {reason:word}.",
    fix_ja="別の様式であれば、--form で様式を指定してください。",
    fix_en="If it is the other form, name it with --form.",
    why_ja="様式によって、同じセルでも意味の違うことがあります。"
    "別の様式として読むと、違う項目の値を集計してしまいます。",
    words={
        "labels": ("一致する項目が多いため、", "more of its labels are there"),
        "year": ("評価年度に使われていた様式のため、", "it was in use in the evaluated year"),
        "newest": ("最も新しい様式のため、", "it is the newest"),
    },
    bad={"issues": _issue("F015", None, found="評価シート（改訂）", expected="評価シート", reason="labels")},
    good={"issues": ()},
    compares=True,
)
def sheet_fits_two_forms(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """A sheet should fit one form only.

    Why: two forms may read one cell differently. Of the forms whose labels are all there, the one with the
    most labels counts, then the one in use in the evaluated year, then the newest.
    """
    return noticed(sheet, "F015")


@rule(
    "F016",
    "warning",
    ja="{label}の見出し「{found}」を年度の見出しとして読めないため、この列の値は読み取っていません。",
    en="The heading '{found}' of {label} is not known as one of a year: its column is left out.",
    fix_ja="年度の列であれば、見出しを「30年度（計画）」のように直してください。"
    "年度の列でなければ、直す必要はありません。",
    fix_en="Where it is a column of a year, head it with the year alone. Nothing to do where it is not.",
    why_ja="読み取れなかった列の金額や指標は、集計にも前年度との比較にも入りません。",
    bad={
        "issues": (
            Issue("F016", "costs", "評価シート!AF47", {"label": "コストの推移", "found": "30年度（暫定）"}),
        )
    },
    good={"issues": ()},
)
def year_not_read(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """A column beside those of the years must not be headed by one more year in words that are not known.

    Why: its figures are in no total. It is no error, as the column may be a remark on that year.
    """
    return noticed(sheet, "F016")
