"""Whole processes, run in turns, so that a ratio holds when the machine's speed drifts."""

from __future__ import annotations

import dataclasses
import os
import re
import statistics
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence

OWN = "own seconds: "
"""A process that times a part of its work prints this and the seconds on its last line."""


@dataclasses.dataclass(slots=True, frozen=True)
class Run:
    """One finished run of a command: seconds of wall clock and processor, peak memory of its main process.

    The processor's seconds are those of the main process and the children it waited for.
    """

    wall: float
    cpu: float
    megabytes: float
    own: float | None = None
    """Seconds that the process itself took down, without what came before."""


@dataclasses.dataclass(slots=True, frozen=True)
class Command:
    """A command line, with variables of its environment."""

    line: Sequence[str]
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)


def run(command: Command) -> Run:
    """Run a command to its end; raises RuntimeError when it fails with more than findings (exit code 1)."""
    start = time.perf_counter()
    environment = {**os.environ, **command.environment}
    process = subprocess.Popen(
        command.line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    )
    printed = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command.line)} ended with {process.returncode}")
    own = re.search(rf"{OWN}([\d.]+)\s*$", printed)
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, float(own[1]) if own else None)


def in_turns(commands: Mapping[str, Command], rounds: int = 3) -> dict[str, list[Run]]:
    """Every command once, then every command again, ``rounds`` times; a first round is not counted."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for counted in range(rounds + 1):
        for name, command in commands.items():
            done = run(command)
            if counted:
                runs[name].append(done)
    return runs


def median(runs: Iterable[Run], figure: str) -> float:
    """The median of a figure over the runs."""
    return statistics.median(getattr(one, figure) for one in runs)


def ratio(slow: Sequence[Run], fast: Sequence[Run], figure: str = "wall") -> float:
    """How many times the one takes the other's figure: the median of the ratios round by round."""
    pairs = zip(slow, fast, strict=True)
    return statistics.median(getattr(s, figure) / getattr(f, figure) for s, f in pairs)


def told_in_turns(
    commands: Mapping[str, Sequence[str]], rounds: int = 3
) -> dict[str, list[tuple[float, ...]]]:
    """Like `in_turns`, for commands that print their own figures: those, and the peak memory in MB."""
    runs: dict[str, list[tuple[float, ...]]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            printed = process.stdout.read() if process.stdout else ""
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise RuntimeError(" ".join(command))
            runs[name].append((*map(float, printed.split()), used.ru_maxrss / 1024))
    return runs


def middle(figures: Iterable[float]) -> float:
    """The median."""
    return statistics.median(figures)
