"""Pages for citizens: what they hold, what must never be in them, open data that re-adds, a real browser."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import time
from collections.abc import Sequence
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

import evalxl
from evalxl import cli, settings
from evalxl.pages import charts, gather, leaks, opendata, redaction, site, views, wording
from evalxl.pages.charts import Column, Series
from evalxl.results import FileResult
from evalxl.settings import Settings, SettingsError, Site
from tests.support import many
from tests.support.books import EVIL
from tests.support.browser import Watched
from tests.support.layouts import Style, write_book
from tests.support.records import sample
from workbook.folders import LIST, ForeignFilesError, replacing_folder
from workbook.record import Record

SCRIPT = "<script>alert('署名')</script>&amp;<img src=x onerror=alert(1)>"


def publish(
    results: Sequence[FileResult], folder: Path, *, leave_out: Sequence[str] = (), to: Site | None = None
) -> Path:
    gathered = gather.gather([gather.public(result, leave_out, "ja") for result in results])
    site.write(gathered, leave_out, to or Site(), folder)
    return folder


def evil(number: int) -> Record:
    text = f"{EVIL[number % len(EVIL)]} {SCRIPT}"
    return many.record(number).with_values({"project_name": text, "outline": text, "opinions": EVIL[0]})


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty projects of two evaluated years."""
    folder = tmp_path_factory.mktemp("public")
    results = many.results(60, 2017) + many.results(40, 2018)
    return publish(results, folder / "公表", to=Site(title="見本市の事務事業評価", publisher="見本市"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = [many.result(evil(number), f"{number}.xlsx") for number in range(len(EVIL))]
    return publish(results, tmp_path_factory.mktemp("hostile") / "site")


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader(io.StringIO((folder / "data" / f"{name}.csv").read_text(encoding="utf-8-sig")))
    )


# ---- what is in the folder ---------------------------------------------------------------------------------


def test_one_page_a_project_and_each_is_in_the_list(pages: Path) -> None:
    found = {path.name for path in (pages / "projects").iterdir()}
    linked = set(re.findall(r'href="projects/([^"]+)"', (pages / "index.html").read_text(encoding="utf-8")))
    assert len(found) == 60
    assert linked == found


def test_a_later_sheet_speaks_for_its_project(pages: Path) -> None:
    years = [row["fiscal_year"] for row in rows(pages, "projects")]
    assert (years.count("2018"), years.count("2017")) == (40, 20)
    assert "20件の事業は、平成30年度（2018年度）の評価シートがないため" in (pages / "index.html").read_text(
        encoding="utf-8"
    )


def test_every_link_leads_somewhere(pages: Path) -> None:
    for path in pages.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r'(?:href|src)="([^"#]+)[^"]*"', text):
            assert target.startswith("https://creativecommons.org/") or (path.parent / target).is_file(), (
                target
            )


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    results = many.results(8, 2017)
    first, second = publish(results, tmp_path / "a"), publish(results[::-1], tmp_path / "b")
    assert contents(first) == contents(second)


def test_nothing_of_the_files_themselves_is_told(tmp_path: Path) -> None:
    folder = publish([many.result(many.record(0), "総務部/行政太郎の控え.xlsx")], tmp_path / "site")
    assert not [name for name, data in contents(folder).items() if "行政太郎の控え".encode() in data]


# ---- personal data -----------------------------------------------------------------------------------------


def test_officials_names_and_phones_are_nowhere(tmp_path: Path) -> None:
    people = {
        "division_head": "見本 一郎",
        "contact_name": "架空 さくら",
        "phone": "0000-12-3456",
        "extension": "98706",
    }
    records = [many.record(number).with_values(people) for number in range(3)]
    folder = publish([many.result(r, f"{i}.xlsx") for i, r in enumerate(records)], tmp_path / "site")
    words = [word for value in people.values() for word in value.split()]
    for name, data in contents(folder).items():
        text = data.decode("utf-8")
        assert not [word for word in words if word in text], name
        for field in people:
            assert field not in text, name


@pytest.mark.parametrize(
    "name",
    ["opinions", "costs.labour_total", "judgements", "outcome_indicators", "measure.intent", "summary.text"],
)
def test_what_the_city_leaves_out_is_in_no_file(name: str, tmp_path: Path) -> None:
    record = many.record(0)
    marked = {
        k: "★消す★"
        for k, v in record.values.items()
        if isinstance(v, str) and redaction.is_left_out(k, [name])
    }
    record = record.with_values({**marked, "environment": "残す文章"})
    folder = publish([many.result(record, "a.xlsx")], tmp_path / "site", leave_out=[name])
    texts = {path: data.decode("utf-8") for path, data in contents(folder).items()}
    assert marked or name == "costs.labour_total"
    assert not [path for path, text in texts.items() if "★消す★" in text]
    assert any("残す文章" in text for text in texts.values())
    costs = {row["row"] for row in rows(folder, "costs") if row["amount"]}
    assert ("labour_total" in costs) == (name != "costs.labour_total")
    (project,) = json.loads(texts["data/projects.json"])["projects"]
    for part in name.split("."):
        project = project.get(part)
        if project is None:
            break
    assert project is None


LEAKS = {
    "phone": [
        "お問い合わせは0854-40-1000まで", "（0854）40－1000", "０９０‐１２３４‐５６７８", "連絡先 0854401000",
        "+81 854-40-1000", "電話 40-1000", "内線4700", "TEL：0854.40.1000", "0854/40/1014", "0854・40・1014",
        "連絡は0854-\n40-1014へ", "0854\n40\n1014", "090／1234／5678", "0000/12/3456", "0000-12-34\n56",
    ],
    "mail": [
        "mihon@example.jp へ", "ｍｉｈｏｎ＠example.co.jp", "foo(アット)example.jp",
        "foo［アットマーク］example.jp", "foo（at）example（ドット）jp",
    ],
    "number12": ["番号は123456789012です", "１２３４ ５６７８ ９０１２", "1234-5678-9012"],
    "name": [
        "見本一郎が担当した", "見本　一郎に聞く", "総務課見本さんの案", "担当：架空", "課長 見本まで",
        "架空さくら",
    ],
}  # fmt: skip
HARMLESS = [
    "見本市の職員等", "架空の事業", "平成29年度から2018年度まで", "8,652千円（前年度比1,314千円）",
    "01-10-05-50-01-01", "①0120件②0354件", "12,345,678,901,234円", "2017-2018年度",
    "参加者 1,974人、888台", "学校28校、児童1234567人", "https://www.example.jp/", "午前9:00-12:00",
    "見本林の手入れ", "0.123456789012", "電話相談 325件", "内線電話の更新", "2017/04/01", "29/04/01 10:00",
    "2017/04/01～2018/03/31", "平成30・31年度", "2015・2016・2017", "01/10/05/50/01/01", "01・10・05・50",
    "0.85 40 1014", "参加者\n1974\n888\n0", "05/10/2017", "10/100/1000", "00101\n00102\n00103", "（アット）",
    "見本地区の架空橋", "見本の職員", "12/3456",
]  # fmt: skip


def scanned(text: str) -> list[leaks.Leak]:
    record = redaction.redacted(many.record(0).with_values({"outline": text}), [])
    return leaks.scan([record], {"見本 一郎", "架空 さくら"}, {"0000-12-3456"})


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind in LEAKS for text in LEAKS[kind]])
def test_a_leak_is_found_with_its_place(kind: str, text: str) -> None:
    found = scanned(text)
    assert {leak.kind for leak in found} == {kind}
    assert {leak.field for leak in found} == {"outline"}
    assert all(leak.cell and leak.sheet and leak.found in leaks.plain(text) for leak in found)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_passes(text: str) -> None:
    assert scanned(text) == []


IN_CELLS = [
    ("山田太郎（内線213）", "山田太郎が担当した"), ("山田太郎（内線213）", "山田さんの案"),
    ("山田太郎・鈴木花子", "鈴木花子の案"), ("山田太郎・鈴木花子", "山田太郎"),
    ("山田　太郎／鈴木　花子", "鈴木花子"), ("山田　太郎／鈴木　花子", "山田さん"),
    ("主査　山田太郎", "山田太郎"), ("山田太郎課長", "山田太郎が"), ("山田太郎課長", "山田課長"),
    ("山田太郎\n鈴木花子", "鈴木花子"), ("山田\n太郎", "山田太郎"), ("山田太郎 鈴木花子", "鈴木花子"),
    ("山田副課長 鈴木主任", "鈴木さん"), ("グループリーダー 山田", "担当：山田"), ("長谷部 誠", "長谷部誠"),
    ("総務部 山田", "山田さん"), ("情報システム課長 山田 太郎 0854-40-1000", "山田太郎"),
    ("山田（やまだ）ほか2名", "課長　山田まで"), ("スミス、山田", "スミスに聞く"), ("阿部", "阿部さん"),
    ("見本リーダー", "見本リーダー"), ("渡部係長", "渡部係長"),
]  # fmt: skip
IN_CELLS_HARMLESS = [
    ("情報システム課長", "情報システム課長が説明した"), ("森・林", "森林の整備と林道"),
    ("ジョン・スミス", "バージョンアップ"), ("主査 山田太郎（係長）", "主査と係長が山田町で"),
    ("DX推進グループ", "DX推進グループのリーダー"), ("さくら", "さくら祭り"), ("－", "－"),
    ("阿部", "本部の職員"), ("課", "課の職員"),
    ("市民相談センター長", "市民相談センター長"), ("山田太郎（内線213）", "213人が内線を"),
    ("不在", "不在の職員"), ("山田太郎（40-1014）", "401014円、40 1014"),
]  # fmt: skip


def beside(cell: str, text: str) -> list[leaks.Leak]:
    """What is found in a text where the field for a name holds ``cell``."""
    said = {"contact_name": cell, "outline": text, "division": "情報システム課", "division_head": None}
    record = many.record(0).with_values(said)
    return leaks.scan([redaction.redacted(record, [])], leaks.names(record), leaks.phones(record))


@pytest.mark.parametrize(("cell", "text"), IN_CELLS)
def test_a_name_is_known_however_its_cell_is_written(cell: str, text: str) -> None:
    assert {(leak.kind, leak.field) for leak in beside(cell, text)} == {("name", "outline")}


@pytest.mark.parametrize(("cell", "text"), IN_CELLS_HARMLESS)
def test_words_like_what_such_a_cell_holds_pass(cell: str, text: str) -> None:
    assert beside(cell, text) == []


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("山田（0854-40-1014、内線213）", "0854 (40) 1014"), ("山田 40-1014", "40/1014"),
        ("0854-40-1014／0854-40-1015", "0854401015"), ("0854-40-1014 40-1015", "40・1015"),
    ],
)  # fmt: skip
def test_a_number_is_known_however_its_cell_is_written(cell: str, text: str) -> None:
    assert {(leak.kind, leak.field) for leak in beside(cell, text)} == {("phone", "outline")}


@pytest.mark.parametrize("part", ["内線", "0", "0 ", "課長", "(", "山 ", "ァ", "-", "　", "foo@"])
def test_a_long_text_takes_no_longer_than_it_is_long(part: str) -> None:
    text = part * (32_000 // len(part))
    started = time.process_time()
    beside(text, text)
    assert time.process_time() - started < 5


def test_twelve_digits_as_a_figure_are_found_but_large_money_is_not() -> None:
    record = many.record(0).with_values({
        "activity_indicators.ア.values.2017": 123456789012, "costs.general.2017": 123456789012,
    })  # fmt: skip
    record = redaction.redacted(record, [])
    assert [leak.field for leak in leaks.scan([record], (), ())] == ["activity_indicators.ア.values.2017"]


def test_an_office_in_the_place_of_a_name_is_no_name() -> None:
    record = many.record(0).with_values({"contact_name": "情報システム課", "division_head": "見本 一郎"})
    assert leaks.names(record) == {"見本 一郎"}


# ---- the command -------------------------------------------------------------------------------------------


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    write_book(tmp_path / "in" / "電算.xlsx", [sample()], Style())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def leaking(books: Path) -> None:
    record: dict[str, Any] = copy.deepcopy(sample())
    record["project_name"] = "ほかの事業"
    record["outline"] = "詳しくは架空さくら（0854-40-1000）まで"
    write_book(books / "in" / "漏れ.xlsx", [record], Style(), seed=1)


def test_a_name_with_its_extension_stops_the_command(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record: dict[str, Any] = copy.deepcopy(sample())
    record |= {"project_name": "ほかの事業", "contact_name": "山田太郎（内線213）", "outline": "山田太郎まで"}
    write_book(books / "in" / "漏れ.xlsx", [record], Style(), seed=1)
    assert cli.main(["publish", "in", "-o", "公表"]) == 1
    assert "職員の氏名「山田太郎」があります" in capsys.readouterr().out
    assert not (books / "公表").exists()


def test_the_command_writes_the_site(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["publish", "in", "-o", "公表", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["published"], data["projects"], data["leaks"], data["refused"]) == (True, 1, [], [])
    assert (books / "公表" / "index.html").is_file()


def test_a_double_submission_is_told_on_the_first_page(tmp_path: Path) -> None:
    publish([many.result(many.record(n), f"{i}.xlsx") for i, n in enumerate((3, 3, 5))], tmp_path)
    first = (tmp_path / "index.html").read_text("utf-8")
    name = many.record(3).text("project_name")
    assert f"それぞれ数えている事業があります：{name}</p>" in first
    assert many.record(5).text("project_name") not in first.split('class="note"')[1].split("</p>")[0]


def test_masters_name_sections_and_measures(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A section that was renamed, a measure of which people write only the code: one name on all pages."""
    master = books / "マスター"
    master.mkdir()
    record = sample()
    code = record["measure"]["code"]
    (master / "policies.csv").write_text(
        f"階層,コード,上位,名称\n施策,{code},,新しい施策の名前\n", encoding="cp932"
    )
    (master / "organization.csv").write_text(
        f"部,課,開始年度,終了年度,引継先\n{record['department']},{record['division']},,28,企画部デジタル課\n"
        "企画部,デジタル課,29,,\n",
        encoding="utf-8-sig",
    )
    assert cli.main(["publish", "in", "-o", "公表", "--master", "マスター", "--json"]) == 0
    capsys.readouterr()
    (page,) = (books / "公表").rglob("p*.html")
    for text in (
        page.read_text("utf-8"),
        *(f.read_text("utf-8-sig") for f in (books / "公表").rglob("*.csv")),
    ):
        if code in text and "公表" not in text[:20]:
            assert record["division"] not in text
    shown = page.read_text("utf-8")
    assert "デジタル課" in shown
    assert "新しい施策の名前" in shown
    assert record["measure"]["name"] not in shown
    assert evalxl.publish("in", "別", master=master)["published"]


def test_a_leak_stops_everything_and_the_old_site_stays(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["publish", "in", "-o", "公表"]) == 0
    before = contents(books / "公表")
    leaking(books)
    capsys.readouterr()
    assert cli.main(["publish", "in", "-o", "公表"]) == 1
    told = capsys.readouterr().out
    assert contents(books / "公表") == before
    assert re.search(r"漏れ\.xlsx › .+![A-Z]+\d+\n", told)
    for words in ("「0854-40-1000」", "「架空さくら」", "直し方: 番号を消し", "何も書き出していません"):
        assert words in told
    assert cli.main(["publish", "in", "-o", "新しい", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert not (books / "新しい").exists()
    assert {leak["kind"] for leak in data["leaks"]} == {"phone", "name"}
    assert all(leak.keys() >= {"file", "sheet", "cell", "message", "hint"} for leak in data["leaks"])
    assert not list(books.glob(".~*"))


def test_refused_files_are_told_and_the_rest_is_published(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (books / "in" / "壊れた.xlsx").write_bytes(b"no workbook")
    assert cli.main(["publish", "in", "-o", "公表"]) == 1
    assert "壊れた.xlsx" in capsys.readouterr().out
    assert (books / "公表" / "index.html").is_file()


def test_a_folder_with_other_files_is_left_alone(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (books / "大切").mkdir()
    (books / "大切" / "台帳.txt").write_text("消さないで", encoding="utf-8")
    assert cli.main(["publish", "in", "-o", "大切"]) == 2
    assert "台帳.txt" in capsys.readouterr().err
    assert contents(books / "大切") == {"台帳.txt": "消さないで".encode()}


def test_a_file_added_to_the_site_keeps_it_from_being_replaced(tmp_path: Path) -> None:
    folder = publish(many.results(2, 2017), tmp_path / "site")
    publish(many.results(3, 2017), folder)
    assert len(list((folder / "projects").iterdir())) == 3
    (folder / "logo.png").write_bytes(b"png")
    with pytest.raises(ForeignFilesError):
        publish(many.results(2, 2017), folder)
    assert (folder / "logo.png").is_file()


def test_an_error_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    def half() -> None:
        with replacing_folder(tmp_path / "site") as folder:
            (folder / "half").write_text("x", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_no_form_has_stops_before_anything_is_published(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (books / "evalxl.toml").write_text('[publish]\nleave_out = ["opinion"]\n', encoding="utf-8")
    assert cli.main(["publish", "in", "-o", "公表"]) == 2
    told = capsys.readouterr().err
    assert "「opinion」" in told
    assert "opinions" in told
    assert not (books / "公表").exists()


def test_the_library_function_gives_the_same(books: Path) -> None:
    (books / "evalxl.toml").write_text('[publish]\ntitle = "見本市の評価"\n', encoding="utf-8")
    data = evalxl.publish("in", "公表")
    assert data["published"]
    assert "見本市の評価" in (books / "公表" / "index.html").read_text(encoding="utf-8")


# ---- settings ----------------------------------------------------------------------------------------------


def test_the_licence_comes_from_the_settings() -> None:
    assert Settings().site.licence == "CC BY 4.0"
    assert Settings().site.licence_url.startswith("https://creativecommons.org/licenses/by/4.0/")
    found = settings.parse('[publish]\nlicence = "市の利用規約"\npublisher = "見本市"\n').site
    assert (found.licence, found.licence_url, found.publisher) == ("市の利用規約", "", "見本市")


@pytest.mark.parametrize(
    "line", ['titel = "a"', "title = 3", 'title = ""', 'licence_url = "javascript:alert(1)"']
)
def test_wrong_settings_of_the_site_name_their_line(line: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings.parse(f"[publish]\n{line}\n")
    assert error.value.line == 2


# ---- open data ---------------------------------------------------------------------------------------------


def test_the_figures_of_the_first_page_are_the_sums_of_the_open_data(pages: Path) -> None:
    text = (pages / "index.html").read_text(encoding="utf-8")
    for row, label in (("project_total", "事業費計(A)"), ("grand_total", "トータルコスト(A)+(B)")):
        amounts = [r["amount"] for r in rows(pages, "costs") if (r["row"], r["fiscal_year"]) == (row, "2018")]
        total = sum(Decimal(amount) for amount in amounts if amount)
        shown = re.search(rf"<dt>{re.escape(label)}</dt><dd><b>([^<]+)<i>", text)
        assert shown
        assert shown[1] == wording.money(total)
        assert total > 0


def test_csv_and_json_say_the_same(pages: Path) -> None:
    whole = json.loads((pages / "data" / "projects.json").read_text(encoding="utf-8"))
    assert (whole["licence"], whole["publisher"], len(whole["projects"])) == ("CC BY 4.0", "見本市", 60)
    by_id = {project["project"]: project for project in whole["projects"]}
    for row in rows(pages, "costs"):
        amount = by_id[row["project"]]["costs"][row["row"]][row["fiscal_year"]]
        assert (None if row["amount"] == "" else Decimal(row["amount"])) == (
            None if amount is None else Decimal(str(amount))
        )
    for project in rows(pages, "projects"):
        assert (pages / "projects" / f"{project['project']}.html").is_file()


def test_the_dictionary_explains_every_column(pages: Path) -> None:
    entries = {(row["table"], row["name"]): row for row in rows(pages, "dictionary")}
    for table in opendata.NAMES:
        columns = set(rows(pages, table)[0])
        assert {name for of, name in entries if of == table} == columns
        assert not columns & {"file", "sheet", "cell", "phone", "extension", "contact_name", "division_head"}
    assert all(row["meaning"] and row["type"] for row in entries.values())


def test_formulas_stay_text_in_the_open_data(hostile: Path) -> None:
    for name in opendata.NAMES:
        for row in rows(hostile, name):
            assert not [value for value in row.values() if value.startswith(("=", "+", "@", "-1+"))]


# ---- figures and charts ------------------------------------------------------------------------------------


def columns(count: int = 3) -> list[Column]:
    return [Column(f"{2016 + i}", f"H{28 + i}", 2016 + i, "決算", i == count - 1) for i in range(count)]


def test_a_chart_says_its_figures_in_words() -> None:
    text = charts.stacked("c", "推移", "千円", columns(), [Series("一般財源", 1, [1500, None, 2000])])
    assert 'role="img" aria-labelledby="c-t c-d"' in text
    assert '<title id="c-t">推移</title>' in text
    assert "2016（決算） 計1,500千円" in text
    assert text.count("<rect") == 2
    assert 's1 planned"' in text


def test_years_of_labels_bear_their_era_and_indicators_have_results() -> None:
    (result,) = many.results(1, 2018)
    (project,) = gather.gather([gather.public(result, (), "ja")]).projects
    view = views.project(project)
    labels = [label for label, _ in view.texts]
    assert any("平成30年度実績" in label for label in labels)
    assert any("令和元年度計画" in label for label in labels)
    charts = [indicator.chart for _, found in view.indicators for indicator in found]
    assert charts
    assert not any("決算" in chart for chart in charts)
    assert "平成30年度（2018年度）（実績）" in charts[0]


def test_bars_are_as_long_as_their_figures() -> None:
    text = charts.bars("b", "件数", "件", [("甲", 10), ("乙", 5), ("丙", 0)])
    lengths = [float(width) for width in re.findall(r'<rect[^>]*width="([\d.]+)"', text)]
    assert lengths[0] == 2 * lengths[1]
    assert lengths[2] == 0


def test_stacks_are_as_high_as_their_sums_also_below_zero() -> None:
    text = charts.stacked(
        "c", "t", "千円", columns(2), [Series("甲", 1, [300, -100]), Series("乙", 2, [100, -100])]
    )
    heights = [float(height) for height in re.findall(r'<rect[^>]*height="([\d.]+)"', text)]
    assert heights[0] == pytest.approx(3 * heights[1], rel=0.01)
    assert heights[2] == pytest.approx(heights[3], rel=0.01)
    assert "▲200" in text


def test_nothing_to_draw_is_no_chart() -> None:
    assert charts.stacked("c", "t", "千円", columns(), [Series("甲", 1, [None, 0, None])]) == ""
    assert charts.small("c", "t", "", columns(), [None, None, None]) == ""
    assert charts.bars("c", "t", "", []) == ""


def test_names_in_charts_are_escaped() -> None:
    text = charts.bars("b", SCRIPT, "件", [(SCRIPT, 1)])
    assert "<script" not in text
    assert "<img" not in text


def test_a_blank_cost_is_told_as_blank_on_the_page() -> None:
    record = many.record(0).with_values({f"costs.{row}.2017": None for row in ("project_total", "general")})
    gathered = gather.gather([gather.public(many.result(record, "a.xlsx"), (), "ja")])
    view = views.project(gathered.projects[0])
    before = record.cost("project_total", 2016)
    assert (view.cost, view.cost_words, view.rate_words) == (None, "－", "皆減")
    assert before is not None
    assert view.change == -before


def test_changes_of_the_parts_add_up_to_that_of_the_whole_where_a_year_is_blank() -> None:
    """A source that is new, one that ended, and a project without a year before."""
    parts = {
        "national": (None, 120),
        "prefectural": (30, None),
        "general": (70, 80),
        "project_total": (100, 200),
    }
    changed = {
        f"costs.{row}.{2016 + i}": value for row, pair in parts.items() for i, value in enumerate(pair)
    }
    changed |= dict.fromkeys([f"costs.{row}.{year}" for row in ("bonds", "other") for year in (2016, 2017)])
    new = dict.fromkeys(f"costs.{row}.2016" for row in (*many.SOURCES, "project_total"))
    sheets = [many.record(0).with_values(changed), many.record(1).with_values(new)]
    gathered = gather.gather(
        [gather.public(many.result(sheet, f"{i}.xlsx"), (), "ja") for i, sheet in enumerate(sheets)]
    )
    lines = [line for project in gathered.projects for line in views.project(project).costs]
    whole = {line.label: line for line in views.overview(gathered).lines}
    found = {line.label: (line.change, line.rate) for line in views.project(gathered.projects[0]).costs}
    assert found["国庫支出金"] == ("120", "皆増")
    assert found["県支出金"] == ("▲30", "皆減")
    assert sum(number(line) for line in lines if line.indent) == number(whole["事業費計(A)"])
    assert sum(number(line) for line in lines if line.label == "事業費計(A)") == number(whole["事業費計(A)"])


def number(line: views.Line) -> Decimal:
    """The change of a line as printed; － is nothing."""
    return Decimal(line.change.replace("－", "0").replace("▲", "-").replace(",", ""))


class Outline(HTMLParser):
    """Headings, images' names and labels of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.problems: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [value for name, value in attrs if name == "id" and value]
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "svg" and not found.get("aria-labelledby") and found.get("class") != "key":
            self.problems.append("svg without a name")
        if tag == "th" and "scope" not in found:
            self.problems.append("th without scope")
        if any(name.startswith("on") or name == "style" for name in found):
            self.problems.append(f"{tag} with code in it")


def test_headings_names_and_ids_are_in_order(pages: Path) -> None:
    for path in [pages / "index.html", pages / "data.html", *list((pages / "projects").iterdir())[:5]]:
        text = path.read_text(encoding="utf-8")
        outline = Outline(text)
        assert text.startswith('<!doctype html>\n<html lang="ja">')
        assert outline.levels[0] == 1
        assert outline.levels.count(1) == 1
        assert all(b - a <= 1 for a, b in zip(outline.levels, outline.levels[1:], strict=False))
        assert outline.problems == []
        assert len(set(outline.ids)) == len(outline.ids)


# ---- in a browser ------------------------------------------------------------------------------------------


def shown(watched: Watched) -> list[str]:
    return watched.page.locator("#projects tbody tr:visible a").all_inner_texts()


def test_search_filters_and_order_work(pages: Path, desk: BrowserContext) -> None:
    watched = Watched(desk, pages / "index.html")
    page = watched.page
    assert len(shown(watched)) == 50
    expect(page.locator("#found")).to_have_text(re.compile(r"^60件の事業（事業費の合計 [\d,.]+千円）$"))
    page.get_by_role("button", name="続きを表示").click()
    assert len(shown(watched)) == 60
    assert page.evaluate("document.activeElement.closest('#projects') !== null")
    section = rows(pages, "projects")[0]
    whole = f"{section['department']}/{section['division']}"
    page.get_by_label("部・課").select_option(whole)
    wanted = [
        r["project_name"] for r in rows(pages, "projects") if f"{r['department']}/{r['division']}" == whole
    ]
    assert sorted(shown(watched)) == sorted(wanted)
    page.get_by_label("並べ替え").select_option("cost")
    costs = {
        r["project"]: r["amount"]
        for r in rows(pages, "costs")
        if r["row"] == "project_total" and r["fiscal_year"] == r["evaluated_year"]
    }
    order = [
        Decimal(costs[row.get_attribute("data-id") or ""])
        for row in page.locator("#projects tbody tr:visible").all()
    ]
    assert order == sorted(order, reverse=True)
    page.get_by_role("button", name="条件を消す").click()
    expect(page.locator("#projects tbody tr:visible")).to_have_count(50)  # cleared after the click
    assert watched.complaints == []


@pytest.mark.parametrize("typed", ["その7", "ソノ７", "  その７　事業 "])
def test_words_are_found_whatever_their_width_and_kana(typed: str, pages: Path, desk: BrowserContext) -> None:
    watched = Watched(desk, pages / "index.html")
    watched.page.get_by_label("ことば").fill(typed)
    found = shown(watched)
    assert found
    assert all("その7" in name for name in found)
    assert [n for n in (r["project_name"] for r in rows(pages, "projects")) if "その7" in n] != []


def test_words_that_are_nowhere_find_nothing_and_say_so(pages: Path, desk: BrowserContext) -> None:
    watched = Watched(desk, pages / "index.html")
    watched.page.get_by_label("ことば").fill("そんな事業はない")
    assert shown(watched) == []
    expect(watched.page.locator("#none")).to_be_visible()
    expect(watched.page.locator("#found")).to_have_text("0件の事業（事業費の合計 0千円）")


def test_what_is_chosen_stands_in_the_address(pages: Path, desk: BrowserContext) -> None:
    first = Watched(desk, pages / "index.html")
    direction = first.page.get_by_label("今後の方向性", exact=True).locator("option").nth(1).inner_text()
    first.page.get_by_label("今後の方向性", exact=True).select_option(direction)
    again = Watched(desk, pages / "index.html", "#" + first.page.url.partition("#")[2])
    assert shown(again) == shown(first) != []
    expect(again.page.get_by_label("今後の方向性", exact=True)).to_have_value(direction)


def test_a_measure_leads_back_to_its_list(pages: Path, desk: BrowserContext) -> None:
    project = rows(pages, "projects")[0]
    watched = Watched(desk, pages / "projects" / f"{project['project']}.html")
    watched.page.locator(".crumbs a").nth(1).click()
    watched.page.wait_for_url(re.compile("/index.html#measure="))
    wanted = [
        r["project_name"] for r in rows(pages, "projects") if r["measure_code"] == project["measure_code"]
    ]
    assert sorted(shown(watched)) == sorted(wanted)


def test_the_keyboard_is_enough(pages: Path, desk: BrowserContext) -> None:
    watched = Watched(desk, pages / "index.html")
    page = watched.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文へ移動")).to_be_focused()
    expect(page.get_by_role("link", name="本文へ移動")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    for _ in range(20):
        if page.evaluate("document.activeElement.id") == "words":
            break
        page.keyboard.press("Tab")
    expect(page.get_by_label("ことば")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type("その7")
    name = shown(watched)[0]
    for _ in range(10):
        if page.evaluate("document.activeElement.closest('#projects') !== null"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.parametrize("name", ["index.html", "data.html", "project"])
def test_a_phone_needs_no_scrolling_aside(name: str, pages: Path, phone: BrowserContext) -> None:
    path = next((pages / "projects").iterdir()) if name == "project" else pages / name
    page = Watched(phone, path).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.evaluate(
        "[...document.querySelectorAll('svg.chart:not(.key) text')].filter("
        "t => parseFloat(getComputedStyle(t).fontSize) * t.getCTM().a < 9).map(t => t.textContent)"
    )
    assert small == []


def test_nothing_is_asked_of_the_network(pages: Path, desk: BrowserContext) -> None:
    for path in (pages / "index.html", pages / "data.html", next((pages / "projects").iterdir())):
        watched = Watched(desk, path)
        watched.page.wait_for_load_state("networkidle")
        assert len(watched.requests) >= 2  # the page and its stylesheet
        assert [url for url in watched.requests if not url.startswith("file:")] == []
        assert watched.complaints == []


def test_charts_are_drawn_and_named(pages: Path, desk: BrowserContext) -> None:
    page = Watched(desk, pages / "index.html").page
    chart = page.get_by_role("img", name="事業費の推移（財源別）")
    expect(chart).to_be_visible()
    box = chart.locator("rect").first.bounding_box()
    assert box
    assert box["height"] > 10
    colour = chart.locator("rect.s1").first.evaluate("r => getComputedStyle(r).fill")
    assert colour not in ("rgb(0, 0, 0)", "none")


def test_texts_stay_texts_in_the_browser(hostile: Path, desk: BrowserContext) -> None:
    watched = Watched(desk, hostile / "index.html")
    names = shown(watched)
    assert len(names) == len(EVIL)
    assert all(SCRIPT in name for name in names)
    watched.page.locator("#projects a").first.click()
    expect(watched.page.get_by_role("heading", level=1)).to_contain_text(SCRIPT)
    assert watched.page.locator("main script, main img").count() == 0
    assert watched.complaints == []


def test_without_scripts_the_whole_list_is_there(pages: Path, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((pages / "index.html").as_uri())
    assert page.locator("#projects tbody tr:visible").count() == 60
    assert not page.locator("#filter").is_visible()
    context.close()


def test_the_list_of_own_files_is_complete(pages: Path) -> None:
    assert json.loads((pages / LIST).read_text(encoding="utf-8")) == sorted(set(contents(pages)) - {LIST})
