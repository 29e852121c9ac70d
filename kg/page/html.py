"""Render a page to one self-contained, safe HTML file.

Nothing is fetched: styles, scripts and data are inlined. The content security policy admits exactly
these scripts and styles (by hash) and no connection; `require-trusted-types-for` closes innerHTML
and its like.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from kg.files import write_whole
from kg.page.model import Page
from kg.page.payload import payload

HERE = Path(__file__).parent
# Order matters only for readers: every file holds plain functions, `main.js` starts them.
SCRIPTS = (
    "dom",
    "data",
    "state",
    "projection",
    "reach",
    "select",
    "find",
    "search",
    "legend",
    "graph",
    "map",
    "ranking",
    "answer",
    "pareto",
    "panel",
    "timeline",
    "paths",
    "whatif",
    "figures",
    "plot",
    "tables",
    "picture",
    "download",
    "exchange",
    "main",
)


def render(page: Page) -> str:
    """Return the page as one HTML document.

    Raises ComityError (code 2) if ties, ranking and nodes do not fit together.
    """
    scripts = [application()]
    style = read("style.css")
    html: str = (
        environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            policy=policy(scripts, style),
            style=Markup(style),  # noqa: S704
            scripts=[Markup(script) for script in scripts],  # noqa: S704
            data=payload(page),
            strings=reworded(strings(), page.wording),
            world=world() if any(node.lon is not None for node in page.nodes) else None,
        )
    )
    return html


def reworded(said: dict[str, Any], wording: Callable[[str], str]) -> dict[str, Any]:
    """Return the page's own words, by language and name, in those of its subject."""
    return {
        lang: {
            name: wording(text) if isinstance(text, str) else text for name, text in texts.items()
        }
        for lang, texts in said.items()
    }


def write(page: Page, path: Path | str) -> None:
    """Write the page to a file, whole or not at all.

    Raises ComityError (code 2) if the file cannot be written.
    """
    write_whole(Path(path), render(page).encode("utf-8", "replace"))


@dataclass(frozen=True)
class Frame:
    """A page in a notebook: an iframe whose scripts run without access to the notebook."""

    page: Page
    height: int = 720

    def _repr_html_(self) -> str:
        return (
            f'<iframe title="{escape(self.page.title)}" width="100%" height="{self.height}" '
            f'sandbox="allow-scripts allow-downloads" srcdoc="{escape(render(self.page))}" '
            'style="border:0"></iframe>'
        )


def policy(scripts: list[str], style: str) -> str:
    """Return the content security policy that admits just these inline parts."""
    allowed = " ".join(digest(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {digest(style)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def digest(text: str) -> str:
    """Return the CSP hash source of an inline script or style."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def application() -> str:
    """Return the page's own scripts as one, in a scope of their own."""
    parts = "\n".join(read(f"js/{name}.js") for name in SCRIPTS)
    return inline(f'"use strict";\n(() => {{\n{parts}\n}})();')


def inline(script: str) -> str:
    """Keep a script's texts from ending the element that it is in; meaning unchanged."""
    return script.replace("</script", r"<\/script").replace("<!--", r"<\!--")


@cache
def read(name: str) -> str:
    """Return the text of a file of this package."""
    return (HERE / name).read_text(encoding="utf-8")


@cache
def strings() -> dict[str, Any]:
    """Return the user interface's texts by language."""
    return dict(json.loads(read("strings.json")))


@cache
def world() -> dict[str, Any]:
    """Return the map's shapes (see scripts/world.py)."""
    return dict(json.loads(read("world.json")))


@cache
def environment() -> Environment:
    """Return the templates' environment: everything escaped, JSON compact."""
    templates = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True)
    templates.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    return templates
