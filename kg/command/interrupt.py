"""Ctrl-C ends a command within half a second, whatever it is doing, in one line and with code 130.

Python hears a signal only between two of its own steps; the engine may be busy for seconds. What
was on its way to a store or a file is whole or not there: the next run sweeps what is left of it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

GRACE = 0.3
"""Seconds that a command may take to stop by itself."""
STOPPED = 130
"""The exit code of what Ctrl-C ended: 128 and the signal's number."""


@contextmanager
def ended_in_time() -> Iterator[None]:
    """Let a thread end this process where Ctrl-C goes unheard; the kernel wakes the thread.

    Not on Windows, whose signals cannot be told through a pipe: there Python hears as it can.
    """
    if sys.platform == "win32":
        yield
        return
    heard, told = os.pipe()
    os.set_blocking(told, False)
    before = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(heard,), daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(told)


def end() -> None:
    """Say so and end this process at once."""
    line = "\ncomity: stopped\n" if sys.stderr.isatty() else "comity: stopped\n"
    os.write(2, line.encode())
    os._exit(STOPPED)


def _watch(heard: int) -> None:
    while signals := os.read(heard, 16):
        if signal.SIGINT in signals:
            time.sleep(GRACE)
            end()
