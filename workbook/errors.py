"""Errors of this package, as data: a code and figures. Their texts are made where they are shown."""

from __future__ import annotations

from typing import Any


class WorkbookError(Exception):
    """Base of everything this package raises on purpose."""


class FormError(WorkbookError):
    """A form file is wrong: in ``file`` at ``line``, for ``reason`` (a word), with ``detail``."""

    def __init__(self, file: str, line: int, reason: str, detail: str) -> None:
        super().__init__(f"{file}:{line}: {reason}: {detail}")
        self.file = file
        self.line = line
        self.reason = reason
        self.detail = detail


class Refused(WorkbookError):
    """A file, or one sheet of it, that gives no record: code F001–F005 and what the message needs."""

    def __init__(
        self, code: str, *, sheet: str | None = None, cell: str | None = None, **values: Any
    ) -> None:
        super().__init__(f"{code}: {values}")
        self.code = code
        self.sheet = sheet
        self.cell = cell
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions with keyword arguments do not cross process borders by themselves.
        return _refused, (self.code, self.sheet, self.cell, self.values)


def _refused(code: str, sheet: str | None, cell: str | None, values: dict[str, Any]) -> Refused:
    return Refused(code, sheet=sheet, cell=cell, **values)


class OutputLocked(WorkbookError):
    """An output cannot take its place: ``reason`` is ``open`` (another program, such as Excel, holds the
    file), ``folder`` (nothing may be written there) or ``full`` (the disk). The old file is as it was."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return OutputLocked, (self.path, self.reason)


class Unchangeable(WorkbookError):
    """A workbook cannot be changed safely: ``reason`` is ``not_xlsx``, ``too_large``, ``broken``, ``signed``,
    ``no_sheet``, ``shared_formula``, ``array_formula``, ``too_long`` …; ``detail`` says where or what."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[Any, ...]:
        return Unchangeable, (self.reason, self.detail)
