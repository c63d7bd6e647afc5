"""By what can be rolled up: every field has a name, words for people, and what a sheet has for it.

A hierarchy's name stands for its levels (``budget``: 会計 > 款 > 項 > 目). A level that means something only
beneath others (課, 目, 基本事業) is told apart by them, also when it is asked for alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence

from evalxl import texts
from evalxl.errors import UsageError
from evalxl.grouping import Part, coded, digits, named
from evalxl.summary.tables import PERIOD_WORDS, direction_titles
from evalxl.tables import SheetRows
from evalxl.texts import Text
from workbook.form import Form, Question
from workbook.notation import era_year, fold

SOURCE = "source"
"""The field that splits a cost into its funding sources; all others belong to a sheet."""


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field. ``within`` names the fields above it, without which it is not unique.

    ``newest``: a project's years all stand where its newest sheet puts it (evaluation and plans, which change
    with each sheet), so that they can be compared; else each where the sheet puts it that states it.
    """

    name: str
    title: Text
    part: Callable[[SheetRows], Part]
    within: tuple[str, ...] = ()
    newest: bool = False
    words: tuple[str, ...] = ()
    """What it says, in the order in which the form prints it; empty where that is no fixed list."""


HIERARCHIES = {
    "organization": ("department", "division"),
    "policies": ("policy", "measure", "basic_program"),
    "budget": ("account", "kan", "kou", "moku"),
}
"""Name → its levels from the top."""

CODES = ("kan", "kou", "moku", "major", "minor")
"""Fields whose words are bare codes."""

SECTIONS = ("department", "division", "group")
"""Fields that the master of the organisation puts into order."""

_WORDS = {
    "部課": "organization", "section": "organization", "政策体系": "policies", "予算科目": "budget",
    "事務事業": "project", "project_name": "project", "期間": "period", "period_kind": "period",
    "directions": "direction", "今後の方向性": "direction", "sources": "source",
}  # fmt: skip
"""Other words for a field or a hierarchy; the titles and the columns of the tidy tables go too."""


def _fixed() -> list[Field]:
    budget = {"account": "会計", "kan": "款", "kou": "項", "moku": "目", "major": "大事業", "minor": "中事業"}
    english = ("account", "chapter", "section", "item", "major project", "minor project")
    names = list(budget)
    codes = [
        Field(name, Text(word, en), digits(f"budget_{name}", word), tuple(names[:number]))
        for number, ((name, word), en) in enumerate(zip(budget.items(), english, strict=True))
    ]
    return [
        Field("department", Text("部", "department"), named("department")),
        Field("division", Text("課", "division"), named("division"), ("department",)),
        Field("group", Text("グループ", "group"), named("group"), ("department", "division")),
        Field("policy", Text("政策", "policy"), coded("policy")),
        Field("measure", Text("施策", "measure"), coded("measure")),
        Field("basic_program", Text("基本事業", "basic program"), coded("basic_program"), ("measure",)),
        *codes,
        Field(SOURCE, Text("財源", "funding source"), lambda sheet: ("", "")),
        Field("direction", Text("方向性", "direction"), _direction, newest=True),
        Field("period", Text("事業期間", "period"), _period, newest=True, words=tuple(PERIOD_WORDS.values())),
        Field("matrix_outcome", Text("成果の方向", "expected outcome"), named("matrix_outcome"), newest=True),
        Field("matrix_cost", Text("コストの方向", "expected cost"), named("matrix_cost"), newest=True),
        Field("project", Text("事業", "project"), _project, newest=True),
        Field(
            "evaluated_year",
            Text("評価年度", "evaluated year"),
            _year,
            words=tuple(map(era_year, range(1950, 2100))),
        ),
        Field("form", Text("様式", "form"), named("form")),
    ]


def _project(sheet: SheetRows) -> Part:
    """By its key; shown by its name."""
    return sheet.project, " ".join((sheet.head.get("project_name") or sheet.project).split())


def _year(sheet: SheetRows) -> Part:
    return str(sheet.fiscal_year), era_year(sheet.fiscal_year)


def _period(sheet: SheetRows) -> Part:
    kind = sheet.head.get("period_kind") or ""
    return kind, PERIOD_WORDS.get(kind, kind)


def _direction(sheet: SheetRows) -> Part:
    """All ticked ones together: a project with two directions is one line's and is added up once."""
    titles = direction_titles([sheet.form])
    found = "、".join(title for column, title in titles.items() if sheet.head.get(column) is True)
    return fold(found), found


TICKED = ("該当", "該当しない")


def _ticked(column: str) -> Callable[[SheetRows], Part]:
    def part(sheet: SheetRows) -> Part:
        value = sheet.head.get(column)
        return ("", "") if value is None else (str(value), TICKED[not value])

    return part


def _judged(topic: str) -> Callable[[SheetRows], Part]:
    def part(sheet: SheetRows) -> Part:
        flagged = next((row[3] for row in sheet.judgements if row[1] == topic), None)
        question = next((q for q in sheet.form.questions if q.topic == topic), None)
        if flagged is None or question is None:
            return "", ""
        return str(flagged), question.flagged if flagged else question.other

    return part


def known(forms: Sequence[Form]) -> dict[str, Field]:
    """All fields by name: the fixed ones, and those that these forms have."""
    found = {field.name: field for field in _fixed()}
    columns = direction_titles(forms)
    printed = {
        "direction": tuple(columns.values()),
        "matrix_outcome": tuple(word for form in forms for word in form.matrix.outcomes),
        "matrix_cost": tuple(word for form in forms for word in form.matrix.costs),
    }
    found |= {name: dataclasses.replace(found[name], words=words) for name, words in printed.items()}
    for column, title in columns.items():
        found[column] = Field(column, Text(title, column), _ticked(column), newest=True, words=TICKED)
    for form in forms:
        found |= {field.name: field for field in _evaluation(form)}
    for field in (field for form in forms for field in form.fields):
        if field.section == "head" and not field.personal and field.type in ("text", "code_text"):
            name = field.name.replace(".", "_")
            found.setdefault(name, Field(name, Text(field.label, name), named(name)))
    found.pop("project_name", None)  # `project` is it, and tells two of one name apart
    return found


def _evaluation(form: Form) -> Iterator[Field]:
    """The axes of the evaluation, and its questions."""
    for axis in form.axes:
        name, words = f"summary_{axis.key}", (form.axis_options.fine, form.axis_options.flagged)
        title = Text(f"{axis.key} {axis.label}", f"axis {axis.key}")
        yield Field(name, title, named(name), newest=True, words=words)
    for question in form.questions:
        part, words = _judged(question.topic), (question.other, question.flagged)
        name = f"judgement_{question.topic}"
        yield Field(name, _question_title(question), part, newest=True, words=words)


def _question_title(question: Question) -> Text:
    return Text(f"{question.mark}{question.label}", question.topic.replace("_", " "))


def resolve(names: Iterable[str], forms: Sequence[Form]) -> list[Field]:
    """The fields that these names mean, hierarchies as their levels, each once.

    Raises `UsageError` with the nearest names for one that is unknown.
    """
    fields = known(forms)
    words = _dictionary(fields, forms)
    found: list[Field] = []
    for name in split(names):
        meant = words.get(fold(name))
        if meant is None:
            titles = dict.fromkeys((*HIERARCHY_TITLES, *(field.title.ja for field in fields.values())))
            told = {"titles": "、".join(titles), "names": ", ".join((*HIERARCHIES, *fields))}
            raise UsageError.unknown(texts.UNKNOWN_FIELD, name, _shown(fields), **told)
        for level in HIERARCHIES.get(meant, (meant,)):
            if fields[level] not in found:
                found.append(fields[level])
    return found


def split(names: Iterable[str]) -> list[str]:
    """Names as typed: several in one, with commas or > between them, are several.

    >>> split(["department,division", "会計＞款"])
    ['department', 'division', '会計', '款']
    """
    parts = (part for name in names for part in name.translate(_SEPARATORS).split(","))
    return [part.strip() for part in parts if part.strip()]


_SEPARATORS = str.maketrans({"，": ",", "、": ",", ">": ",", "＞": ","})


def _dictionary(fields: dict[str, Field], forms: Sequence[Form]) -> dict[str, str]:
    """Every word that is understood, folded → a field's or a hierarchy's name."""
    words = {word: name for word, name in _WORDS.items() if name in fields or name in HIERARCHIES}
    for name, field in fields.items():
        words |= {field.title.ja: name}
    for name in (*HIERARCHIES["budget"], "major", "minor"):
        words |= {f"budget_{name}": name, f"budget.{name}": name}
    for name in HIERARCHIES["policies"]:
        words |= {f"{name}{mark}{end}": name for end in ("code", "name") for mark in "_."}
    for question in (question for form in forms for question in form.questions):
        name = f"judgement_{question.topic}"
        words |= {f"judgement.{question.number}": name, f"judgements.{question.number}": name}
        words |= {f"judgement_{question.number}": name, question.topic: name, question.label: name}
    words |= {name: name for name in (*HIERARCHIES, *fields)}
    return {fold(word): name for word, name in words.items()}


def _shown(fields: dict[str, Field]) -> list[str]:
    return [*HIERARCHIES, *fields, *HIERARCHY_TITLES, *(field.title.ja for field in fields.values())]


HIERARCHY_TITLES = ("部課", "政策体系", "予算科目")
