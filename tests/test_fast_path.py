"""Sheets that are alike are located once: never another result than locating each one anew."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import books
from evalxl import demo
from tests.support import many
from tests.support.layouts import Style, sample, styles, write_book
from tests.support.records import records
from workbook import filled, read
from workbook import form as forms
from workbook.errors import Refused
from workbook.labels import Vocabulary, vocabulary
from workbook.locating import locate, printed
from workbook.read import Reading, read_file
from workbook.source import open_book

FORM = forms.get("unnan_2017")
SLOW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


@contextlib.contextmanager
def locating_anew() -> Iterator[None]:
    """Every sheet is searched as if it were the first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "locate", locate.__wrapped__)
        yield


def outcome(reading: Reading) -> object:
    """All that a file gave, for comparison: records with cells and issues, refusals with their values."""
    refused = [(r.code, r.sheet, r.cell, r.values) for r in reading.refused]
    return reading.records, refused


def assert_same_outcomes(paths: list[Path]) -> None:
    """Read the files one after the other as a run does, and each one as if it were alone."""
    with locating_anew():
        fresh = [outcome(read_file(path)) for path in paths]
    locate.cache_clear()
    for _ in range(2):  # the second time nothing is new
        assert [outcome(read_file(path)) for path in paths] == fresh


# ---- the same result ---------------------------------------------------------------------------------------


@SLOW
@given(
    layouts=st.lists(st.tuples(styles(), st.integers(0, 10**6)), min_size=2, max_size=3),
    written=st.lists(records(), min_size=1, max_size=2),
    order=st.randoms(use_true_random=False),
)
def test_files_of_several_layouts_in_any_order(
    tmp_path: Path, layouts: list[tuple[Style, int]], written: list[dict[str, object]], order: object
) -> None:
    """Each layout with each record: what one file typed must never show in the next one's places."""
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    paths = []
    for number, (style, seed) in enumerate(layouts):
        for one, record in enumerate([sample(), *written]):
            paths.append(tmp_path / f"{number}_{one}.xlsx")
            write_book(paths[-1], [record], style, seed)
    order.shuffle(paths)  # type: ignore[attr-defined]
    assert_same_outcomes(paths)


def test_a_folder_of_all_sorts(tmp_path: Path) -> None:
    """Layouts of twelve sections, several projects in a book, altered forms, other papers, broken files."""
    plan = demo.write_demo(tmp_path)
    assert_same_outcomes(sorted(plan.folder.rglob("*.xlsx")))


@pytest.mark.parametrize(
    "typed",
    [
        {"direction_text": "29年度"},
        {"direction_text": "単位"},
        {"activity_indicators.ア.name": "27年度"},
        {"project_name": "指標名"},
        {"judgements.4.reason": "国庫支出金"},
        {"summary.text": "■ 見直し余地あり"},
        {"measure.name": "ア"},
        {"group": "決算"},
    ],
    ids=lambda typed: "=".join(map(str, next(iter(typed.items())))),
)
def test_what_is_typed_like_a_label_harms_nobody_else(tmp_path: Path, typed: dict[str, str]) -> None:
    plain, odd = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    filled.write(FORM, [many.record(1)], plain)
    filled.write(FORM, [many.record(1).with_values(typed)], odd)
    assert_same_outcomes([plain, odd, plain, odd])


# ---- and found once ----------------------------------------------------------------------------------------


def test_a_layout_depends_on_nothing_that_is_typed(tmp_path: Path) -> None:
    for number in (1, 2):
        filled.write(FORM, [many.record(number)], tmp_path / f"{number}.xlsx")
    one, two = (open_book(tmp_path / f"{number}.xlsx").grids[0] for number in (1, 2))
    assert one.cells != two.cells
    assert locate(FORM, printed(one, FORM)) is locate(FORM, printed(two, FORM))


def searches(paths: list[Path]) -> tuple[int, int]:
    """How many sheets were searched, and how many were known."""
    locate.cache_clear()
    for path in paths:
        with contextlib.suppress(Refused):
            read_file(path)
    info = locate.cache_info()
    return info.misses, info.hits


def test_the_forms_to_measure_with_are_searched_once_a_layout(tmp_path: Path) -> None:
    searched, known = searches(books.make(tmp_path, 60))
    assert searched + known >= 60
    assert searched <= 8  # four styles, one of two sheets, and years that are written out differently


def test_most_of_a_citys_sheets_are_known(tmp_path: Path) -> None:
    """Twelve sections with a layout each, two years: a layout again and again within a section."""
    plan = demo.write_demo(tmp_path)
    searched, known = searches(sorted(plan.folder.rglob("*.xlsx")))
    assert known > searched


# ---- labels ----------------------------------------------------------------------------------------------


class Thorough(Vocabulary):
    """Looks at all of every text, whatever it begins with."""

    def _may_begin(self, folded: str) -> bool:
        return True


PAIRS = [(vocabulary(form), Thorough(form)) for form in map(forms.get, forms.ids())]


@st.composite
def texts(draw: st.DrawFn, words: Vocabulary) -> str:
    """Labels, parts of labels, marks, years and anything, one behind the other."""
    known = [*words.exact, *words.options, *words.static_starts, *words.slots]
    label = st.sampled_from(known)
    cut = st.tuples(label, st.integers(0, 8)).map(lambda found: found[0][: found[1]])
    mark = st.sampled_from(
        [*"①⑳■□☑○●レ■◆※*・▼(（[【<｛/、,|ア.:)） 　\n", "(1)", "1.", "A.", "IV.", "(ア)", "ア)"]
    )
    year = st.sampled_from(["29年度", "平成29年度", "H29", "令和元年度", "31(元)年度", "2017", "R2"])
    phase = st.sampled_from(["実績", "決算", "計画", "（決算）", "[計画]"])
    part = label | cut | mark | year | phase | st.text(max_size=6)
    return "".join(draw(st.lists(part, min_size=1, max_size=5)))


@pytest.mark.parametrize("pair", PAIRS, ids=forms.ids())
def test_a_text_that_is_no_label_is_told_by_its_first_letters(
    pair: tuple[Vocabulary, Vocabulary],
) -> None:
    quick, thorough = pair

    @settings(max_examples=300, deadline=None)
    @given(texts(quick))
    def same(text: str) -> None:
        one, other = quick._recognise(text), thorough._recognise(text)
        assert (one is None) == (other is None)
        if one and other:
            assert (one.meanings, one.options, one.year, one.phase, one.slot, one.inline) == (
                other.meanings, other.options, other.year, other.phase, other.slot, other.inline,
            )  # fmt: skip

    same()


def test_every_label_that_is_printed_begins_as_a_label(tmp_path: Path) -> None:
    """Spellings, marks and spaces of many generated layouts."""
    quick, thorough = PAIRS[forms.ids().index(FORM.id)]
    for seed in range(20):
        write_book(tmp_path / "book.xlsx", [sample()], Style(), seed)
        for grid in open_book(tmp_path / "book.xlsx").grids:
            for text in {value for value in grid.cells.values() if isinstance(value, str)}:
                assert (quick._recognise(text) is None) == (thorough._recognise(text) is None), text
