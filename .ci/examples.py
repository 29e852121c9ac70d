"""Run the example of every command, as its help prints it, with the installed `comity`.

`python examples.py` in a folder that holds the files the examples name. Fails at the first command
that fails, answers nothing, or has no example.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig

from kg.command.main import main

COMITY = sysconfig.get_path("scripts") + "/comity"
FIRST = ("build", "load", "init")  # the others may read what they make
WITHOUT = "--graph mine"  # a graph with publishers' files that a user has: refused in one line


def examples(text: str) -> list[str]:
    """Return the commands after `Example:` in a docstring."""
    listed = " ".join(text.partition("Example")[2].split()).lstrip("s: ")
    return [line.strip() for line in re.split(r";\s+(?=comity )", listed)]


def run(line: str) -> None:
    """Run one example; end with its output where it fails."""
    command = line.replace("comity", COMITY, 1)
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, timeout=300, check=False
    )
    if WITHOUT in line:
        if (done.returncode, done.stderr.count("\n")) != (2, 1):
            sys.exit(f"{line}: not refused in one line\n{done.stderr}")
        return
    if (
        done.returncode
        or "Traceback" in done.stderr
        or not (done.stdout or done.stderr or " -o " in line)
    ):
        sys.exit(f"{line}: exit code {done.returncode}\n{done.stdout[-500:]}\n{done.stderr}")
    sys.stdout.write(f"{line}: {len(done.stdout):,} characters\n")


names = sorted(
    main.commands, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name)
)
for name in names:
    lines = examples(main.commands[name].help or "")
    if not lines[0].startswith("comity"):
        sys.exit(f"comity {name}: its help has no example")
    for line in lines:
        run(line)
