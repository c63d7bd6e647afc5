"""What the command line says, in both languages. Findings have their texts in the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from evalxl.rules.words import Lang


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
FINDING_HEADS = {
    "severity": Text("重さ", "Severity"),
    "code": Text("コード", "Code"),
    "file": Text("ファイル", "File"),
    "place": Text("場所", "Place"),
    "message": Text("内容", "What is wrong"),
    "hint": Text("直し方", "How to mend it"),
    "found": Text("記入値", "Found"),
    "expected": Text("正しいと見込まれる値", "Expected"),
    "answer": Text("回答（理由をお書きください）", "Answer (your reason)"),
    "state": Text("状態", "State"),
}
"""How columns of findings are headed: in a marked book, in the book of `--report`, in the summary book."""
OPEN_FILE = Text("ファイルを開く", "open the file")
"""What leads to a file where a finding has no cell."""

# Progress and messages, on stderr.
READING = Text("読み込み中", "Reading")
SKIPPED_LOCK = Text(
    "読み飛ばしました: {file}（Excelが開いている間だけ作る一時ファイルです）",
    "Skipped: {file} (a lock file that Excel makes while a book is open)",
)
SKIPPED_COPIES = Text(
    "検証の印を付けた写し{count}件（{file} など）は、もとのファイルと内容が同じため、読み飛ばしました。",
    "Skipped: {count} marked copies ({file} …), as their books are there and say the same",
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
NO_PATH = Text(
    "ファイルやフォルダーの指定が空です。このフォルダーを読むときは「.」と指定してください。",
    "The path is empty. To read the folder you are in, write: .",
)
NO_DASK = Text(
    "--scheduler には Dask が必要です。pip install evalxl[dask] で入れてください。",
    "--scheduler needs Dask. Install it with: pip install evalxl[dask]",
)
NO_SCHEDULER = Text(
    "スケジューラー {address} につながりません。アドレスと、動いているかを確かめてください。",
    "The scheduler {address} does not answer. See whether the address is right and it runs.",
)
SCHEDULER_LOST = Text(
    "スケジューラーとの接続が切れました。もう一度実行してください。",
    "The connection to the scheduler is lost. Please run this again.",
)
NO_WORKERS = Text(
    "スケジューラーにワーカーがありません（{seconds}秒待ちました）。ワーカーを起動してください。",
    "The scheduler has no workers (waited {seconds} s). Please start some.",
)
WORKER_WITHOUT = Text(
    "ワーカー {worker} に evalxl が入っていません。この機械と同じものを入れてください。",
    "The worker {worker} has no evalxl. Install the same one as on this machine.",
)
WORKER_DIFFERS = Text(
    "ワーカー {worker} はこの機械と {what} が違います（ワーカー: {there}、この機械: {here}）。"
    "結果が変わるおそれがあるため、実行しません。同じものを入れてください。",
    "The worker {worker} differs from this machine in {what} (there: {there}, here: {here}). Its results "
    "could differ, so nothing was run. Install the same on both.",
)
REUSED = Text(
    "前回から変わっていない{files}ファイルは、読み直していません（--fresh で読み直します）。",
    "{files} files did not change since they were last read and were not read again (--fresh reads them).",
)
STORE_REBUILT = Text(
    "前回までの読み取りの控えが壊れていたため、作り直しました。結果には影響ありません。",
    "The store of earlier readings was damaged and was made anew. The results are not affected.",
)
OS_ERRORS = {
    "ENOENT": Text("見つかりません", "there is no such file"),
    "EACCES": Text("開く権限がありません", "not allowed"),
    "EPERM": Text("開く権限がありません", "not allowed"),
    "EISDIR": Text("フォルダーです", "it is a folder"),
    "ENOTDIR": Text("見つかりません", "there is no such file"),
    "EEXIST": Text("同じ名前のファイルがあります", "a file of that name is there"),
    "ENOSPC": Text("ディスクの空きが足りません", "the disk is full"),
    "EROFS": Text("書き込めない場所です", "nothing can be written there"),
}
"""What a system says of a file in English whatever the language, by the name of its number."""

OS_ERROR = Text(
    "{path} を読み書きできません（{why}）。場所と名前、開いているファイル、権限を確かめてください。",
    "Cannot read or write {path} ({why}). Check the place, the name, open files and permissions.",
)
NOT_SHOWN = Text(
    "結果を表示できませんでした（{why}）。出力先を確かめて、もう一度実行してください。",
    "The results cannot be shown ({why}). Check where the output goes, and run this again.",
)
NO_PROTOCOL = Text(
    "{address} を読めません。「{protocol}」のアドレスを読む部品がありません。"
    "共有フォルダーに写して、そのフォルダーを指定してください。",
    "Cannot read {address}: what reads addresses of '{protocol}' is not installed. "
    "Copy the files to a shared folder and name that.",
)


def os_error(error: OSError) -> str:
    """The name of a system's error that `os_words` knows; else what the system says."""
    import errno

    name = errno.errorcode.get(error.errno or 0, "")
    return name if name in OS_ERRORS else error.strerror or name


def os_words(name: str, lang: Lang) -> str:
    """A system's error in words; what is no such name stays as it is."""
    return OS_ERRORS[name].of(lang) if name in OS_ERRORS else name


STANDS = Text(
    "前回から何も変わっていないので、前回の集約表がそのまま使えます: {path}",
    "Nothing has changed since the last run; its summary book stands: {path}",
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
WRONG_NUMBER = Text(
    "{name} の値「{word}」は正しくありません。1以上の数を指定してください（例: {name} 4）。",
    "'{word}' is no value for {name}. It takes a number from 1, such as: {name} 4",
)
WRONG_YEAR = Text(
    "{name} の値「{word}」は年度として読めません。{name} 2018、{name} H30 のように指定してください。",
    "'{word}' is no fiscal year for {name}. Write {name} 2018 or {name} H30.",
)
WRONG_ADDRESS = Text(
    "{name} の値「{word}」はアドレスとして読めません。tcp://ホスト名:8786 か local を指定してください。",
    "'{word}' is no address for {name}. Write tcp://host:8786, or local.",
)
FOR_EXAMPLE = Text("例: {line}", "Example: {line}")
UNKNOWN_OPTION = Text("「{word}」という指定はありません。", "There is no argument '{word}'.")
UNKNOWN_RULE = Text(
    "「{word}」というルールはありません。evalxl rules で一覧が出ます。",
    "There is no rule '{word}'. evalxl rules lists them all.",
)
UNKNOWN_SHELL = Text(
    "「{word}」の補完は作れません。bash、zsh、powershell のどれかを指定してください。",
    "There is no completion for '{word}'. Choose bash, zsh or powershell.",
)
UNKNOWN_FORM = Text(
    "「{word}」という様式はありません。使える様式: {forms}。様式ファイル（.toml）も指定できます。",
    "There is no form '{word}'. There are: {forms}; a form file (.toml) goes, too.",
)
UNKNOWN_FIELD = Text(
    "「{word}」という項目では集計できません。使える項目: {titles}。英語の名前でも指定できます（{names}）。",
    "There is no field '{word}' to roll up by. There are: {names}; in Japanese: {titles}.",
)
UNKNOWN_VALUE = Text(
    "「{word}」という集計する値はありません。使える値: 事業数、{titles}、指標:指標の名前。"
    "英語の名前でも指定できます（{names}）。",
    "There is no value '{word}' to roll up. There are: {names}, indicator:NAME; in Japanese: {titles}.",
)
UNKNOWN_KIND = Text(
    "{path} の形が分かりません。名前の終わりを .xlsx、.csv、.json、.txt のどれかにするか、"
    "--format で指定してください。",
    "The name {path} does not tell its kind. Let it end with .xlsx, .csv, .json or .txt, or give --format.",
)
NO_SOURCES = Text(
    "財源別に分けられるのは事業費計（project_total）だけです。「{word}」は分けられません。",
    "Only project_total has funding sources; '{word}' cannot be split by them.",
)
NO_YEAR = Text(
    "{word}年度の数値はありません。あるのは {known} です。",
    "There are no figures for {word}. There are: {known}",
)
NEEDS_OUTPUT = Text(
    "{word} で書き出すには -o で出力先を指定してください。", "{word} needs -o: where to write."
)
DAMAGED_STORE = Text(
    "表のフォルダー {path} を読めません。中身が壊れているか、evalxl が書き出したものではありません。"
    "evalxl consolidate --data か tables で書き出し直してください。",
    "Cannot read the folder of tables {path}: it is damaged, or evalxl did not write it. Write it anew with "
    "evalxl consolidate --data or tables.",
)
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
    "2  指定が正しくないか、読むファイルが1つも見つからないか、結果を書き出せません。",
    "0  Done, nothing at or above --fail-on (error by default).\n"
    "1  Findings at or above it, or refused files; the output is still written.\n"
    "   Where at least one file was found it is 1, even if that file is refused: it has its finding.\n"
    "2  Wrong usage, no file to read was found, or the results cannot be written.",
)
OVERVIEW = Text(
    "evalxl は事務事業評価シート（Excel）を読み、点検し、集約します。",
    "evalxl reads, checks and consolidates municipal project evaluation sheets (Excel).",
)
FOUND_HERE = Text("このフォルダーにあるもの", "In this folder")
NEXT_STEPS = Text("次にできること", "What you can do next")
MORE_HELP = Text(
    "命令ごとの説明は evalxl 命令 --help、すべての説明は evalxl --help で表示されます。",
    "Each command explains itself: evalxl COMMAND --help. All of it: evalxl --help.",
)
THIS_FOLDER = Text("（このフォルダー）", "(this folder)")
EXCEL_FILES = Text("Excelファイル {count}件", "{count} Excel files")
A_SUMMARY = Text("集約表", "summary book")
A_LEDGER = Text("受付簿", "ledger")
TABLE_FOLDER = Text("整理した表のフォルダー", "folder of tables")
MASTER_FOLDER = Text("マスターのフォルダー", "folder of masters")
SETTINGS_FILE = Text("設定", "settings")
TRY_DEMO = Text("架空の市のデータで、ひととおりためす", "Try everything on an invented city's sheets")
TRY_BLANK = Text("記入前の様式を書き出す", "Write the empty form")
TRY_VALIDATE = Text("シートを点検し、誤りと直し方を見る", "Check the sheets: what is wrong, how to mend it")
TRY_ANNOTATE = Text("誤りのセルに印を付けた写しを作る", "Make copies with marks at the cells")
TRY_CONSOLIDATE = Text("1つの集約表にまとめる", "Bring them together in one summary book")
TRY_DISTRIBUTE = Text("事業ごとに、基本情報を記入した様式を作る", "Write a form for each project")
TRY_STATUS = Text("課ごとの提出の進みぐあいを見る", "See how far each section is")
TRY_REMIND = Text("課ごとの督促の文書を作る", "Write a reminder to each section")
TRY_ROLLUP = Text("部・課別に、年度を並べて集計する", "Roll up by department and section")
LEFT = Text("残り", "left")
FIRST_STEPS = Text(
    "はじめての方は evalxl demo をお試しください。命令ごとの説明は evalxl 命令 --help で表示されます。",
    "New here? Try: evalxl demo. Each command explains itself: evalxl COMMAND --help.",
)

# The demo: names of its files, which are Japanese as the city's would be.
DEMO_INPUT, DEMO_MASTERS = "提出", "マスター"
DEMO_SAYS = (
    "架空の市です.txt",
    "このフォルダーは evalxl demo が作った練習用です。人も事業も架空です。消してもかまいません。\r\n",
)
"""A file that says so, by name and contents: where it lies the demo may be run again."""
DEMO_FILES = {
    "summary": "集約.xlsx", "report": "検証結果.xlsx", "data": "表", "rollup": "部課別集計.xlsx",
    "reminders": "督促", "papers": "議会資料", "pages": "公表",
}  # fmt: skip
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
    "masters": Text("マスター（CSV）", "masters (CSV)"),
    "ledger": Text("受付簿（evalxl status で見る）", "ledger (see it with evalxl status)"),
    "reminders": Text("課ごとの督促の文書", "reminders, one a section"),
    "rollup": Text("部・課別の集計", "roll-up by section"),
    "papers": Text("議会資料（施策ごとに1枚）", "papers for the council, one page a measure"),
    "pages": Text("市民向けのページ（index.html を開く）", "pages for citizens (open index.html)"),
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
AND_MORE = Text("ほかに{count}項目あります。", "and {count} more.")
BY_CODE = Text("ルール別: {codes}", "By rule: {codes}")
ALL_FINE = Text("指摘はありません。", "Nothing to report.")
HINT = Text("直し方: {hint}", "How to mend it: {hint}")
CONSOLIDATED = Text(
    "{files}ファイルから{consolidated}シートを集約しました（{seconds:.1f}秒）: "
    "誤り {error}件、注意 {warning}件、参考 {info}件",
    "Consolidated {consolidated} sheets of {files} files in {seconds:.1f} s: "
    "{error} errors, {warning} warnings, {info} notes",
)
TABLES = Text(
    "{sheets}シートを表にしました（受け付けられないもの {refused}件）: "
    "誤り {error}件、注意 {warning}件、参考 {info}件",
    "Tables of {sheets} sheets ({refused} refused): {error} errors, {warning} warnings, {info} notes",
)
SEE_VALIDATE = Text(
    "受け付けられない理由は evalxl validate で確かめてください。",
    "evalxl validate says why they were refused.",
)
BLANK_FILLED = Text(
    "{path} には記入済みのシート（{project}）があるので、上書きしません。別の名前を指定してください。",
    "{path} holds a sheet that is filled in ({project}) and is not written over. Please name another.",
)
BLANK_WRITTEN = Text("空の様式を書き出しました: {path}", "The empty form was written: {path}")

# Masters, last year, the ledger.
ZEROS = Text(
    "{file}: 先頭の0が落ちたコードを{count}件補いました（例: {line}行目「{column}」 {found} → {repaired}）",
    "{file}: {count} codes got back their leading zeros (line {line}, '{column}': {found} → {repaired})",
)
UNUSED_COLUMNS = Text(
    "{file}: 使わない列があります（{columns}）。見出しを直せば使えるものがないか、確かめてください。",
    "{file}: columns that are not used ({columns}). Check whether a heading should read otherwise.",
)
NO_PREVIOUS = Text(
    "前の年度のシートを読めませんでした。--previous か、evalxl.toml の previous に書いた場所と、"
    "様式を確かめてください: {path}",
    "No sheet of last year could be read. Please check --previous, or previous in evalxl.toml, and the form: "
    "{path}",
)
PREVIOUS_REFUSED = Text(
    "前の年度のファイルを読めないため、比べません: {file}（{code} {message}）",
    "Last year's file cannot be read and is not compared: {file} ({code} {message})",
)
PREVIOUS_LATER = Text(
    "--previous のシートは{before}のもので、検証するシート（{years}）より前の年度がありません。"
    "前の年度とは比べていません。",
    "The sheets of --previous are of {before}; none is of a year before those checked ({years}). Nothing was "
    "compared with last year.",
)
NO_ACCOUNTS = Text(
    "accounts.csv に{year}年度の決算がないため、{year}年度は突合しません。",
    "accounts.csv has nothing for FY{year}: that year is not tied out.",
)
LEDGER_LOST = Text(
    "前回の受付簿を読めないため、前回からの変化は示しません: {path}",
    "The last ledger cannot be read, so changes since then are not shown: {path}",
)
NO_LEDGER = Text(
    "受付簿が見つかりません: {path}（evalxl consolidate を実行すると、集約表のとなりにできます）",
    "There is no ledger at {path}. evalxl consolidate writes one beside the summary book.",
)
DAMAGED_LEDGER = Text(
    "受付簿を読めません: {path}（{detail}）。evalxl consolidate をもう一度実行してください。",
    "The ledger {path} cannot be read ({detail}). Please run evalxl consolidate again.",
)
REMINDED = Text("{count}課あての文書を書き出しました: {path}", "Wrote texts for {count} sections: {path}")
REMINDERS_REMOVED = Text(
    "もうお願いすることのない課あての、前に書き出した文書{count}件を消しました:",
    "Took away {count} texts of an earlier run to sections that have nothing left to do:",
)
REMINDERS_OTHER = Text(
    "この受付簿にない課あてか、別の年度の文書が{count}件残っています。送る前に確かめてください:",
    "{count} texts are to sections that this ledger does not have, or of another year. Check before sending:",
)
LEDGER_REASONS = {
    "damaged": Text("中身が壊れています", "it is damaged"),
    "version": Text("別の版の evalxl が作ったものです", "another version of evalxl wrote it"),
}
OTHER_LEDGERS = Text(
    "受付簿が{count}つあります。いちばん新しいもの（{path}）を使います。",
    "There are {count} ledgers; the newest is used: {path}",
)

# Roll-ups.
TOTAL = Text("合　計", "Total")
DIFFERENCE = Text("増減", "change")
RATE = Text("増減率", "rate")
SHARE = Text("構成比", "share")
PHASES = {
    "決算": Text("決算", "settled"),
    "計画": Text("計画", "plan"),
    "決算・計画": Text("決算・計画", "settled, plan"),
}
RISEN = Text("増えたもの（{year}、前年度比）", "Risen most ({year})")
FALLEN = Text("減ったもの（{year}、前年度比）", "Fallen most ({year})")
NOTE = Text("※ {text}", "Note: {text}")
ROLLUP_ROUNDING = Text(
    "増減率と構成比は小数第1位までに四捨五入し、構成比は合計が100.0％になるように端数を調整しています。",
    "Rates and shares are rounded to one decimal; shares are adjusted so that they add up to 100.0%.",
)
ROLLUP_REFUSED = Text("集計に入っていません: {line}", "Not in the figures: {line}")
NO_SUMMARY = Text(
    "集約表 {file} を読めません（{detail}）。evalxl consolidate で作り直してください。",
    "The summary book {file} cannot be read ({detail}). Write it anew with evalxl consolidate.",
)
ROLLUP_WITHOUT = Text(
    "読めなかったファイルや集約表が{count}件あり、集計に入っていません。",
    "{count} files could not be read and are not in these figures.",
)
ROLLUP_SAME = Text(
    "複数の入力に同じファイルのシートが{count}件あり、1回だけ集計しました。",
    "{count} sheets came from the same file twice and are counted once.",
)
ROLLUP_REPLACED = Text(
    "複数の入力に同じ事業・同じ評価年度のシートが{count}件あり、後に指定した入力のものを集計しました。",
    "{count} sheets gave way to the same project's sheet of the same year in a source named later.",
)
ROLLUP_PLACED = Text(
    "組織の改編（マスター）により、前の課名のシート{count}件を今の課で集計しました（{places}）。",
    "{count} sheets of reorganised sections stand under today's section, by the masters ({places}).",
)
ROLLUP_LATER = Text(
    "同じ事業の同じ年度は、評価年度が新しいシートの数値だけを集計しています（{count}事業年度分を除きました）。",
    "A project's year counts from its latest sheet only ({count} project-years of older sheets left out).",
)

# What a reader of totals must know, wherever they stand.
DOUBLES = Text(
    "同じ事業・同じ評価年度のシートが{count}件あります。どれが正しいかを確かめるまで、すべて集計に含めています"
    "（{year}の事業費計には、2枚目からのシートの{amount}千円が重なって入っています）。",
    "{count} sheets are double submissions; all of them are counted until someone says which is right "
    "(in the project total of {year} there are {amount} thousand yen of second sheets).",
)
ENDED = Text(
    "マスターで終了した事業の、終了後の年度の計画{count}件は、集計に含めていません（{names}）。",
    "{count} plans for years after the project's end by the masters are not counted ({names}).",
)
SPLIT = Text(
    "分かれた事業{count}件の、分かれる前のシートにだけある年度の金額は、分け方が分からないため、前の事業のまま"
    "集計しています（{names}）。",
    "{count} projects were split; the years that only their old sheets have stay with the old project, as "
    "nothing says how they divide ({names}).",
)
NAMESAKES = Text(
    "名前が同じで、部・課やコードが年度によって違う事業が{count}組あります。同じ事業と分かるものがないため、"
    "別の事業として集計しています（{names}）。同じ事業であれば、事業のマスターに引継先を書いてください。",
    "{count} pairs of projects have the same name but another section or other codes in other years. Nothing "
    "says that they are one, so each is counted ({names}). If they are, name the successor in projects.csv.",
)
UNREAD = Text(
    "計算結果が保存されていない数式などのため、値の分からない金額や時間が{count}件のシートに{cells}か所あります。0ではなく、"
    "合計に入っていません（{names}）。Excelで開いて上書き保存するか、検証の指摘（{codes}）のとおりに直し、"
    "もう一度集計してください。",
    "{count} sheets have {cells} figures whose value is unknown, such as formulas without a stored result. "
    "They are not 0 and are missing in the totals ({names}). Open and save the files in Excel, or mend them "
    "as their findings say ({codes}), and run this again.",
)

# Pages for citizens.
PUBLISHED = Text("{projects}件の事業のページを書き出しました: {path}", "Pages of {projects} projects: {path}")
LEAKS = Text(
    "公表できない記述が{count}件あります。何も書き出していません。シートを直してから、もう一度実行してください。",
    "{count} texts must not be published. Nothing was written. Mend the sheets and run this again.",
)
NOTHING_TO_PUBLISH = Text(
    "公表できる事業がありません。何も書き出していません。",
    "There is no project to publish. Nothing was written.",
)
PUBLISHED_TWICE = Text(
    "【二重提出】同じ事業のページが2つ以上あります。どれかを外してください: {names}",
    "The same project has more than one page; take one of its files away: {names}",
)
PUBLISHED_ERRORS = Text(
    "誤りのあるシートが{count}件あります。公表の前に evalxl validate で確かめてください。",
    "{count} sheets have errors. Look at them with evalxl validate before the pages go out.",
)
UNKNOWN_LEFT_OUT = Text(
    "evalxl.toml の [publish] leave_out に書かれた「{word}」という項目はありません。公表を中止しました。",
    "[publish] leave_out in evalxl.toml names '{word}', which is no field. Nothing was published.",
)
FOREIGN_FOLDER = Text(
    "{path} には、このプログラムが書き出したものではないファイルがあります（{file}）。消さずに中止しました。"
    "空のフォルダーか、前に書き出したフォルダーを指定してください。",
    "{path} holds files that this program did not write ({file}). Nothing was touched. "
    "Please name an empty folder, or one that it wrote before.",
)

# Papers for the council.
REPORTED = Text(
    "{level}ごとの資料を{pages}枚書き出しました: {path}", "{pages} pages by {level} were written: {path}"
)
NO_PDF = Text(
    "PDFは作っていません（LibreOffice が入っていません）。"
    "{path} をExcelで開き、「PDFとして保存」してください。",
    "No PDF: LibreOffice is not installed. Open {path} in Excel and save it as PDF.",
)
PDF_FAILED = Text(
    "PDFを作れませんでした（LibreOffice が応答しませんでした）。"
    "{path} をExcelで開き、「PDFとして保存」してください。",
    "No PDF: LibreOffice gave none. Open {path} in Excel and save it as PDF.",
)
NOTHING_TO_REPORT = Text(
    "集計できる評価シートがありませんでした。evalxl validate で理由を確かめてください。",
    "There is no sheet to report on. Run evalxl validate to see why.",
)

FORM_ROLES = {
    "label": Text("見出し", "label"),
    "value": Text("値", "value"),
    "year": Text("年度", "year"),
    "tick": Text("印", "tick"),
    "text": Text("その他", "other"),
}
FORM_WHOLE = Text(
    "様式: {form}（見出し{found}個、すべてあり）", "Form: {form} ({found} labels, all of them there)"
)
FORM_PART = Text(
    "最も近い様式: {form}（見出しあり{found}個、なし{missing}個）",
    "Nearest form: {form} ({found} labels found, {missing} missing)",
)
FORM_NONE = Text("様式の見出しは見つかりません。", "No label of a known form.")
FORM_HIDDEN = Text("（非表示）", " (hidden)")
FORM_MISSING = Text("見つかりません: {label}", "Missing: {label}")
FORM_NEAR = Text("近い文字: {cell}「{text}」", "near: {cell} '{text}'")
FORM_DOUBLED = Text("2か所以上にあります: {label}（{cells}）", "Doubled: {label} ({cells})")
FORM_OTHER = Text(
    "ほかの様式: {form}（見出しあり{found}個、なし{missing}個）",
    "Other form: {form} ({found} labels found, {missing} missing)",
)
FORM_NOTHING = Text(
    "{file} には、知っている様式と共通する見出しがありません。docs/forms.md のとおりに書いてください。",
    "{file} has no label in common with a known form; write the form file by hand (docs/forms.md).",
)
FORM_DRAFTED = Text(
    "下書きを書き出しました: {path}（★の箇所{marks}か所を決めてください）",
    "Draft written: {path} ({marks} places marked ★ are for you to decide)",
)
FORM_EXISTS = Text(
    "「{file}」はすでにあります。別の名前を指定してください。",
    "'{file}' exists already. Give another name.",
)
FORM_PICTURE = Text(
    "「{file}」には書き出せません。図は .svg か .html です。",
    "Cannot write '{file}': a picture is .svg or .html.",
)
FORM_UNREADABLE = Text("{file}: {why}", "{file}: {why}")
FORM_FOLDER = Text(
    "{file} はフォルダーです。調べるファイルを1つ指定してください。", "{file} is a folder. Name one workbook."
)
TOML_TYPE = Text("{expected}を書くところに、{found}があります", "{found} where {expected} is needed")
TOML_ENUM = Text("「{word}」という値は使えません", "there is no value '{word}'")
TOML_KINDS = {
    "str": Text("引用符で囲んだ文字", "a text in quotes"),
    "int": Text("整数", "a whole number"),
    "float": Text("数", "a number"),
    "bool": Text("true（はい）か false（いいえ）", "true or false"),
    "array": Text("かっこ［］で囲んだ並び", "a list in brackets"),
    "object": Text("表（名前と値の組）", "a table"),
    "null": Text("空", "nothing"),
}
"""The kinds of values in a form file, as the library that reads it names them."""
FORM_REASONS = {
    "syntax": Text("TOMLの書き方に誤りがあります（{detail}）", "wrong TOML ({detail})"),
    "unknown_key": Text("知らない名前です（{detail}）", "unknown key ({detail})"),
    "missing_key": Text("「{detail}」がありません", "'{detail}' is missing"),
    "wrong_value": Text("値が違います（{detail}）", "wrong value ({detail})"),
    "unknown_section": Text("「{detail}」という区切りがありません", "there is no section '{detail}'"),
    "missing_section": Text("区切り「{detail}」が要ります", "the section '{detail}' is needed"),
    "name_twice": Text("name「{detail}」が2つあります", "the name '{detail}' stands twice"),
    "empty_label": Text("「{detail}」の label が空です", "the label of '{detail}' is empty"),
    "unknown_field": Text("「{detail}」という項目がありません", "there is no field '{detail}'"),
    "unknown_axis": Text("「{detail}」という軸がありません", "there is no axis '{detail}'"),
    "unknown_question": Text("{detail}番の設問がありません", "there is no question {detail}"),
    "unknown_cell": Text("「{detail}」というマスがありません", "there is no cell '{detail}'"),
    "one_cost_table": Text('kind = "costs" の表は1つだけです', "there must be one table of costs"),
    "wrong_heading": Text(
        "「{detail}」: heading は年度のある表にだけ書きます", "'{detail}': heading goes with years"
    ),
    "wrong_rows": Text(
        "「{detail}」: 指標の表には slots を、ほかの表には rows を書きます",
        "'{detail}': indicators have slots, other tables have rows",
    ),
    "to_decide": Text("★の箇所が決まっていません（{detail}）", "★ is still to be decided ({detail})"),
    "two_leaves": Text("1つの枠に2つのものがあります（{detail}）", "two things in one box ({detail})"),
    "unknown_name": Text("様式にない名前です（{detail}）", "the form has no such name ({detail})"),
}
"""Why a form file is refused."""
