"""Many results hold equal texts once: what they say stays the same."""

from __future__ import annotations

import pickle

import pytest

from evalxl import sharing, tables
from evalxl.results import FileResult, SheetResult
from evalxl.rules import registry
from evalxl.settings import Settings
from tests.support.records import sample
from workbook import form as forms
from workbook.record import from_json


@pytest.mark.parametrize("many", [0, 2, 99])
def test_shared_results_say_the_same_in_the_same_order(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr(sharing, "MANY", many)
    record = from_json(forms.get("unnan_2017"), sample())
    findings = registry.check(record, Settings())
    results = [FileResult(f"{n}.xlsx", "", sheets=[SheetResult(record, findings)]) for n in range(5)]
    rows = list(map(tables.extract, results))
    copies = [pickle.loads(pickle.dumps(file)) for file in rows]
    found = sharing.collected(iter(copies))
    assert found == rows
    texts = [file.sheets[0].head["project_name"] for file in found]
    assert (texts[0] is texts[-1]) == (many < 5), "one object once there are many"
