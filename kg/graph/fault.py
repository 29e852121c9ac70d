"""What went wrong with foreign input, in one line a person can act on: limits, crashes, syntax."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import IO, Any

from kg.errors import ComityError
from kg.graph import guard, syntax

MEGABYTE = 1 << 20
REACHED = ("Permission denied (os error 13)", "failed to lookup address information")
OUT_OF_MEMORY = ("memory allocation", "bad_alloc", "Resource temporarily unavailable")
KILLED, CPU_TIME, OVERFLOW = -9, -24, {-11, -10, -7}
"""Exit codes of a worker that a signal ended: SIGKILL, SIGXCPU; SIGSEGV, SIGBUS."""


@dataclass(frozen=True)
class Limits:
    """How much one task may use: seconds, rows (or triples) of its answer, bytes of memory."""

    timeout: float = 120
    rows: int = 1_000_000
    memory: int = 2048 * MEGABYTE


@dataclass(frozen=True)
class Subject:
    """What a worker works on: a file's path, an endpoint's answer, or `the query` with its text."""

    name: str
    limits: Limits
    text: str | None = None
    sent: bool = False

    def too_long(self) -> ComityError:
        """Say that the time is up."""
        spent = f"{self.limits.timeout:g} s"
        return ComityError(f"{self.name} takes longer than {spent}: simplify, or raise --timeout")

    def too_big(self) -> ComityError:
        """Say that the memory is used up."""
        most = self.limits.memory // MEGABYTE
        return ComityError(f"{self.name} needs more than {most} MB: simplify, or raise --memory")

    def ended(self, code: int, complaints: IO[bytes]) -> ComityError:
        """Say why a worker failed, from its exit code and what it wrote to standard error."""
        complaints.seek(0)
        told = complaints.read()[-100_000:].decode(errors="replace")
        if code == 1:
            return self._refused(json.loads(told.splitlines()[-1]))
        if code == KILLED or any(sign in told for sign in OUT_OF_MEMORY):
            return self.too_big()
        if code == CPU_TIME:
            return self.too_long()
        if code in OVERFLOW:
            return ComityError(f"{self.name} nests too deeply for the engine: simplify it")
        return ComityError(f"{self.name} brought the engine down (exit code {code}): simplify it")

    def _refused(self, told: dict[str, Any]) -> ComityError:
        kind, message = told["kind"], str(told["message"])
        if kind == "RefusedError":
            return self._over(message)
        if kind == "MemoryError":
            return self.too_big()
        if kind == "SyntaxError":
            written = self.text is not None
            return syntax.fault(self.text or "", message) if written else self._malformed(told)
        if kind == "UnicodeEncodeError":
            return ComityError(f"{self.name} has a character that is none: write it in UTF-8")
        if self.text is not None and any(sign in message for sign in REACHED):
            return guard.reaches()
        return ComityError(f"{self.name} failed: {message.splitlines()[0] if message else kind}")

    def _over(self, limit: str) -> ComityError:
        reasons = {
            "rows": f"has more than {self.limits.rows:,} rows: add LIMIT, or raise --max-rows",
            "size": "grows too large: ask for less",
            "depth": "nests triples within triples too deeply",
        }
        return ComityError(f"{self.name} {reasons[limit]}")

    def _malformed(self, told: dict[str, Any]) -> ComityError:
        said = syntax.sentence(str(told["message"]))
        if self.sent:
            return ComityError(f"{self.name} is damaged, or is no answer of SPARQL's: {said}")
        place = f":{told['line']}:{told['column']}" if told["line"] else ""
        return ComityError(f"{self.name}{place}: {said}")
