"""Whole processes, run in turns, so that a ratio holds when the machine's speed drifts."""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence


@dataclasses.dataclass(slots=True, frozen=True)
class Run:
    """One finished run of a command: seconds of wall clock and processor, peak memory of its main process."""

    wall: float
    cpu: float
    megabytes: float


def run(command: Sequence[str]) -> Run:
    """Run a command to its end; raises RuntimeError when it fails with more than findings (exit code 1)."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:
        raise RuntimeError(f"{' '.join(command)}: {errors.decode(errors='replace')[-500:]}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def in_turns(commands: Mapping[str, Sequence[str]], rounds: int = 3) -> dict[str, list[Run]]:
    """Every command once, then every command again, ``rounds`` times; a first round is not counted."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for counted in range(rounds + 1):
        for name, command in commands.items():
            done = run(command)
            if counted:
                runs[name].append(done)
    return runs


def median(runs: Sequence[Run], figure: str) -> float:
    """The median of a figure over the runs."""
    return statistics.median(getattr(one, figure) for one in runs)


def ratio(runs: Mapping[str, Sequence[Run]], slow: str, fast: str, figure: str = "wall") -> float:
    """How many times the one takes the other's time: the median of the ratios round by round."""
    pairs = zip(runs[slow], runs[fast], strict=True)
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
