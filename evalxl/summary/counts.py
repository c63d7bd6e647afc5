"""What the summary book counts over projects besides sums: answers, and which projects moved most."""

from __future__ import annotations

from collections.abc import Sequence

from evalxl.arithmetic import size
from evalxl.summary.tables import question_titles
from evalxl.summary.view import View
from evalxl.tables import FileRows, SheetRows
from workbook.notation import era_year
from workbook.record import Number
from workbook.summary.model import Asked, Item, Link, Mover, Movers, figure

MOST = 10
"""How many projects are listed as having risen, and as having fallen."""


def asked(view: View, latest: Sequence[SheetRows]) -> list[Asked]:
    """The answers to each question, over the newest sheet of each project; questions are told by topic."""
    titles = question_titles(view.forms)
    answers: dict[str, list[bool]] = {topic: [] for topic in titles}
    for sheet in latest:
        for _, topic, _, flagged, *_ in sheet.judgements:
            if flagged is not None and topic in answers:
                answers[topic].append(flagged)
    found = []
    for topic, title in titles.items():
        same = [q for form in view.forms for q in form.questions if q.topic == topic]
        words = (tuple(dict.fromkeys(q.flagged for q in same)), tuple(dict.fromkeys(q.other for q in same)))
        found.append(Asked(title.question, *words, (answers[topic].count(True), answers[topic].count(False))))
    return found


def movers(view: View, item: Item, evaluated: int | None) -> Movers | None:
    """The projects whose ``item`` moved most from the year before to the evaluated one.

    A project that has no figure in one of the two years is as one with 0; in both, it is left out.
    """
    years = {year for counted in view.counting.years for year in counted}
    if evaluated is None or not {evaluated - 1, evaluated} <= years:
        return None
    found = [mover for mover in _movers(view, item, evaluated) if mover.difference]
    found.sort(key=lambda mover: -size(mover.difference))  # stable: as the sheets stand
    return Movers(
        item.title,
        (era_year(evaluated - 1), era_year(evaluated)),
        [mover for mover in found if mover.difference > 0][:MOST],
        [mover for mover in found if mover.difference < 0][:MOST],
    )


def _movers(view: View, item: Item, evaluated: int) -> list[Mover]:
    """Every project with a figure in either year, its figures linked to where they stand."""
    amounts: dict[int, dict[int, Link | Number]] = {}
    homes = {index: (file, sheet) for index, file, sheet in view.sheets()}
    number = view.items.index(item)
    for index, (file, _) in homes.items():
        own = amounts.setdefault(view.counting.newest[index], {})
        for year in {evaluated - 1, evaluated} & view.counting.years[index]:
            amount, cell = view.cost(index, number, year)
            if amount is not None:
                linked = amount if cell is None else Link("", view.targets[file.path], cell, amount)
                old = figure(own.get(year))
                own[year] = linked if old is None else amount + old
    return [
        Mover(
            view.section(index),
            _name(view, *homes[index]),
            found.get(evaluated, 0),
            found.get(evaluated - 1, 0),
        )
        for index, found in amounts.items()
        if found
    ]


def _name(view: View, file: FileRows, sheet: SheetRows) -> Link:
    name = sheet.head.get("project_name") or sheet.file
    return Link(name, view.targets[file.path], f"{sheet.sheet}!A1")
