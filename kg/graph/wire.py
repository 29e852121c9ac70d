"""One question sent to an endpoint, its answer brought into a file: patiently, within limits.

The far side may be slow, endless, broken or elsewhere; whatever it does becomes one ComityError
that names its address without the secrets in it.
"""

from __future__ import annotations

import base64
import http.client
import netrc
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from functools import partial
from typing import IO, Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit

from kg.errors import ComityError

CHUNK = 1 << 16
BUSY = {429, 502, 503, 504}
USER, PASSWORD, TOKEN = (f"COMITY_ENDPOINT_{name}" for name in ("USER", "PASSWORD", "TOKEN"))
MEANINGS = {
    401: f"wants to know who asks: set ${USER} and ${PASSWORD}, or ${TOKEN}, or a netrc file",
    403: "does not let you ask: check your credentials",
    404: "nothing is there: check the address",
    405: "takes no POST: is this the address of a SPARQL endpoint?",
    413: "finds the query too long",
    414: "finds the query too long",
}


@dataclass(frozen=True)
class Patience:
    """How long to wait and how much to take.

    Seconds in all (retries too) and between two pieces of an answer, bytes of an answer, how often
    to ask a busy endpoint, and how long to pause before the second time (doubled each time).
    """

    total: float = 120
    read: float = 60
    size: int = 1 << 30
    tries: int = 4
    pause: float = 0.5


class LostError(Exception):
    """The endpoint is busy or the connection was lost: another try may do."""

    def __init__(self, reason: str, wait: float = 0) -> None:
        super().__init__(reason)
        self.wait = wait


class Watch:
    """Ends a connection when the time is up, whatever it is waiting for."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self.socket: socket.socket | None = None
        self.timer = threading.Timer(max(seconds, 0), self._end)
        self.timer.daemon = True

    def _end(self) -> None:
        self.over = True
        if self.socket is not None:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Watch:
        """Begin to watch."""
        self.timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop watching; nothing of the connection stays open."""
        self.timer.cancel()
        if self.socket is not None:
            self.socket.close()


class _Plain(http.client.HTTPConnection):
    def __init__(self, watch: Watch, host: str, **options: Any) -> None:  # noqa: ANN401
        super().__init__(host, **options)
        self.watch = watch

    def connect(self) -> None:
        super().connect()
        self.watch.socket = self.sock


class _Safe(http.client.HTTPSConnection):
    def __init__(self, watch: Watch, host: str, **options: Any) -> None:  # noqa: ANN401
        super().__init__(host, **options)
        self.watch = watch

    def connect(self) -> None:
        super().connect()
        self.watch.socket = self.sock


class _Opening(request.HTTPHandler):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    def http_open(self, req: request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Plain, self.watch), req)


class _OpeningSafely(request.HTTPSHandler):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    def https_open(self, req: request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Safe, self.watch), req)


class _Redirect(request.HTTPRedirectHandler):
    """Follows to the same host with the same question; elsewhere only where that is allowed."""

    def __init__(self, anywhere: bool) -> None:
        self.anywhere = anywhere

    def redirect_request(
        self,
        req: request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,  # noqa: ARG002
        headers: Message,  # noqa: ARG002
        newurl: str,
    ) -> request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        same = old.hostname == new.hostname and new.scheme in {old.scheme, "https"}
        if not (same or self.anywhere):
            fp.close()
            raise ComityError(
                f"{shown(req.full_url)} sends on to {shown(newurl)}: give that address, "
                "or --allow-redirect"
            )
        kept = {k: v for k, v in req.header_items() if same or k.lower() != "authorization"}
        kept.pop("Host", None)
        return request.Request(newurl, None if code == 303 else req.data, kept)  # noqa: S310


def fetched(
    asked: request.Request, patience: Patience, into: IO[bytes], anywhere: bool = False
) -> str:
    """Send a request, write the answer into a file; return its media type ("" if not told).

    Raises ComityError where the endpoint refuses, cannot be reached, or goes over a limit.
    """
    end = time.monotonic() + patience.total
    for number in range(1, patience.tries + 1):
        into.seek(0)
        into.truncate()
        try:
            return _once(asked, patience, end, into, anywhere)
        except LostError as error:
            wait = max(error.wait, patience.pause * 2 ** (number - 1))
            if number == patience.tries or time.monotonic() + wait > end:
                raise ComityError(f"{shown(asked.full_url)}: {error}: try again later") from None
            time.sleep(wait)
    raise AssertionError


def shown(address: str) -> str:
    """Return an address without what may be secret in it: user, password, parameters."""
    parts = urlsplit(address)
    host = parts.netloc.rsplit("@", 1)[-1]
    return f"{parts.scheme}://{host}{parts.path}{'?...' if parts.query else ''}"


def authorization(address: str) -> str | None:
    """Return an Authorization header for an endpoint: from its address, the environment, netrc."""
    parts = urlsplit(address)
    if parts.username is not None:
        return _basic(unquote(parts.username), unquote(parts.password or ""))
    if TOKEN in os.environ:
        return f"Bearer {os.environ[TOKEN]}"
    if USER in os.environ:
        return _basic(os.environ[USER], os.environ.get(PASSWORD, ""))
    with suppress(OSError, netrc.NetrcParseError):
        found = netrc.netrc(os.environ.get("NETRC")).authenticators(parts.hostname or "")
        return _basic(found[0], found[2] or "") if found else None
    return None


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _once(
    asked: request.Request, patience: Patience, end: float, into: IO[bytes], anywhere: bool
) -> str:
    name = shown(asked.full_url)
    with Watch(end - time.monotonic()) as watch, _errors(name, watch, patience):
        opener = request.OpenerDirector()
        for handler in (
            request.ProxyHandler(),
            _Opening(watch),
            _OpeningSafely(watch),
            _Redirect(anywhere),
            request.HTTPDefaultErrorHandler(),
            request.HTTPErrorProcessor(),
            request.UnknownHandler(),
        ):
            opener.add_handler(handler)
        with opener.open(asked, timeout=patience.read) as response:
            _copy(response, into, patience.size, name)
            if watch.over or response.length:
                raise LostError("the connection was lost before the answer was whole")
            return str(response.headers.get_content_type() if response.headers else "")


def _copy(response: http.client.HTTPResponse, into: IO[bytes], room: int, name: str) -> None:
    while chunk := response.read1(CHUNK):
        room -= len(chunk)
        if room < 0:
            raise ComityError(f"{name}: the answer is too large: add LIMIT, or ask for less")
        into.write(chunk)
    into.flush()


@contextmanager
def _errors(name: str, watch: Watch, patience: Patience) -> Iterator[None]:
    """Turn what goes wrong on the way into one line."""
    slow = f"{name}: no answer within {patience.total:g} s: raise --timeout, or ask for less"
    try:
        yield
    except HTTPError as error:
        with error:
            raise _status(error, name) from error
    except (URLError, OSError, http.client.HTTPException, LostError) as error:
        if watch.over:
            raise ComityError(slow) from error
        raise _lost(error, name, patience) from error


def _lost(error: Exception, name: str, patience: Patience) -> Exception:
    reason = getattr(error, "reason", error)
    if isinstance(error, LostError):
        return error
    if isinstance(reason, TimeoutError):
        return ComityError(f"{name}: silent for {patience.read:g} s: is it well?")
    if isinstance(reason, ConnectionRefusedError | socket.gaierror):
        return ComityError(f"{name}: cannot be reached: {reason.strerror or reason}")
    if isinstance(
        reason, http.client.RemoteDisconnected | http.client.IncompleteRead | ConnectionError
    ):
        return LostError("the connection was lost before the answer was whole")
    if isinstance(reason, http.client.HTTPException):
        return ComityError(f"{name}: does not speak HTTP: is this the address of an endpoint?")
    return ComityError(f"{name}: cannot be reached: {getattr(reason, 'strerror', None) or reason}")


def _status(error: HTTPError, name: str) -> Exception:
    if error.code in BUSY:
        told = error.headers.get("Retry-After", "") if error.headers else ""
        wait = float(told) if told.isdigit() else 0.0
        return LostError(f"busy (HTTP {error.code})", wait)
    if error.code in MEANINGS:
        return ComityError(f"{name}: {MEANINGS[error.code]} (HTTP {error.code})")
    if 300 <= error.code < 400:
        return ComityError(f"{name}: sends on without end (HTTP {error.code})")
    said = _words(error)
    if error.code == 400:
        return ComityError(f"{name} refused the query: {said or 'it does not say why'}")
    return ComityError(f"{name}: in trouble (HTTP {error.code}){': ' if said else ''}{said}")


def _words(error: HTTPError) -> str:
    """Return the first words of an error's page, without its markup."""
    try:
        page = error.read1(10_000).decode(errors="replace")
    except (OSError, http.client.HTTPException, AttributeError):
        return ""
    if error.headers.get_content_type() != "text/plain":
        page = re.sub(r"(?is)<(script|style|head).*?</\1>|<[^>]*>", " ", page)
    return " ".join(page.split())[:300]
