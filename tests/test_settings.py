"""evalxl.toml: what it sets, where it is found, and what is said of a wrong one."""

from __future__ import annotations

import pickle
from decimal import Decimal
from pathlib import Path

import pytest

from evalxl import settings
from evalxl.rules import registry, sample
from evalxl.settings import Settings, SettingsError, Thresholds

FULL = """
form = "unnan_2017"

[rules]
off = ["T603", "I209"]

[rules.grade]
C311 = "info"

[thresholds]
yoy_percent = 20.5
lower_is_better = ["待ち時間"]

[rates]
2017 = 4077
2016 = 3966.5

[publish]
leave_out = ["phone"]
"""


def test_a_full_file_sets_everything() -> None:
    found = settings.parse(FULL)
    assert found == Settings(
        off=frozenset({"T603", "I209"}),
        grades={"C311": "info"},
        thresholds=Thresholds(yoy_percent=Decimal("20.5"), lower_is_better=("待ち時間",)),
        rates={2017: 4077, 2016: Decimal("3966.5")},
        form="unnan_2017",
        leave_out=("phone",),
    )
    assert pickle.loads(pickle.dumps(found)) == found


def test_an_empty_file_is_the_defaults() -> None:
    assert settings.parse("") == Settings()


def test_the_file_is_found_upwards(tmp_path: Path) -> None:
    inner = tmp_path / "2017" / "総務部"
    inner.mkdir(parents=True)
    (tmp_path / settings.FILE_NAME).write_text("[rates]\n2017 = 4077\n", encoding="utf-8")
    assert settings.find(inner) == (tmp_path / settings.FILE_NAME).resolve()
    assert settings.resolve(folder=inner).rates == {2017: 4077}
    (inner / settings.FILE_NAME).write_text("[rates]\n2017 = 4000\n", encoding="utf-8-sig")
    assert settings.resolve(folder=inner).rates == {2017: 4000}
    assert settings.resolve(tmp_path / settings.FILE_NAME, inner).rates == {2017: 4077}


def test_a_file_that_is_named_must_be_readable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.resolve(tmp_path / "absent.toml")
    assert caught.value.reason == "unreadable"
    wrong = tmp_path / "cp932.toml"
    wrong.write_bytes("\n# 単価\n".encode("cp932"))
    with pytest.raises(SettingsError) as caught:
        settings.resolve(wrong)
    assert (caught.value.reason, caught.value.line) == ("encoding", 2)


@pytest.mark.parametrize(
    ("text", "line", "reason", "nearest"),
    [
        ("[rulez]\noff = []", 1, "unknown_key", "rules"),
        ("\n[rules]\nof = []", 3, "unknown_key", "off"),
        ("rules = { offf = [] }", 1, "unknown_key", "off"),
        ('[rules]\noff = [\n "T603",\n "C3100"]', 4, "unknown_code", "C310"),
        ("[rules]\noff = 3", 2, "wrong_value", ""),
        ('[rules.grade]\nC302 = "error"\nC311 = "inf"', 3, "wrong_value", "info"),
        ('[rules.grade]\nC302 = "error"\nC3111 = "info"', 3, "unknown_code", "C311"),
        ("[thresholds]\n\nyoy_percnt = 20", 3, "unknown_key", "yoy_percent"),
        ('[thresholds]\nyoy_percent = "20"', 2, "wrong_value", ""),
        ("[thresholds]\nyoy_percent = -1", 2, "wrong_value", ""),
        ("[thresholds]\nyoy_percent = nan", 2, "wrong_value", ""),
        ("thresholds.yoy_percent = true", 1, "wrong_value", ""),
        ("[thresholds]\nlower_is_better = [1]", 2, "wrong_value", ""),
        ("[thresholds]\nhours_per_person_warning = 3000", 2, "wrong_value", ""),
        ("[rates]\n2017 = 4077\nH29 = 4077", 3, "unknown_key", ""),
        ("[rates]\n2017 = 0", 2, "wrong_value", ""),
        ("rates = 4077", 1, "wrong_value", ""),
        ('form = "unnan_2071"', 1, "unknown_form", "unnan_2017"),
        ("form = 2017", 1, "wrong_value", ""),
        ('[publish]\nleave_out = "phone"', 2, "wrong_value", ""),
        ("[rates]\n2017 = ", 2, "syntax", ""),
    ],
)
def test_a_wrong_file_names_line_and_nearest_name(text: str, line: int, reason: str, nearest: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.parse(text, "evalxl.toml")
    error = caught.value
    assert (error.line, error.reason, error.nearest) == (line, reason, nearest)
    for message in (error.message("ja"), error.message("en")):
        assert "evalxl.toml" in message
        assert str(line) in message
        assert nearest in message
    assert error.message("ja") != error.message("en")


def test_rules_are_switched_off_and_regraded() -> None:
    record = sample.printed()
    plain = registry.check(record, Settings())
    off = registry.check(record, settings.parse('[rules]\noff = ["C311"]'))
    assert [f for f in plain if f.code != "C311"] == off
    regraded = registry.check(record, settings.parse('[rules.grade]\nC311 = "info"'))
    assert {f.severity for f in regraded if f.code == "C311"} == {"info"}


def test_a_grade_beats_the_severity_of_a_single_hit() -> None:
    record = sample.patched({"costs.staff_count.2015": Decimal("0.1")})
    assert [f.severity for f in registry.check(record, Settings())] == ["error"]
    graded = registry.check(record, Settings(grades={"C308": "info"}))
    assert [f.severity for f in graded] == ["info"]


@pytest.mark.parametrize(
    ("key", "value", "fires"),
    [
        ("yoy_percent", 17, "C311"),
        ("indicator_fall_percent", 5, "I210"),
        ("plan_over_percent", 2, "P516"),
        ("hours_per_person_warning", 100, "C308"),
        ("unit_cost_percent", 15, "C312"),
    ],
)
def test_a_threshold_moves_its_rule(key: str, value: int, fires: str) -> None:
    moved = settings.parse(f"[thresholds]\n{key} = {value}")
    assert {f.code for f in registry.check(sample.sample(), moved)} == {fires}


def test_words_tell_the_good_direction() -> None:
    rising = sample.patched(
        {"outcome_indicators.ア.values.2018": 450, "outcome_indicators.イ.values.2018": 2}
    )
    assert [(f.code, f.severity) for f in registry.check(rising, Settings())] == [("P517", "warning")]
    unknown = settings.parse("[thresholds]\nlower_is_better = []")
    assert registry.check(rising, unknown) == []  # it moves, and nobody says that up is bad
    still = rising.with_values(
        {"outcome_indicators.ア.values.2018": 398, "outcome_indicators.イ.values.2018": 1}
    )
    found = registry.check(still, unknown)
    assert [(f.code, f.severity) for f in found if f.code == "P517"] == [("P517", "info")]
