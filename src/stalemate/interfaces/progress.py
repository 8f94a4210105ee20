"""Progress on standard error: a bar with rate and remaining time on a terminal, a line or two elsewhere."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, final

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, TaskID


SLOW_S = 1.0
"""A kernel that took longer was compiled, not loaded."""


@final
class WarProgress:
    """Shows the compiling of kernels, then the wars done; call it as the runner's progress.

    ``noun`` names what is counted where it is not wars.
    """

    def __init__(self, what: str, noun: str = "wars") -> None:
        self._what, self._noun, self._began, self._done = what, noun, time.perf_counter(), 0
        self._bar = _bar() if sys.stderr.isatty() else None
        self._tasks: dict[str, TaskID] = {}
        self._making = ""

    def __enter__(self) -> Self:
        if self._bar is None:
            print(self._what, file=sys.stderr, flush=True)
        else:
            self._bar.start()
        return self

    def compiled(self, name: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` kernels are ready, ``name`` next; wars are timed from the last.

        Without a bar a line is written for each one that had to be compiled and so took its time.
        """
        took_s = time.perf_counter() - self._began
        if self._bar is None and self._making and took_s > SLOW_S:
            line = f"compiled {self._making} in {took_s:.0f} s, once for all later runs ({done} of {total})"
            print(line, file=sys.stderr, flush=True)
        self._making, self._began = name, time.perf_counter()
        self._show(f"making ready: {name}" if name else "ready", "compile", done, total)

    def __call__(self, wars_done: int, wars_total: int) -> None:
        """Show how many wars are done."""
        self._done = wars_done
        self._show(self._what, "wars", wars_done, wars_total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if error is None and self._done:
            took_s = time.perf_counter() - self._began
            rate = self._done / max(took_s, 1e-9)
            done = f"{self._done:,} {self._noun} in {took_s:.1f} s"
            if self._noun == "wars":
                done += f" ({rate:,.0f} wars/s)"
            print(done, file=sys.stderr, flush=True)

    def _show(self, words: str, task: str, done: int, total: int) -> None:
        if self._bar is None:
            return
        if task not in self._tasks:
            self._tasks[task] = self._bar.add_task(words, total=total)
        self._bar.update(self._tasks[task], completed=done, total=total, description=words)


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns: list[ProgressColumn | str] = [
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        _rate(),
        TimeRemainingColumn(),
    ]
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _rate() -> "ProgressColumn":
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    @final
    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text("" if task.speed is None else f"{task.speed:,.0f}/s", style="progress.data.speed")

    return Rate()
