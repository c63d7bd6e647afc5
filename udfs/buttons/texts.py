"""What the buttons say to staff: each trouble with what to do about it."""

from __future__ import annotations

from evalxl.texts import Text

TITLE = Text("事務事業評価", "Project evaluation")

# Troubles: nothing was changed.
NO_BOOK = Text(
    "開いているブックがありません。\n評価シートを開いてから、もう一度ボタンを押してください。"
    "「保護ビュー」で開いているときは、先に［編集を有効にする］を押してください。",
    "No book is open.\nOpen the evaluation sheet and press the button again. In Protected View, first press "
    "[Enable Editing].",
)
BUSY = Text(
    "Excelが入力の途中か、ほかの画面を開いています。\n"
    "Enterキー（取り消すならEscキー）で入力を終え、開いている画面を閉じてから、もう一度押してください。",
    "Excel is editing a cell or shows another window.\nFinish the input with Enter (or Esc), close the other "
    "window, and press the button again.",
)
NO_SHEET = Text(
    "「{book}」は事務事業評価シートとして読み取れません。何も変えていません。\n\n{message}\n直し方: {hint}",
    "“{book}” cannot be read as an evaluation sheet. Nothing was changed.\n\n{message}\nMend: {hint}",
)
REFUSED = Text(
    "Excelがこの操作を受け付けませんでした。\n{detail}\n"
    "シートの保護や共有、ほかの画面が開いていないかを確かめて、もう一度押してください。",
    "Excel refused this.\n{detail}\nSee whether sheets are protected, the book is shared or another window "
    "is open, and press the button again.",
)
UNEXPECTED = Text(
    "申し訳ありません。予期しない不具合で続けられませんでした（{error}）。\nブックの内容は変えていません。"
    "次の記録を添えて担当者にお知らせください（シートの内容は書かれていません）。\n{log}",
    "Sorry, a mistake of the program's own stopped it ({error}).\nThe book's contents are unchanged. Please "
    "send this log to whoever looks after it (it holds nothing of the sheets).\n{log}",
)
WRONG_SETTINGS = Text(
    "設定ファイルに誤りがあります。\n{detail}\n［設定］ボタンで開いて直してください。",
    "The settings file is wrong.\n{detail}\nOpen it with the button [Settings] and mend it.",
)
WRONG_MASTERS = Text(
    "マスターに誤りがあるか、読めません。\n{detail}\n"
    "設定ファイルに書かれたマスターの場所と、マスターを確かめてください。",
    "A master is wrong or cannot be read.\n{detail}\nSee to 'master' in the settings and to the masters.",
)
LOCKED = Text(
    "{path} に書き込めません。\n開いているブックを閉じるか、別の場所を選んでください。",
    "{path} cannot be written.\nClose the book that is open, or choose another place.",
)
UNREADABLE = Text(
    "{path} を読み書きできません（{detail}）。\n場所と権限、ネットワークの接続を確かめてください。",
    "{path} cannot be read or written ({detail}).\nSee to the place, the permissions and the network.",
)

# While it works.
WORKING = Text("{button}：実行しています…", "{button}: working…")
READING = Text(
    "集約：{done} / {all} ファイル（Escキーで中止できます）",
    "Consolidating: {done} / {all} files (Esc stops)",
)
STOPPED = Text(
    "中止しました。書きかけのファイルは残していません。", "Stopped. No half-written file is left behind."
)

READING_PREVIOUS = Text(
    "検証：前の年度のシートを読んでいます {done} / {all}（Escキーで中止できます）",
    "Validating: reading last year's sheets {done} / {all} (Esc stops)",
)
STOPPED_CHECK = Text("検証を中止しました。何も変えていません。", "Stopped. Nothing was changed.")

# 検証.
NO_MASTERS = Text(
    "マスターを読めないため、マスターとは照らし合わせていません（シートの点検は行いました）。\n{detail}\n"
    "ネットワークの接続と、設定ファイルに書かれたマスターの場所を確かめてください。",
    "The masters cannot be read, so the sheet was checked without them.\n{detail}\nSee to the network and to "
    "'master' in the settings.",
)
NO_PREVIOUS = Text(
    "前の年度のシートを読めないため、前の年度とは比べていません（シートの点検は行いました）: {path}\n"
    "ネットワークの接続と、設定ファイルに書かれた前の年度の場所を確かめてください。",
    "Last year's sheets cannot be read, so nothing was compared with them: {path}\nSee to the network and to "
    "'previous' in the settings.",
)
AND_MORE = Text("ほか{count}件", "and {count} more")
CLEAN = Text("「{book}」に誤りや注意はありませんでした。", "There is nothing to be mended in “{book}”.")
FOUND = Text(
    "「{book}」の検証結果: 誤り {error}件、注意 {warning}件、参考 {info}件（回答済 {answered}件）",
    "“{book}”: {error} errors, {warning} warnings, {info} notes ({answered} answered)",
)
NOT_MARKED = Text(
    "次のシートは保護されているため、セルに印を付けていません: {sheets}\n"
    "印が要るときは［校閲］→［シート保護の解除］のあとで、もう一度［検証］を押してください。",
    "These sheets are protected and their cells are not marked: {sheets}\nFor marks unprotect them "
    "([Review] → [Unprotect Sheet]) and press the button again.",
)
OTHER_BOOK = {
    "shared": Text(
        "ブックが共有されているため、印を付けず、検証結果を新しいブックに書き出しました。\n"
        "印と回答欄が要るときは、共有を解除してから、もう一度［検証］を押してください。",
        "The book is shared: nothing was marked, and the findings stand in a new book.\nFor marks and "
        "answers stop sharing it and press the button again.",
    ),
    "structure": Text(
        "ブックの構成が保護されているため、印を付けず、検証結果を新しいブックに書き出しました。\n"
        "印と回答欄が要るときは［校閲］→［ブックの保護］を解除してから、もう一度［検証］を押してください。",
        "The structure of the book is protected: nothing was marked, and the findings stand in a new book.\n"
        "For marks and answers unprotect it ([Review] → [Protect Workbook]) and press the button again.",
    ),
    "format": Text(
        "ブックに印を付けられないため（{reason}）、検証結果を新しいブックに書き出しました。",
        "The book cannot be marked ({reason}): the findings stand in a new book.",
    ),
}
DAMAGED = Text(
    "検証の印の控え（非表示のシート）が壊れているため、印を付け直すことも消すこともできません。何も変えていません。\n"
    "印を付ける前のファイルがあればそれをお使いください。なければ、このブックを担当者にお渡しください。",
    "What the book remembers of its marks (a hidden sheet) is damaged, so they can be neither renewed nor "
    "removed. Nothing was changed.\nUse the file from before the marks, or give this one to whoever looks "
    "after the program.",
)
READ_ONLY = Text(
    "ブックは読み取り専用で開いています。印と回答を残すには、別の名前で保存してください。",
    "The book is open read-only. Save it under another name to keep the marks and answers.",
)
KEPT_RESULTS = Text(
    "シート「{old}」は手で変えられていたため、「{new}」として残し、新しい検証結果を作りました。",
    "The sheet “{old}” was changed by hand: it is kept as “{new}”, and the new findings have a new sheet.",
)
OLD_SHEET = Text("{name}_控え", "{name}_kept")

# 検証表示を消す.
NO_MARKS = Text("「{book}」に検証の印は付いていません。", "“{book}” carries no marks.")
DROP_ANSWERS = Text(
    "シート「{sheet}」に回答や書き込みがあります。印といっしょに消しますか。\n\n"
    "［はい］シートも消す　［いいえ］印だけを消し、シートは残す",
    "The sheet “{sheet}” holds answers or notes of yours. Remove it with the marks?\n\n[Yes] remove the "
    "sheet as well   [No] remove the marks, keep the sheet",
)
PROTECTED_MARKS = Text(
    "印の付いたシートが保護されているため、印を消せません。何も変えていません: {sheets}\n"
    "［校閲］→［シート保護の解除］のあとで、もう一度押してください。",
    "Marked sheets are protected, so the marks cannot be removed. Nothing was changed: {sheets}\nUnprotect "
    "them ([Review] → [Unprotect Sheet]) and press the button again.",
)
FIXED_BOOK = Text(
    "ブックが共有されているか、構成が保護されているため、印を消せません。何も変えていません。\n"
    "共有または［校閲］→［ブックの保護］を解除してから、もう一度押してください。",
    "The book is shared or its structure is protected, so the marks cannot be removed. Nothing was changed.\n"
    "Stop sharing or unprotect it and press the button again.",
)
STILL_MARKED = Text(
    "グラデーションなど、元の塗りつぶしを戻せなかったセルがあります: {cells}\n"
    "コマンド evalxl unmark なら元に戻せます。",
    "The fill of some cells could not be put back: {cells}\nThe command evalxl unmark can do it.",
)

# 集約, 集計.
CHOOSE_FOLDER = Text("評価シートの入っているフォルダー", "The folder with the evaluation sheets")
SUMMARY = Text("集約", "Summary")
CONSOLIDATED = Text(
    "{files}ファイルのうち{sheets}事業を集約しました。読み取れなかったファイル: {refused}",
    "{sheets} projects of {files} files; files that could not be read: {refused}",
)
CHOOSE_FIELD = Text("集計する項目を番号で選んでください。", "Choose by number what to add up by.")
NO_SUMMARY = Text(
    "「{book}」は集約の結果（集約表）ではありません。\n［集約］で作った集約表を開いてから押してください。",
    "“{book}” is no summary book.\nOpen one that [Consolidate] made and press the button again.",
)
NOT_SAVED = Text(
    "「{book}」はまだ保存されていません。保存してから、もう一度押してください（結果をとなりに書き出すためです）。",
    "“{book}” was never saved. Save it and press the button again: the result is written beside it.",
)

# 年度更新, 提出.
ROLL_TO = Text("翌年度のシートを書き出すフォルダー", "The folder for next year's sheet")
SUBMIT_TO = Text("提出先のフォルダー", "The folder to hand the sheet in to")
SUBMIT_ERRORS = Text(
    "誤りが{error}件あります。このまま提出しますか。\n［いいえ］を押すと提出せずに戻ります（［検証］で確かめられます）。",
    "There are {error} errors. Hand the sheet in as it is?\n[No] goes back ([Validate] shows them).",
)
SUBMIT_AGAIN = Text(
    "提出先に同じ名前の別のファイルがあります: {path}\n差しかえますか。",
    "Another file of that name is there already: {path}\nReplace it?",
)

# 設定, 診断.
SETTINGS_MADE = Text(
    "設定ファイルを作りました: {path}\nメモ帳で開きます。行の頭の # を消すと、その設定が効きます。",
    "A settings file was made: {path}\nIt opens in the editor; take away the # before a line to use it.",
)
SETTINGS_AT = Text("設定ファイル: {path}", "The settings file: {path}")
SETTINGS_NEW = Text(
    "設定ファイルはまだありません。ブックのとなりに作りますか。\n{path}",
    "There is no settings file yet. Make one beside the book?\n{path}",
)
SETTINGS_NOWHERE = Text(
    "ブックがまだ保存されていないため、設定ファイルの場所が決まりません。\n保存してから、もう一度押してください。",
    "The book was never saved, so there is no place for the settings.\nSave it and press the button again.",
)
SETTINGS_TEMPLATE = """\
# evalxl の設定。行の頭の # を消すと効きます。くわしくは説明書の「設定」をご覧ください。

# master = 'マスター'         # マスターのフォルダー（このファイルのフォルダーから見た場所か、サーバーの場所）
# previous = '前年度'         # 前の年度のシートのフォルダー、または集約表

# [rules]
# off = ["T603"]            # 行わない検査

# [rules.grade]
# C311 = "info"             # 重さを変える（error、warning、info）

# [thresholds]
# yoy_percent = 30          # 前年度比がこの割合（％）を超えたら注意
# hours_per_person_error = 2500

# [rates]                   # 1時間あたりの人件費（円）、年度別
# 2017 = 4077
"""
