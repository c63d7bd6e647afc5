"""The masters: encodings, notations, what Excel does to codes, and where a master is wrong."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from evalxl import cli, identity, masters
from evalxl.masters import Masters, MastersError
from evalxl.rules import registry, sample
from evalxl.settings import Settings

PROJECTS = "project_name,department,division,account,kan,kou,moku,major,minor,contact\n"
ORGANIZATION = """部,課,開始年度,終了年度,引継先
総務部,情報政策課,,平成28年度,情報システム課
総務部,情報システム課,29,平成30,デジタル推進課
総務部,広報課,,H30,"デジタル推進課、市民課"
総務部,デジタル推進課,R1,,
市民部,市民課,2004,,
"""


def read(**files: str | bytes) -> Masters:
    return masters.parsed({f"{name}.csv": data for name, data in files.items()})


# ---- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_either_encoding_reads_the_same(encoding: str, newline: str) -> None:
    text = (PROJECTS + "見本事業,総務部,髙橋課①,1,2,3,4,5,6,見本 花子\n").replace("\n", newline)
    (project,) = read(projects=text.encode(encoding)).projects
    assert (project.name, project.division, project.contact) == ("見本事業", "髙橋課①", "見本 花子")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("年度,時間単価\n29,4077\n".encode("utf-16"), "UTF-16"),
        ("年度,時間単価\n29,4077\n".encode("euc_jp"), "EUC-JP"),
        ("年度,時間単価\n29,4077,部\n".encode("euc_jp"), "EUC-JP"),  # no Shift_JIS at all
        ("年度,時間単価\n29,4077\n".encode("iso2022_jp"), "ISO-2022-JP"),
        ("年度,時間単価\n平成二十九年度の単価です,".encode() + b"\xe3\x81\n", "0xE3"),
    ],
)
def test_another_encoding_is_told_and_never_read_as_rubbish(data: bytes, found: str) -> None:
    with pytest.raises(MastersError) as caught:
        read(rates=data)
    assert (caught.value.reason, caught.value.found) == ("encoding", found)
    assert caught.value.line >= 1


# ---- codes, years, amounts


def test_codes_get_back_the_zeros_that_excel_took_and_it_is_told() -> None:
    text = "level,code,parent,name\n政策,Ⅰ,,甲\n施策,5,I,乙\n施策,１０,Ⅰ,丙\n"
    text += "基本事業,12,5,丁\n基本事業,101,10,戊\n"
    found = read(policies=text)
    assert [aim.code for aim in found.aims] == ["I", "05", "10", "012", "101"]
    assert [aim.parent for aim in found.aims] == ["", "I", "I", "05", "10"]
    assert [(r.line, r.column, r.found, r.repaired) for r in found.repairs] == [
        (3, "code", "5", "05"), (5, "parent", "5", "05"), (5, "code", "12", "012"),
    ]  # fmt: skip
    assert [a.name for a in found.aims_of("measure", "０５", 2017)] == ["乙"]


def test_budget_codes_have_two_digits_even_where_all_of_them_lost_theirs() -> None:
    (project,) = read(projects=PROJECTS + "見本事業,総務部,総務課,1,2,3,4,5,6,\n").projects
    assert list(project.codes.values())[3:] == ["01", "02", "03", "04", "05", "06"]


@pytest.mark.parametrize("code", ["1.00E+05", "1月2日", "2-Jan", "2018/1/2"])
def test_a_code_that_excel_destroyed_is_an_error_at_its_place(code: str) -> None:
    with pytest.raises(MastersError) as caught:
        read(projects=PROJECTS + f"見本事業,総務部,総務課,1,2,3,4,5,6,\n乙,総務部,総務課,1,2,3,4,5,{code},\n")
    error = caught.value
    assert (error.file, error.line, error.column, error.reason) == ("projects.csv", 3, "minor", "mangled")
    assert code in error.message("ja")
    assert "line 3" in error.message("en")


@pytest.mark.parametrize("year", ["2017", "平成29", "平成29年度", "H29", "Ｈ２９年度", "29", "29年度"])
def test_years_may_be_typed_either_way(year: str) -> None:
    assert read(rates=f'年度,時間単価\n{year},"4,077円"\n').rates == {2017: 4077}


def test_rates_become_those_of_the_settings_and_c304_uses_them() -> None:
    config = Settings(rates={2015: 1, 2016: 3966}).beside(
        read(rates="fiscal_year,yen_per_hour\nH27,3920\n"), None
    )
    assert config.rates == {2015: 3920, 2016: 3966}
    found = {(f.code, f.year) for f in registry.check(sample.printed(), config) if f.code == "C304"}
    assert found == {("C304", 2015)}


def test_a_planned_year_may_be_reckoned_with_the_rate_that_was_known() -> None:
    hours = {"costs.work_hours.2018": 1000, "costs.labour_total.2018": 4077, "costs.grand_total.2018": 12977}
    record = sample.patched(hours)
    for rates, fires in (({2017: 4077, 2018: 4118}, False), ({2017: 4000, 2018: 4118}, True)):
        assert (
            any(f.year == 2018 for f in registry.check(record, Settings(rates=rates)) if f.code == "C304")
            == fires
        )


# ---- what is wrong, and where


@pytest.mark.parametrize(
    ("files", "place", "reason"),
    [
        ({"projects": "project_name,department\n"}, (1, "division"), "missing_column"),
        ({"projects": PROJECTS.replace("contact", "contcat")}, (1, "contcat"), "unknown_column"),
        ({"projects": "課,division,project_name\n"}, (1, "division"), "double_column"),
        ({"projects": PROJECTS + "\n甲,部\n"}, (3, "division"), "blank"),
        ({"projects": PROJECTS + "甲,部,課,1,2,3,4,5,6,7,8\n"}, (2, ""), "too_many"),
        ({"projects": PROJECTS + "甲,部,課\n甲,部,課\n"}, (3, "project_name"), "double"),
        ({"projects": PROJECTS + '甲,"部,課\n'}, (2, ""), "syntax"),
        ({"projects": ""}, (1, ""), "empty"),
        ({"policies": "level,code,parent,name\n章,1,,甲\n"}, (2, "level"), "level"),
        ({"policies": "level,code,parent,name\n政策,1,,甲\n施策,2,9,乙\n"}, (3, "parent"), "parent"),
        ({"organization": "部,課,開始年度\n甲,乙,平成\n"}, (2, "開始年度"), "year"),
        ({"organization": "部,課,開始年度,終了年度\n甲,乙,H30,H29\n"}, (2, "終了年度"), "period"),
        ({"organization": "部,課,引継先\n甲,乙,丙課\n甲,丁課,\n"}, (2, "引継先"), "successor"),
        ({"organization": "部,課,引継先\n甲,乙,丙\n丁,丙,\n戊,丙,\n"}, (2, "引継先"), "ambiguous"),
        ({"organization": "部,課,引継先\n甲,乙,丙\n甲,丙,乙\n"}, (2, "引継先"), "circle"),
        ({"accounts": "年度,会計,款,項,目,決算額\nH29,1,2,3,,5\n"}, (2, "目"), "blank"),
        ({"accounts": "年度,会計,款,項,目,決算額\nH29,1,2,3,4,多い\n"}, (2, "決算額"), "number"),
        ({"accounts": "年度,会計,款,項,目,決算額\n29,1,2,3,4,5\nH29,01,2,3,4,6\n"}, (3, "会計"), "double"),
        ({"rates": "年度,時間単価\n29,0\n"}, (2, "時間単価"), "number"),
        ({"rates": "年度,時間単価\n29,1\nH29,2\n"}, (3, "年度"), "double"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(
    files: dict[str, str], place: tuple[int, str], reason: str
) -> None:
    with pytest.raises(MastersError) as caught:
        read(**files)
    error = caught.value
    assert (error.line, error.column, error.reason) == (*place, reason)
    assert error.file == f"{next(iter(files))}.csv"
    for lang in ("ja", "en"):
        assert error.file in error.message(lang)
        assert "{" not in error.message(lang)


def test_columns_that_are_not_used_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A successor under a heading nobody knows would else be lost in silence, and with it the mapping."""
    (tmp_path / "organization.csv").write_text("部,課,開始年度,後任の課,備考\n総務部,総務課,H29,,\n", "cp932")
    (tmp_path / "rates.csv").write_text("年度,時間単価\nH29,4077\n", "utf-8")
    assert masters.load(tmp_path).unused == {"organization.csv": ["後任の課", "備考"]}
    cli.main(["validate", str(tmp_path), "--master", str(tmp_path)])
    told = capsys.readouterr().err
    assert "organization.csv: 使わない列があります（後任の課、備考）" in told
    assert "rates.csv: 使わない" not in told


def test_a_record_over_several_lines_is_told_by_its_first() -> None:
    text = 'project_name,division,contact\n甲,課,"見本\n花子"\n乙,,\n'
    with pytest.raises(MastersError) as caught:
        read(projects=text)
    assert (caught.value.line, caught.value.column) == (4, "division")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_wrong_master_ends_the_command_with_2_and_its_place(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rates.csv").write_text("年度,時間単価\nH29,高い\n", "utf-8")
    given = [
        "consolidate",
        "nowhere",
        "-o",
        str(tmp_path / "a.xlsx"),
        "--master",
        str(tmp_path),
        "--lang",
        lang,
    ]
    assert cli.main(given) == 2
    told = capsys.readouterr().err
    assert "rates.csv" in told
    assert ("2行目「時間単価」" if lang == "ja" else "line 2, column '時間単価'") in told
    assert not (tmp_path / "a.xlsx").exists()
    assert cli.main([*given[:5], str(tmp_path / "none"), "--lang", lang]) == 2
    (tmp_path / "rates.csv").rename(tmp_path / "rate.csv")
    assert cli.main(given) == 2
    assert "rates.csv" in capsys.readouterr().err


# ---- the organisation over the years


def test_sections_are_followed_over_renaming_merging_and_splitting() -> None:
    found = read(organization=ORGANIZATION)
    assert [u.division for u in found.units_of(2017)] == ["情報システム課", "広報課", "市民課"]
    assert [u.division for u in found.heirs(identity.section_key("総務部", "情報政策課"), 2017)] == [
        "情報システム課"
    ]
    assert [u.division for u in found.heirs(identity.section_key("総務部", "情報政策課"), 2019)] == [
        "デジタル推進課"
    ]
    assert [u.division for u in found.heirs(identity.section_key("総務部", "広報課"), 2019)] == [
        "デジタル推進課",
        "市民課",
    ]
    assert [(c.before, c.after, c.year, c.how) for c in found.changes()] == [
        ("総務部情報政策課", "総務部情報システム課", 2017, "renamed"),
        ("総務部情報システム課", "総務部デジタル推進課", 2019, "merged"),
        ("総務部広報課", "総務部デジタル推進課", 2019, "regrouped"),
        ("総務部広報課", "市民部市民課", 2004, "split"),
    ]


def test_masters_go_to_other_processes() -> None:
    found = read(organization=ORGANIZATION, projects=PROJECTS + "甲,総務部,情報システム課\n")
    wanted = identity.Identity("", "甲", ("総務部", "情報政策課"))
    assert found.project_of(wanted, 2017) is not None  # what was looked up stays behind
    again = pickle.loads(pickle.dumps(found))
    assert again.project_of(wanted, 2017).name == "甲"
    assert again.digest == found.digest


# ---- a project among others


def test_two_projects_of_the_same_name_are_told_apart() -> None:
    text = PROJECTS + "庶務事業,総務部,総務課,1,2,1,1,1,1,\n庶務事業,福祉部,福祉課,1,3,1,1,1,1,\n"
    found = read(projects=text)

    def line(section: tuple[str, str], *budget: str) -> int | None:
        own = found.project_of(identity.Identity("", "庶務事業", section, budget), 2017)
        return own.line if own else None

    assert line(("福祉部", "福祉課")) == 3
    assert line(("", ""), "1", "2", "1", "1", "1", "1") == 2
    assert line(("教育部", "学校課")) is None  # two of that name: never one by chance


def test_an_id_decides_over_names() -> None:
    found = read(projects="project_id,project_name,division\n0101,甲,総務課\n0102,乙,総務課\n")
    own = found.project_of(identity.Identity("102", "甲", ("", "総務課")), 2017)
    assert own is not None
    assert own.name == "乙"
    assert found.project_of(identity.Identity("999", "甲", ("", "総務課")), 2017) is None


# ---- H103 and H104


def fired(files: dict[str, str], patch: dict[str, object]) -> list[tuple[str, str | None]]:
    config = Settings().beside(read(**files), None)
    return [(f.code, f.field) for f in registry.check(sample.patched(patch), config)]


ACCOUNTS = """年度,会計,款,項,目,大事業,中事業,名称,決算額
H29,1,10,5,50,1,,電算総務管理事業,1
H28,1,1,1,1,1,1,甲,1
"""


def test_h103_tells_the_first_level_of_a_budget_that_is_not_there() -> None:
    assert fired({"accounts": ACCOUNTS}, {}) == []
    assert fired({"accounts": ACCOUNTS}, {"budget.major": "02"}) == [("H103", "budget.major")]
    assert fired({"accounts": ACCOUNTS}, {"budget.kou": "09"}) == [("H103", "budget.kou")]
    assert fired({"accounts": ACCOUNTS.replace("H29", "H27")}, {"budget.kou": "09"}) == []  # no such year


def test_h103_and_h104_follow_the_organisation_of_the_sheets_own_year() -> None:
    files = {"organization": ORGANIZATION}
    assert fired(files, {}) == []
    assert fired(files, {"division": "デジタル推進課"}) == [("H103", "division")]
    assert fired(files, {"division": "情報政策課"}) == [("H104", "division")]
    assert fired(files, {"department": "市民部"}) == [("H103", "department")]


def test_h104_names_what_the_master_calls_a_code() -> None:
    files = {"policies": "level,code,parent,name\n政策,I,,別の名前\n"}
    config = Settings().beside(read(**files), None)
    (finding,) = registry.check(sample.sample(), config)
    assert (finding.code, finding.field, finding.values["expected"]) == ("H104", "policy.name", "別の名前")
    projects = PROJECTS + "別の電算セキュリティ対策事業,総務部,情報システム課,1,10,5,50,1,1,\n"
    assert fired({"projects": projects}, {}) == [("H104", "project_name")]


def test_without_masters_the_sheet_of_2017_gives_what_it_gave() -> None:
    codes = {finding.code for finding in registry.check(sample.printed(), Settings().beside(None, None))}
    assert not codes & {"H103", "H104", "X804", "Y701", "Y702", "Y703", "Y704", "Y705"}


@pytest.mark.parametrize(
    ("groups", "year"),
    [
        ("総務部,情報課,情報G,2000,,\n", 2017),
        ("総務部,情報課,情報G,2000,,\n総務部,情報課,統計G,2010,,\n", 2017),
        ("総務部,情報課,庶務G,2000,2017,\n総務部,情報課,統計G,2010,,\n", 2018),
        ("総務部,情報課,庶務G,2000,2010,\n総務部,情報課,統計G,2011,,\n", 2018),
    ],
)
@pytest.mark.parametrize("named", ["総務部情報課", "情報課"])
@pytest.mark.parametrize("to_year", ["2016", ""])
def test_a_section_that_stands_there_by_its_groups_alone_is_a_successor(
    groups: str, year: int, named: str, to_year: str
) -> None:
    heads = "部,課,グループ,開始年度,終了年度,引継先\n"
    known = read(organization=f"{heads}{groups}総務部,旧情報課,,2000,{to_year},{named}\n")
    (heir,) = known.heirs(identity.section_key("総務部", "旧情報課"), year)
    assert (heir.department, heir.division) == ("総務部", "情報課")


def test_groups_of_two_sections_of_one_name_are_ambiguous() -> None:
    heads = "部,課,グループ,引継先\n"
    with pytest.raises(MastersError) as caught:
        read(organization=f"{heads}甲部,課,あ,\n乙部,課,い,\n乙部,旧課,,課\n")
    assert caught.value.reason == "ambiguous"
