"""What is told from a label at once, by its first letters, must never be one."""

from __future__ import annotations

import msgspec
import pytest

from workbook import form as forms
from workbook.labels import Vocabulary

FORM = forms.get("unnan_2017")


@pytest.mark.parametrize("mark", ["・", "・・", "※", "●"])
def test_a_label_may_begin_with_what_elsewhere_is_a_mark(mark: str) -> None:
    """Also with the point of a list, by which most texts are told from labels."""
    first = FORM.fields[0]
    printed = msgspec.structs.replace(first, label=mark + first.label)
    words = Vocabulary(msgspec.structs.replace(FORM, fields=[printed, *FORM.fields[1:]]))
    for text in (printed.label, f" {printed.label}（注）"):
        label = words.recognise(text)
        assert label is not None
        assert [meaning.name for meaning in label.meanings] == [first.name]


@pytest.mark.parametrize("text", ["123", "1,234", "10000"])
def test_a_figure_is_a_label_where_the_form_prints_it(text: str) -> None:
    assert Vocabulary(FORM).recognise(text) is None
    printed = msgspec.structs.replace(FORM.fields[0], label=text)
    words = Vocabulary(msgspec.structs.replace(FORM, fields=[printed, *FORM.fields[1:]]))
    assert words.recognise(text) is not None
