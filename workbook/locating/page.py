"""The labels of one page: what each means where it stands, and the space between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from workbook.form import Form, Section
from workbook.grid import Rect, Spot, covered
from workbook.labels import Meaning
from workbook.locating.places import FAR, Area, Taken, Token

_BEYOND = 4
"""How many columns right of its label a value may stand at the form's edge, at least."""
_FRAME = 3
"""So many merged blocks that end at the form's edge show that nothing of the form stands beyond it."""
_SPACER = 3
"""Up to so many rows below its label a merged block is that of its value."""
_BESIDE = 3
"""A merged block of more columns than that right of a label is the box of its text."""
_BELOW = 60
"""How many rows below the last label free text may stand."""


class Page:
    """The labels of one page, sorted into its sections.

    Labels that bound the space of values are ``hard``. A label that means nothing in its section, or heads no
    column yet, is a text like any other until a finder chooses it and calls `harden`; so labels are chosen
    first and the areas between them are asked for afterwards.
    """

    def __init__(
        self, form: Form, tokens: list[Token], merges: tuple[Rect, ...], number: int, rect: Rect
    ) -> None:
        self.form, self.number, self.rect = form, number, rect
        self.tokens = [t for t in tokens if t.rect.overlaps(rect) and rect.left <= t.col]
        self.merges = [m for m in merges if m.overlaps(rect) and rect.left <= m.left]
        self.missing: list[str] = []
        self.doubled: list[tuple[str, tuple[Spot, ...]]] = []
        self.found = 0
        ends = [t.bottom for t in self.tokens] + [m.bottom for m in self.merges]
        self.bottom = rect.bottom if rect.bottom < FAR else max(ends, default=0) + _BELOW
        self.sections = self._sections([s for s in form.sections if s.page == number])
        self.here: dict[tuple[str, str], list[Token]] = defaultdict(list)
        """The labels by kind and name of what they mean in their section."""
        self.boxes: dict[str, list[tuple[Token, int]]] = defaultdict(list)
        """The boxes by ``group:value``: the label's token, and which box of its cell it is."""
        self.hard: list[Token] = []
        self.hard_spots: set[Spot] = set()
        self.taken = Taken(covered(merges), self.hard_spots)
        self.meant: dict[Spot, list[Meaning]] = {}
        self._open_blocks: list[Rect] | None = None
        for token in self.tokens:
            self._sort_in(token)
        self._measure()

    def _sections(self, sections: list[Section]) -> dict[str, Rect]:
        """The rows of each section; one whose label is missing shares those of the section before it."""
        starts: list[tuple[int, str]] = []
        for section in sections:
            rows = [t.row for t in self.tokens if Meaning("section", section.name, "") in t.label.meanings]
            if rows:
                starts.append((min(rows), section.name))
            elif section.labels:
                self.missing.append(section.labels[0])
        starts.sort()
        ends = [start - 1 for start, _ in starts[1:]] + [self.bottom]
        found = {
            name: self.rect._replace(top=start, bottom=end)
            for (start, name), end in zip(starts, ends, strict=False)
        }
        above = self.rect._replace(bottom=(starts[0][0] if starts else self.bottom + 1) - 1)
        last = above
        for section in sections:
            last = found.setdefault(section.name, last if section.labels else above)
        return found

    def _sort_in(self, token: Token) -> None:
        """Keep what the token means in its section; what means nothing there is a text like any other."""
        names = {name for name, rect in self.sections.items() if rect.top <= token.row <= rect.bottom}
        meant = [m for m in token.label.meanings if m.section in names or not m.section]
        self.meant[token.spot] = meant
        for meaning in meant:
            self.here[meaning.kind, meaning.name].append(token)
        boxed = False
        for index, meanings in enumerate(token.label.options):
            for meaning in meanings:
                if meaning.section in names:
                    # A direction that is written once more beneath is a text about it.
                    boxed = boxed or not (self.boxes[meaning.name] and meaning.name.startswith("directions:"))
                    self.boxes[meaning.name].append((token, index))
        if boxed or (meant and not token.label.inline and not token.label.year):
            self.harden([token])

    def _measure(self) -> None:
        """The form's right edge, and how far beyond it a value may still stand."""
        labels = [t.right for t in self.hard] + [t.right for t in self.tokens if t.label.year]
        self.edge = max([*labels, *(m.right for m in self.merges)], default=0)
        left = min((t.col for t in self.hard), default=0)
        framed = sum(m.right == self.edge for m in self.merges) >= _FRAME
        self.beyond = 0 if framed else max(_BEYOND, (self.edge - left) // 3)

    # -- what is found, and what is not --

    def need(self, found: object, label: str) -> bool:
        """Count a label as found, or note it as missing."""
        if found:
            self.found += 1
            return True
        self.missing.append(label)
        return False

    def harden(self, tokens: Iterable[Token]) -> None:
        """Make labels of tokens that a finder has chosen."""
        for token in tokens:
            if token.spot not in self.hard_spots:
                self.hard.append(token)
                self.hard_spots.add(token.spot)
                self._open_blocks = None

    def soften(self, tokens: Iterable[Token]) -> None:
        """Make texts again of what only reads like a label."""
        texts = {token.spot for token in tokens}
        if not texts:
            return
        self.hard = [t for t in self.hard if t.spot not in texts]
        self.hard_spots -= texts
        self._open_blocks = None
        for spot in texts:
            self.meant[spot] = []
        for meaning, found in self.here.items():
            self.here[meaning] = [t for t in found if t.spot not in texts]
        for name, boxes in self.boxes.items():
            self.boxes[name] = [(t, index) for t, index in boxes if t.spot not in texts]

    def kinds(self, token: Token) -> set[str]:
        """What kinds of label a token is in its section."""
        return {m.kind for m in self.meant[token.spot]}

    def starts_part(self, token: Token) -> bool:
        """Whether a label, though it stands further left, begins the next part of the page."""
        for kind, name, _ in self.meant[token.spot]:
            if kind in ("table", "section", "choice"):
                return True
            if kind == "field" and self.form.field(name).is_box:
                return True
        return False

    # -- areas --

    def area(self, rect: Rect, without: Rect | None = None) -> Area:
        """A block with the first cells of merged blocks that reach into it from outside."""
        if self._open_blocks is None:
            self._open_blocks = [m for m in self.merges if (m.top, m.left) not in self.hard_spots]
        top, left, bottom, right = rect
        others, reaching = [], []
        for block in self._open_blocks:
            if block.top > bottom or block.left > right or block.bottom < top or block.right < left:
                continue
            if self._has_own_label(block, rect):
                others.append((block.top, block.left))
            elif block.top < top or block.left < left:
                reaching.append((block.top, block.left))
        return Area(rect, tuple(reaching), without, frozenset(others), self.taken)

    def _has_own_label(self, block: Rect, rect: Rect) -> bool:
        """Whether a block that is higher than the area belongs to another label.

        That is one beside it within the area, or one above it that begins a part of the page.
        """
        if rect.top <= block.top and block.bottom <= rect.bottom:
            return False
        for token in self.hard:
            if rect.left <= token.right < block.left and token.shares_rows(block):
                return True
            above = token.bottom == block.top - 1 and token.col == block.left
            if above and self.starts_part(token):
                return not (token.row <= rect.top - 1 and token.col == rect.left)
        return False

    def beside(self, token: Token) -> Iterator[Token]:
        """The labels further right on the label's rows."""
        rows = token.rect
        return (t for t in self.hard if t.col > token.right and t.shares_rows(rows))

    def right_of(self, token: Token) -> Rect:
        """From the label to the next one on its rows, or to the form's edge."""
        stop = min((t.col for t in self.beside(token)), default=FAR) - 1
        merged = any(
            m.left > token.right and m.top <= token.bottom and m.bottom >= token.row for m in self.merges
        )
        # Merged blocks show where the form ends; without them a value may stand beyond the last label.
        last = self.edge if self.merges else self.edge + _BEYOND
        edge = self.edge if merged else max(last, token.right + self.beyond)
        return Rect(token.row, token.right + 1, token.bottom, min(stop, edge, self.rect.right))

    def grown(self, token: Token, bottom: int) -> Rect:
        """Right of the label and down while no label stands there: a text in several rows."""
        rect = self.right_of(token)
        rows = [t.row for t in self.hard if t.row > token.bottom and t.col <= rect.right]
        return rect._replace(bottom=max(rect.bottom, min([bottom, *(row - 1 for row in rows)])))

    def beneath(self, token: Token, bottom: int) -> Rect:
        """Beneath the label, as wide as to the next one beside it, down to the next label or the bottom."""
        right = max(self.right_of(token).right, token.right)
        if slot := self.slot(token):
            right = min(right, max(slot.right, token.right))
        lower = [t for t in self.hard if t.row > token.bottom and t.col <= right]
        ends = [t for t in lower if t.col <= token.right and (t.right >= token.col or self.starts_part(t))]
        bottom = min([bottom, *(t.row - 1 for t in ends)])
        # A label that begins beyond this one's own columns narrows the space, it does not end it.
        right = min([right, *(t.col - 1 for t in lower if t.row <= bottom and t.col > token.right)])
        return Rect(token.bottom + 1, token.col, bottom, right)

    def slot(self, token: Token) -> Rect | None:
        """The merged block for a label's value: the first beneath it, if it begins in the label's column."""
        under = [
            m
            for m in self.merges
            if token.bottom < m.top <= token.bottom + _SPACER and m.left <= token.col <= m.right
        ]
        first = min(under, default=None)
        if first is None or first.left != token.col or self.is_label(first):
            return None
        between = range(token.bottom + 1, first.top)
        if any(t.row in between and t.col <= token.right and t.right >= token.col for t in self.hard):
            return None  # it is that of the next label
        return first

    def is_label(self, block: Rect) -> bool:
        """Whether a label stands in a merged block."""
        return (block.top, block.left) in self.hard_spots

    def wide_rows(self, rows: Rect, *, one_box: bool = False) -> Rect:
        """The rows of the wide merged blocks for a text, if there are any; what is around is none of it.

        ``one_box``: where the first block has several rows, those beneath it are boxes of something else.
        """
        left, right = min(t.col for t in self.hard), max(t.right for t in self.hard)
        half = (min(self.edge, right) - max(rows.left, left)) / 2
        wide = [
            m
            for m in self.merges
            if rows.top <= m.top <= rows.bottom and m.right - m.left >= half and not self.is_label(m)
        ]
        if not wide:
            return rows
        first = min(wide)
        one_box = one_box and first.top < first.bottom
        bottom = first.bottom if one_box else max(m.bottom for m in wide)
        return rows._replace(top=first.top, bottom=min(bottom, rows.bottom))

    def box(self, token: Token, bottom: int) -> Rect | None:
        """The merged blocks for a text of several rows: beneath its label, else right of it.

        None unless the first is as wide as the label, or as good as all that is right of it.
        """
        slot = self.slot(token)
        if slot:
            lowest = self.beneath(token, bottom).bottom
            return self._column_of(slot, lowest) if slot.right >= token.right else None
        near = range(token.right + 1, token.right + _BESIDE)  # a column may have been put in between
        beside = min(
            (m for m in self.merges if m.left in near and m.top <= token.row <= m.bottom), default=None
        )
        if beside is None or self.is_label(beside) or beside.right - beside.left < _BESIDE:
            return None
        return self._column_of(beside, self.grown(token, bottom).bottom)

    def _column_of(self, block: Rect, lowest: int) -> Rect:
        """A block and those of its width that follow beneath it, if need be after a row put in between."""
        for other in sorted(self.merges):
            follows = block.bottom < other.top <= block.bottom + 2 and other.bottom <= lowest
            if follows and (other.left, other.right) == (block.left, block.right):
                block = block._replace(bottom=other.bottom)
        return block

    def slot_beneath(self, token: Token, below: Rect) -> Rect:
        """Where beneath a label its one value stands: the block there, else down to another label's value."""
        slot = self.slot(token)
        if slot:
            return below._replace(top=slot.top, bottom=min(below.bottom, slot.bottom))
        bottom = below.bottom
        for block in self.merges:
            reaches = block.left < token.col <= block.right and token.bottom < block.top <= bottom
            if reaches and any(t.right < block.left and t.shares_rows(block) for t in self.hard):
                bottom = block.top - 1
        return below._replace(bottom=bottom)

    def codes_beneath(self, token: Token, below: Rect) -> Rect:
        """Beneath the label, as wide as to the next one beside, down to the next row of code labels."""
        right = max(self.right_of(token).right, token.right)
        rows = [
            t.row
            for t in self.hard
            if t.row > token.bottom and ((t.col <= right and t.right >= token.col) or self._heads_a_code(t))
        ]
        sections = (r for r in self.sections.values() if r.top <= token.row <= r.bottom)
        bottom = next((r.bottom for r in sections), below.bottom)
        return below._replace(right=right, bottom=min([bottom, *(row - 1 for row in rows)]))

    def _heads_a_code(self, token: Token) -> bool:
        kinds = ("digits", "code_text")
        return any(
            kind == "field" and self.form.field(name).type in kinds
            for kind, name, _ in self.meant.get(token.spot, ())
        )
