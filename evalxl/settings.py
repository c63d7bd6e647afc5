"""evalxl.toml: what a city sets for itself. Wrong keys and values are errors that name the line.

::

    form = "unnan_2017"              # only where the form is not found by its labels
    master = 'マスター'              # what a command is given besides, unless its line says otherwise;
    previous = '前年度'              # seen from the folder of this file
    template = '様式.xlsx'           # the blank form as handed out, or a list of them (F006)

    [rules]
    off = ["T603"]                   # not run

    [rules.grade]
    C311 = "info"                    # another severity

    [thresholds]                     # the keys of `Thresholds`
    yoy_percent = 20

    [rates]                          # yen an hour, by fiscal year
    2017 = 4077

    [publish]
    leave_out = ["opinions"]         # fields that `publish` leaves out, besides personal ones
    title = "見本市の事務事業評価"   # on every page
    publisher = "見本市"             # who is to be named when the data are used
    licence = "CC BY 4.0"            # the default; licence_url leads to its text
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from evalxl import texts
from workbook import toml_lines
from workbook.errors import Refused

if TYPE_CHECKING:
    from evalxl.masters import Masters
    from evalxl.past import Previous
    from workbook.template import Template

Number = int | Decimal
Severity = Literal["error", "warning", "info"]
FILE_NAME = "evalxl.toml"


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The figures at which rules fire. Percentages are whole (30 is 30 %)."""

    rate_tolerance: Number = 1
    """C304: 千円 between 人件費 and hours × rate."""
    breakdown_tolerance: Number = 1
    """C305: 千円 a line of 事業費の内訳."""
    yen_factor: Number = 500
    """C306: so many times the neighbouring year is 円 typed as 千円."""
    yen_least: Number = 100_000
    """C306: a first year below this many 千円 may be a work that ended."""
    hours_per_person_warning: Number = 2000
    hours_per_person_error: Number = 2500
    """C308."""
    yoy_percent: Number = 30
    yoy_min_thousand_yen: Number = 500
    yoy_min_hours: Number = 100
    """C311: the change in percent, and its least size."""
    unit_cost_percent: Number = 50
    """C312."""
    indicator_fall_percent: Number = 95
    indicator_rise_factor: Number = 20
    """I210."""
    plan_over_percent: Number = 5
    """P516: the plan above the evaluated year."""
    tie_out_tolerance: Number = 1
    """X806: 千円 a project between its sheet and the accounts."""
    same_text_percent: Number = 95
    """Y702: how much of a text is last year's."""
    below_plan_warning: Number = 60
    below_plan_info: Number = 80
    """Y703: the result under so many percent of last year's plan."""
    lower_is_better: tuple[str, ...] = (
        "事故", "苦情", "滞納", "未納", "未収", "待機", "犯罪", "脅威", "被害", "死亡", "違反", "不法投棄",
        "発生件数", "赤字", "空き家", "ごみの排出", "ごみ排出",
    )  # fmt: skip
    higher_is_better: tuple[str, ...] = (
        "満足", "参加者", "受講者", "利用者", "来場者", "入館者", "受診率", "達成率", "加入率", "普及率",
        "収納率", "納付率", "合格", "就職",
    )  # fmt: skip
    """P517: words in the name of a 成果指標 that tell its good direction."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages for citizens say of themselves."""

    title: str = "事務事業評価"
    publisher: str = ""
    """Who publishes; empty: not named."""
    licence: str = "CC BY 4.0"
    licence_url: str = ""
    """Where the licence's text stands; empty for a licence that is not CC BY 4.0: no link."""


CC_BY = "https://creativecommons.org/licenses/by/4.0/deed.ja"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Rules switched off or regraded, thresholds, hourly rates. Made by `load`, or by hand in a program."""

    off: frozenset[str] = frozenset()
    grades: dict[str, Severity] = {}
    thresholds: Thresholds = Thresholds()
    rates: dict[int, Number] = {}
    """Yen an hour by fiscal year."""
    form: str | None = None
    master_folder: str | None = None
    """Where the masters are to be found."""
    previous_place: str | None = None
    """Where last year's sheets are to be found: a folder, a file or an address."""
    templates: tuple[Template, ...] = ()
    """The forms as they were handed out; sheets are compared with them (F006)."""
    leave_out: tuple[str, ...] = ()
    """Fields that `publish` leaves out, besides the form's personal ones."""
    site: Site = Site(licence_url=CC_BY)
    masters: Masters | None = None
    """The city's masters, where a run is given any; rules that need them are silent without."""
    previous: Previous | None = None
    """Last year's sheets, where a run is given them."""

    def beside(self, masters: Masters | None, previous: Previous | None) -> Settings:
        """These settings with what a run is given besides; rates.csv speaks for the years that it names."""
        rates = {**self.rates, **(masters.rates if masters else {})}
        return msgspec.structs.replace(self, masters=masters, previous=previous, rates=rates)

    def decisive(self) -> tuple[Any, ...]:
        """All that decides what the rules find, as plain values that can be encoded: for a hash."""
        own = msgspec.structs.replace(
            self, rates={}, masters=None, previous=None, master_folder=None, previous_place=None
        )
        beside = (self.masters.digest if self.masters else "", self.previous.digest if self.previous else "")
        return own, sorted(self.rates.items()), *beside

    def is_on(self, code: str) -> bool:
        """Whether the rule of that code is to be run."""
        return code not in self.off

    def severity(self, code: str) -> Severity | None:
        """The severity the city gave to that rule; None for the rule's own."""
        return self.grades.get(code)


_REASONS = {
    "unreadable": (
        "設定ファイルを読めません（{found}）。場所と名前を確かめてください",
        "the settings cannot be read ({found}); see to the place and the name",
    ),
    "encoding": (
        "文字コードがUTF-8ではありません。メモ帳で開き、UTF-8で保存し直してください",
        "not in UTF-8; open it in an editor and save it as UTF-8",
    ),
    "syntax": ("TOMLの書き方になっていません（{found}）", "not valid TOML ({found})"),
    "unknown_key": ("「{found}」という項目はありません", "there is no key '{found}'"),
    "unknown_code": ("「{found}」というルールはありません", "there is no rule '{found}'"),
    "unknown_form": ("「{found}」という様式はありません", "there is no form '{found}'"),
    "template_missing": (
        "様式のファイル「{found}」が見つかりません。場所と名前を確かめてください",
        "there is no form file '{found}'; see to the place and the name",
    ),
    "template_unreadable": (
        "様式のファイル「{found}」を読めません。Excelで開けるか確かめてください",
        "the form file '{found}' cannot be read; see whether Excel opens it",
    ),
    "template_locked": (
        "様式のファイル「{found}」はパスワードで保護されています。外して保存し直してください",
        "the form file '{found}' has a password; save it without",
    ),
    "template_unknown": (
        "「{found}」の中に様式が見つかりません。記入前の様式のファイルを指定してください",
        "no known form in '{found}'; name the file of the blank form",
    ),
    "wrong_value": ("「{key}」の値が正しくありません（{found}）", "wrong value of '{key}' ({found})"),
}
_EXPECTED = {
    "number": ("0以上の数値", "a number, 0 or more"),
    "rate": ("1時間当たりの円", "yen an hour"),
    "year": ("西暦4桁の年度 2017 = 4077", "a year in four digits: 2017 = 4077"),
    "severity": ("error・warning・infoのどれか", "error, warning or info"),
    "texts": ('文字の一覧 ["…"]', 'a list of texts ["…"]'),
    "text": ("文字", "a text"),
    "place": (r"フォルダーかファイルの場所 '\\サーバー\評価'", r"a folder or file '\\server\reviews'"),
    "templates": (
        '様式のファイル "様式.xlsx"、またはその一覧 ["…"]',
        'a file "form.xlsx" or a list of them ["…"]',
    ),
    "address": ("https:// で始まるアドレス", "an address that begins with https://"),
    "table": ("[{key}]の表", "a table [{key}]"),
    "form": ("{known}のどれか", "one of {known}"),
    "order": ("hours_per_person_warning ≦ hours_per_person_error",) * 2,
}


class SettingsError(Exception):
    """evalxl.toml is wrong: in ``file`` at ``line`` (0: as a whole), for ``reason`` (a word).

    ``key`` and ``found`` are what stands there, ``expected`` is a word for what should, ``nearest`` the
    right name that comes closest.
    """

    def __init__(
        self,
        file: str,
        line: int,
        reason: str,
        *,
        key: str = "",
        found: str = "",
        expected: str = "",
        nearest: str = "",
    ) -> None:
        super().__init__(file, line, reason)
        self.file = file
        self.line = line
        self.reason = reason
        self.key = key
        self.found = found
        self.expected = expected
        self.nearest = nearest

    def message(self, lang: str = "ja") -> str:
        """The error in words: file, line, what is wrong, what was probably meant."""
        i = 0 if lang == "ja" else 1
        text = _REASONS[self.reason][i].format(
            key=self.key, found=texts.os_words(self.found, "ja" if i == 0 else "en")
        )
        place = (f" の{self.line}行目", f", line {self.line}")[i] if self.line else ""
        parts = [f"{self.file}{place}: {text}"]
        if self.expected:
            known = ("、", ", ")[i].join(_forms()) if self.expected == "form" else ""
            expected = _EXPECTED[self.expected][i].format(key=self.key, known=known)
            parts.append((f"正しくは: {expected}", f"expected: {expected}")[i])
        if self.nearest:
            parts.append((f"「{self.nearest}」の誤りではありませんか", f"did you mean '{self.nearest}'?")[i])
        return ("。", "; ")[i].join(parts) + ("。", "")[i]

    def __str__(self) -> str:
        return self.message()


def find(folder: Path | str = ".") -> Path | None:
    """The evalxl.toml in ``folder`` or the nearest folder above it; None where there is none."""
    start = Path(folder).resolve()
    candidates = (parent / FILE_NAME for parent in (start, *start.parents))
    return next((path for path in candidates if path.is_file()), None)


def resolve(
    config: Path | str | None = None, folder: Path | str = ".", *, templates: bool = True
) -> Settings:
    """The settings of ``config``, else of the evalxl.toml found upwards from ``folder``, else the defaults.

    ``templates``: read the forms that it names, too; who reads no sheets needs none. Raises `SettingsError`
    when the file is wrong, or when ``config`` is given and cannot be read.
    """
    path = Path(config) if config is not None else find(folder)
    return load(path, templates=templates) if path else Settings()


def load(path: Path | str, *, templates: bool = True) -> Settings:
    """Read a settings file. Raises `SettingsError` with file, line and reason when it is wrong."""
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(str(path), 0, "unreadable", found=texts.os_error(error)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(str(path), line, "encoding") from None
    return parse(text, str(path), templates=templates)


def parse(text: str, name: str = FILE_NAME, *, templates: bool = True) -> Settings:
    """Settings from TOML text; ``name`` is the file's name for messages. Raises `SettingsError`."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        line = toml_lines.line_of_syntax_error(error, text)
        raise SettingsError(name, line, "syntax", found=toml_lines.shown(text, line)) from None
    return _Reader(text, name, templates=templates).settings(data)


class _Reader:
    """Turns the tables of one file into settings; knows the text, for the line numbers."""

    def __init__(self, text: str, name: str, *, templates: bool = True) -> None:
        self.text = text
        self.name = name
        self.reads_templates = templates

    def settings(self, data: Mapping[str, Any]) -> Settings:
        self.known(
            data, ("form", "master", "previous", "template", "rules", "thresholds", "rates", "publish"), ""
        )
        rules = self.table(data, "rules", ("off", "grade"))
        publish = self.table(data, "publish", ("leave_out", *Site.__struct_fields__))
        return Settings(
            off=frozenset(self.codes(self.texts(rules, "rules", "off"), "rules")),
            grades=self.grades(self.table(rules, "grade", None)),
            thresholds=self.thresholds(self.table(data, "thresholds", Thresholds.__struct_fields__)),
            rates=dict(self.rates(self.table(data, "rates", None))),
            form=self.form(data.get("form")),
            master_folder=self.place(data, "master"),
            previous_place=self.place(data, "previous"),
            templates=tuple(self.templates(data.get("template", []))),
            leave_out=self.texts(publish, "publish", "leave_out"),
            site=self.site({key: value for key, value in publish.items() if key != "leave_out"}),
        )

    def place(self, data: Mapping[str, Any], key: str) -> str | None:
        """A folder, a file or an address; seen from the folder that the settings stand in."""
        value = data.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.wrong("", key, value, "place")
        return value if "://" in value else str(Path(self.name).parent / value)

    def templates(self, value: Any) -> Iterator[Template]:
        """What the blank forms print; they are read here, once for a run."""
        places = [value] if isinstance(value, str) else value
        if not _fits(places, list[str]) or not all(map(str.strip, places)):
            raise self.wrong("", "template", value, "templates")
        for place in places if self.reads_templates else ():
            from workbook.read import read_templates  # only where there is one: it takes a while to load

            try:
                yield from read_templates(Path(self.name).parent / place)
            except Refused as refused:
                reason = {"F002": "template_locked", "F003": "template_unknown"}.get(refused.code)
                missing = refused.values.get("reason") == "missing"
                reason = reason or ("template_missing" if missing else "template_unreadable")
                raise self.error(reason, "", "template", place) from None

    def site(self, data: Mapping[str, Any]) -> Site:
        for key, value in data.items():
            if not isinstance(value, str) or (not value.strip() and key != "publisher"):
                raise self.wrong("publish", key, value, "text")
        address = data.get("licence_url")
        if address is not None and not re.match(r"https?://", address):
            raise self.wrong("publish", "licence_url", address, "address")
        default = CC_BY if data.get("licence", Site().licence) == Site().licence else ""
        return Site(**{"licence_url": default, **data})

    def table(self, data: Mapping[str, Any], key: str, names: Iterable[str] | None) -> Mapping[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong("", key, value, "table")
        if names is not None:
            self.known(value, names, key)
        return value

    def known(self, data: Mapping[str, Any], names: Iterable[str], table: str) -> None:
        for key in data:
            if key not in names:
                raise self.error("unknown_key", table, key, key, nearest=_nearest(key, names))

    def texts(self, data: Mapping[str, Any], table: str, key: str) -> tuple[str, ...]:
        value = data.get(key, [])
        if not _fits(value, list[str]):
            raise self.wrong(table, key, value, "texts")
        return tuple(value)

    def codes(self, codes: Iterable[str], table: str) -> Iterable[str]:
        from evalxl.rules import registry  # the registry imports this module

        declared = registry.load()
        for code in codes:
            if code not in declared:
                raise self.error("unknown_code", table, code, code, nearest=_nearest(code, declared))
            yield code

    def grades(self, data: Mapping[str, Any]) -> dict[str, Severity]:
        grades: dict[str, Severity] = {}
        for code in self.codes(data, "rules.grade"):
            if not _fits(data[code], Severity):
                raise self.wrong("rules.grade", code, data[code], "severity", get_args(Severity))
            grades[code] = data[code]
        return grades

    def thresholds(self, data: Mapping[str, Any]) -> Thresholds:
        for key, value in data.items():
            if key.endswith("_better"):
                self.texts(data, "thresholds", key)
            elif not _number(value) or value < 0:
                raise self.wrong("thresholds", key, value, "number")
        thresholds = msgspec.convert(dict(data), Thresholds)
        if thresholds.hours_per_person_error < thresholds.hours_per_person_warning:
            keys = ("hours_per_person_error", "hours_per_person_warning")
            key = next(key for key in keys if key in data)
            raise self.wrong("thresholds", key, data[key], "order")
        return thresholds

    def rates(self, data: Mapping[str, Any]) -> Iterable[tuple[int, Number]]:
        for key, value in data.items():
            if not re.fullmatch(r"(19|20)\d\d", key):
                raise self.error("unknown_key", "rates", key, key, expected="year")
            if not _number(value) or value <= 0:
                raise self.wrong("rates", key, value, "rate")
            yield int(key), value

    def form(self, form_id: Any) -> str | None:
        if form_id is None:
            return None
        if not isinstance(form_id, str):
            raise self.wrong("", "form", form_id, "text")
        if form_id not in _forms():
            nearest = _nearest(form_id, _forms())
            raise self.error("unknown_form", "", "form", form_id, "form", nearest)
        return form_id

    def wrong(
        self, table: str, key: str, value: Any, expected: str, known: Iterable[str] = ()
    ) -> SettingsError:
        return self.error("wrong_value", table, key, str(value), expected, _nearest(str(value), known))

    def error(
        self, reason: str, table: str, key: str, found: str, expected: str = "", nearest: str = ""
    ) -> SettingsError:
        line = self.line(table, key)
        return SettingsError(
            self.name, line, reason, key=key, found=found, expected=expected, nearest=nearest
        )

    def line(self, table: str, key: str) -> int:
        """The line of a key, however its table is written; of the table where the key stands in no line."""
        line = toml_lines.line_of(self.text, table or key, 0, key if table else "")
        named = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
        lines = self.text.splitlines()
        if named.search(lines[line - 1]):
            return line
        return next((n for n, text in enumerate(lines, 1) if named.search(text)), line)


def _forms() -> Sequence[str]:
    from workbook import form

    return form.ids()


def _nearest(key: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(key, sorted(known), 1, 0.5)
    return near[0] if near else ""


def _number(value: Any) -> bool:
    # msgspec would take the text "20" for a Decimal
    return not isinstance(value, bool) and isinstance(value, (int, Decimal)) and Decimal(value).is_finite()


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
