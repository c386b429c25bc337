"""An OpenAPI document as one plain page of HTML: no script, nothing loaded from elsewhere, so it opens offline. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

from runtime.problems import ProblemKind

Json = dict[str, Any]
HEADERS: Final = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""What the page is served with: nothing but its own style."""
_METHODS: Final = ("get", "post")
_STYLE: Final = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
pre{padding:.75rem;overflow:auto;border:1px solid #8886;border-radius:.4rem}code,pre{font:14px/1.45 ui-monospace,monospace}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #8886}
h2{margin-top:2.5rem}summary{cursor:pointer}"""


def page(document: Json, problems: type[ProblemKind]) -> str:
    """The page; the place of a kind of problem is what its `type` names after the #."""
    operations = [
        (path, method, item[method], item.get("parameters", []))
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]
    links = "".join(f'<li><a href="#{_id(op)}">{escape(op["summary"])}</a></li>' for _, _, op, _ in operations)
    body = "".join(
        part for operation in operations for part in _operation(*operation, document["components"]["schemas"])
    )
    info = document["info"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(info['title'])}</h1>{_paragraphs(info['description'])}"
        f'<p>The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p><ul>{links}</ul>'
        f"{body}{_problems(problems)}</main></body></html>"
    )


def _operation(path: str, method: str, operation: Json, shared: list[Json], schemas: Json) -> Iterator[str]:
    yield f'<h2 id="{_id(operation)}">{escape(operation["summary"])}</h2>'
    yield f"<p><code>{method.upper()} {escape(path)}</code></p>"
    parameters = [*shared, *operation.get("parameters", [])]
    if parameters:
        yield _table(
            ("Parameter", "In", "Needed", "Meaning"),
            [(p["name"], p["in"], _yes(p["required"]), p["description"]) for p in parameters],
        )
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<h3>Body as <code>{escape(media)}</code></h3>"
        for name in _names(content["schema"]):
            yield _fields(name, schemas)
        yield from _examples(content)
    for status, answer in operation["responses"].items():
        yield f"<h3>{status}: {escape(answer['description'])}</h3>"
        for content in answer.get("content", {}).values():
            yield from _examples(content)


def _fields(name: str, schemas: Json) -> str:
    schema = schemas[name]
    needed = schema.get("required", [])
    rows = [
        (field, _type(shape), _yes(field in needed), shape.get("description", ""))
        for field, shape in schema.get("properties", {}).items()
    ]
    about = f"<p>{escape(schema['description'])}</p>" if "description" in schema else ""
    inner = sorted({found for shape in schema.get("properties", {}).values() for found in _names(shape)})
    deeper = "".join(_fields(found, schemas) for found in inner if found != name)
    table = _table(("Field", "Type", "Needed", "Meaning"), rows)
    return f"<details><summary><code>{escape(name)}</code></summary>{about}{table}{deeper}</details>"


def _type(shape: Json) -> str:
    if "anyOf" in shape:
        return " or ".join(_type(one) for one in shape["anyOf"])
    if "const" in shape or "enum" in shape:
        return " | ".join(json.dumps(word) for word in shape.get("enum", [shape.get("const")]))
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    limits = [f"{word} {shape[word]}" for word in _LIMITS if word in shape]
    inner = f" of {_type(shape['items'])}" if "items" in shape else ""
    return str(shape.get("type", "anything")) + inner + (f" ({', '.join(limits)})" if limits else "")


_LIMITS: Final = ("minimum", "maximum", "minLength", "maxLength", "maxItems", "maxProperties", "pattern", "default")


def _names(shape: Any) -> list[str]:
    """The schemas that a shape refers to, one level deep."""
    if isinstance(shape, list):
        return [name for one in shape for name in _names(one)]
    if not isinstance(shape, dict):
        return []
    if "$ref" in shape:
        return [str(shape["$ref"].rpartition("/")[2])]
    return [name for word in ("oneOf", "anyOf", "items") for name in _names(shape.get(word))]


def _examples(content: Json) -> Iterator[str]:
    for name, example in content.get("examples", {}).items():
        text = json.dumps(example["value"], indent=2, ensure_ascii=False)
        yield f"<p>Example: {escape(name)}</p><pre>{escape(text)}</pre>"


def _problems(problems: type[ProblemKind]) -> str:
    rows = "".join(
        f'<tr id="{kind.type.rpartition("#")[2]}"><td>{kind.status}</td>'
        f"<td><code>{escape(kind.type)}</code></td><td>{escape(kind.title)}</td></tr>"
        for kind in problems
    )
    head = "<tr><th>Status</th><th>Type</th><th>Meaning</th></tr>"
    return f"<h2>Problems</h2><table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))


def _id(operation: Json) -> str:
    return escape(operation["operationId"])


def _yes(needed: bool) -> str:
    return "yes" if needed else "no"
