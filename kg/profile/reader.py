"""A profile read from YAML and checked: every mistake is one line with file, line and field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from kg.errors import ComityError
from kg.files import read_text
from kg.profile.profile import SCHEMA, Places, Profile

if TYPE_CHECKING:
    from jsonschema import ValidationError

Where = tuple[str | int, ...]
TYPES = {
    "object": "fields below it",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}


def read(path: Path) -> Profile:
    """Read a profile; raise ComityError with file, line and field at the first mistake."""
    text = read_text(path)
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        document = _texted(yaml.safe_load(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ComityError(f"{path}:{line}: not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise ComityError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    places = Places(path, dict(_lines(tree)) if tree else {})
    _check_unique(tree, places)
    _check(document, places)
    profile = Profile(document, places)
    _check_names(profile)
    return profile


def _texted(value: Any) -> Any:  # noqa: ANN401
    """Return the same with text for the name of every field: YAML reads `2019:` as a number."""
    if isinstance(value, dict):
        return {str(key): _texted(part) for key, part in value.items()}
    return [_texted(part) for part in value] if isinstance(value, list) else value


def _lines(node: yaml.Node, where: Where = ()) -> Iterator[tuple[Where, int]]:
    """Yield (field, line) of a YAML tree."""
    yield where, node.start_mark.line + 1
    for key, value in _parts(node):
        yield (
            (*where, key),
            (value.start_mark if isinstance(key, int) else _key(node, key).start_mark).line + 1,
        )
        yield from (item for item in _lines(value, (*where, key)) if item[0] != (*where, key))


def _parts(node: yaml.Node) -> Iterable[tuple[str | int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return [(str(key.value), value) for key, value in node.value]
    return list(enumerate(node.value)) if isinstance(node, yaml.SequenceNode) else []


def _key(node: yaml.Node, name: str) -> yaml.Node:
    keys: list[yaml.Node] = [key for key, _ in node.value]
    return next(key for key in keys if str(key.value) == name)


def _check_unique(node: yaml.Node | None, places: Places, where: Where = ()) -> None:
    seen: set[str | int] = set()
    for key, value in _parts(node) if node else ():
        if key in seen:
            line = value.start_mark.line + 1
            again = Places(places.path, {(*where, key): line})
            raise again.error((*where, key), "stands there twice: keep one")
        seen.add(key)
        _check_unique(value, places, (*where, key))


def _check(document: object, places: Places) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    error = best_match(Draft202012Validator(schema).iter_errors(document))
    if error:
        where, text = _said(error, schema)
        raise places.error(where, text)


def _said(error: ValidationError, schema: dict[str, Any]) -> tuple[Where, str]:
    """Return which field is wrong, and how, in words."""
    where: Where = tuple(error.absolute_path)
    value: Any = error.validator_value
    given: Any = error.instance
    within: Any = error.schema
    rule = error.validator
    if rule == "additionalProperties":
        known = list(within.get("properties", {}))
        odd = next(name for name in given if name not in known)
        near = get_close_matches(str(odd), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}"
        return (*where, str(odd)), f"no such field: {hint}"
    if rule == "required":
        lacking = next(name for name in value if name not in given)
        about = _about(schema, (*where, lacking))
        return where, f"{lacking} is missing{f': {about}' if about else ''}"
    return where, {
        "type": f"write {TYPES.get(str(value), value)} here",
        "minimum": f"{given} is less than {value}",
        "maximum": f"{given} is more than {value}",
        "exclusiveMaximum": f"{given} is not below {value}",
        "minItems": "the list is empty",
        "minProperties": "nothing is declared below it",
        "minLength": "it is empty",
        "enum": f"{given} is none of {', '.join(map(str, value))}"
        if isinstance(value, list)
        else "",
        "pattern": f"{given} is not written as it must be: "
        f"{_about(schema, where) or 'an address or a short IRI such as schema:Organization'}",
    }.get(str(rule), error.message)


def _about(schema: dict[str, Any], where: Where) -> str:
    """Return the description of a field at the top of the schema."""
    found = schema["properties"].get(where[0], {}) if len(where) == 1 else {}
    return str(found.get("description", "")).rstrip(".")


def _check_names(profile: Profile) -> None:
    """Check what one field says of another."""
    kinds = [kind.slug for kind in profile.kinds]
    given, places = profile.document, profile.at
    if profile.sign not in kinds:
        raise places.error(("sign",), f"{profile.sign} is none of the kinds {', '.join(kinds)}")
    for number, table in enumerate(given["ties"]):
        if "as" in table and table["as"] not in kinds:
            text = f"{table['as']} is none of the kinds {', '.join(kinds)}"
            raise places.error(("ties", number, "as"), text)
        if "kind" not in table and "as" not in table and len(kinds) > 1:
            text = "which kind is it? name the column with `kind`, or one of the kinds with `as`"
            raise places.error(("ties", number), text)
    if (given.get("need") or given.get("capability")) and "actors" not in given:
        field = "need" if given.get("need") else "capability"
        raise places.error((field,), "there is no table of actors whose column this could be")
