"""Small charts as inline SVG: no library, no network, and the same figures as words for those who listen.

Shapes carry classes; their colours stand in the stylesheet, so that print and high contrast can change them.
Every figure that is drawn also stands in a table on the same page.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from xml.sax.saxutils import escape

from evalxl.arithmetic import Number
from evalxl.pages.wording import money

WIDTH, HEIGHT = 360, 240
LEFT, RIGHT, TOP, BOTTOM = 68, 4, 14, 46
TICKS = 4
LONGEST = 26


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A year of a chart or table: its titles, 決算 or 計画, and whether its figures are planned."""

    title: str
    """平成29年度（2017年度）"""
    short: str
    """H29"""
    year: int
    phase: str
    planned: bool

    @property
    def result(self) -> str:
        """What figures of indicators are, whose settled ones are no accounts: 実績 or 計画."""
        return "計画" if self.planned else "実績"


@dataclasses.dataclass(frozen=True, slots=True)
class Series:
    """One layer of stacked columns, its colour by ``number`` from 1; ``values`` by year, blank as None."""

    name: str
    number: int
    values: Sequence[Number | None]


def stacked(ident: str, title: str, unit: str, columns: Sequence[Column], series: Sequence[Series]) -> str:
    """Columns by year, stacked from the series; what is below 0 hangs down. Empty without any figure."""
    sums = [_sums(layer.values[i] for layer in series) for i in range(len(columns))]
    top, bottom = max((up for up, _ in sums), default=0), min((down for _, down in sums), default=0)
    if not top and not bottom:
        return ""
    scale = _Scale.of(float(bottom), float(top), TOP, HEIGHT - BOTTOM)
    width = (WIDTH - LEFT - RIGHT) / len(columns)
    parts = list(_grid(scale))
    for i, column in enumerate(columns):
        x = LEFT + i * width
        parts += _stack(x + width * 0.2, width * 0.6, i, column, series, scale, unit)
        parts.append(_text(x + width / 2, HEIGHT - BOTTOM + 19, column.short, "axis"))
        parts.append(_text(x + width / 2, HEIGHT - BOTTOM + 36, f"{column.year} {column.phase}", "axis soft"))
    words = [
        f"{column.title}（{column.phase}） 計{money(up + down)}{unit}"
        for column, (up, down) in zip(columns, sums, strict=True)
    ]
    return _svg(ident, title, "、".join(words), (WIDTH, HEIGHT), parts)


def small(
    ident: str, title: str, unit: str, columns: Sequence[Column], values: Sequence[Number | None]
) -> str:
    """Columns of one indicator with their figures on top; a blank year is told by a dash."""
    filled = [float(value) for value in values if value is not None]
    if not filled:
        return ""
    width, height = 240, 118
    scale = _Scale.of(min(0.0, *filled), max(0.0, *filled), 22, height - 24)
    step = width / len(columns)
    parts: list[str] = []
    for i, (column, value) in enumerate(zip(columns, values, strict=True)):
        middle = i * step + step / 2
        if value is not None:
            y, zero = scale.at(float(value)), scale.at(0)
            parts.append(_bar(middle - step * 0.28, min(y, zero), step * 0.56, abs(zero - y), column, 1, ""))
            parts.append(_text(middle, min(y, zero) - 5, money(value), "figure"))
        else:
            parts.append(_text(middle, scale.at(0) - 5, "－", "figure"))
        parts.append(_text(middle, height - 6, column.short, "axis"))
    parts.append(f'<line class="zero" x1="0" x2="{width}" y1="{_n(scale.at(0))}" y2="{_n(scale.at(0))}"/>')
    pairs = zip(columns, values, strict=True)
    words = "、".join(f"{c.title}（{c.result}） {'－' if v is None else money(v) + unit}" for c, v in pairs)
    return _svg(ident, title, words, (width, height), parts)


def bars(ident: str, title: str, unit: str, lines: Sequence[tuple[str, Number]]) -> str:
    """Lying bars, each under its label, the figure at its end. Empty without any figure above 0."""
    most = max((amount for _, amount in lines), default=0)
    if most <= 0:
        return ""
    step, room = 40, WIDTH - 100
    parts = []
    for i, (label, amount) in enumerate(lines):
        y = i * step
        length = float(Fraction(max(amount, 0)) / Fraction(most)) * room
        parts.append(f'<text class="label" x="0" y="{y + 14}">{escape(_cut(label))}</text>')
        parts.append(f'<rect class="s1" x="0" y="{y + 20}" width="{_n(length)}" height="13"/>')
        parts.append(
            f'<text class="label" x="{_n(length + 6)}" y="{y + 31}">{money(amount)}{escape(unit)}</text>'
        )
    words = "、".join(f"{label} {money(amount)}{unit}" for label, amount in lines)
    return _svg(ident, title, words, (WIDTH, step * len(lines)), parts)


def _cut(label: str) -> str:
    """A label that fits; in full it stands among the words for those who listen."""
    return label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"


def _sums(values: Iterable[Number | None]) -> tuple[Number, Number]:
    """What stands above 0 and what hangs below."""
    filled = [value for value in values if value is not None]
    return sum(v for v in filled if v > 0), sum(v for v in filled if v < 0)


@dataclasses.dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    step: float
    top: float
    bottom: float

    @classmethod
    def of(cls, low: float, high: float, top: float, bottom: float) -> _Scale:
        """Round ends and steps of 1, 2 or 5 that hold all values."""
        rough = max(high - low, 1e-9) / TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.999999)
        return cls(math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step, step, top, bottom)

    def at(self, value: float) -> float:
        """How far down a value stands."""
        return self.bottom - (value - self.low) / ((self.high - self.low) or 1) * (self.bottom - self.top)

    def ticks(self) -> list[float]:
        return [self.low + i * self.step for i in range(round((self.high - self.low) / self.step) + 1)]


def _grid(scale: _Scale) -> Iterable[str]:
    for tick in scale.ticks():
        y = _n(scale.at(tick))
        kind = "zero" if abs(tick) < scale.step / 1000 else "grid"
        yield f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        words = money(Decimal(format(tick, ".6g")))
        yield f'<text class="axis end" x="{LEFT - 7}" y="{_n(scale.at(tick) + 4.5)}">{words}</text>'


def _stack(
    x: float, width: float, i: int, column: Column, series: Sequence[Series], scale: _Scale, unit: str
) -> Iterable[str]:
    up = down = 0.0
    for layer in series:
        value = layer.values[i]
        if not value:
            continue
        start = up if value > 0 else down
        end = start + float(value)
        y, foot = sorted((scale.at(start), scale.at(end)))
        tip = f"{column.title} {layer.name} {money(value)}{unit}"
        yield _bar(x, y, width, foot - y, column, layer.number, tip)
        up, down = (end, down) if value > 0 else (up, end)


def _bar(x: float, y: float, width: float, height: float, column: Column, number: int, tip: str) -> str:
    planned = " planned" if column.planned else ""
    inner = f"><title>{escape(tip)}</title></rect>" if tip else "/>"
    return (
        f'<rect class="s{number}{planned}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}"'
        f' height="{_n(height)}"{inner}'
    )


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}">{escape(words)}</text>'


def _svg(ident: str, title: str, words: str, size: tuple[int, int], parts: Iterable[str]) -> str:
    inner = "".join(parts)
    return (
        f'<svg class="chart" viewBox="0 0 {size[0]} {size[1]}" role="img" '
        f'aria-labelledby="{ident}-t {ident}-d"><title id="{ident}-t">{escape(title)}</title>'
        f'<desc id="{ident}-d">{escape(words)}</desc>{inner}</svg>'
    )


def _n(value: float) -> str:
    """A coordinate, short and the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
