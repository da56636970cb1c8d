"""The Markdown form of a kind of aid, to fill in."""

import re
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel

from knowledge.kinds import kinds
from knowledge.kinds.base import Day


def blank(kind: str, owner: str) -> str:
    """The Markdown form of a kind of aid, with every key there is; what is left empty counts as not there."""
    model = kinds()[kind]
    values = {name: _example(field.annotation) for name, field in model.model_fields.items() if name != "body"}
    values |= {"kind": kind, "status": "draft", "version": 1, "language": "en", "owner": owner}
    first = {name: values.pop(name) for name in ("kind", "id", "title")}
    front = yaml.safe_dump(first | values, sort_keys=False, allow_unicode=True, width=200)
    return f"---\n{re.sub(r'null$', '', front, flags=re.M)}---\n"


def _example(annotation: Any) -> Any:
    """An empty value of a field's type, with one empty entry where a list holds parts."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {name: _example(field.annotation) for name, field in annotation.model_fields.items()}
    if get_origin(annotation) is tuple:
        inner = get_args(annotation)[0]
        return [_example(inner)] if isinstance(inner, type) and issubclass(inner, BaseModel) else []
    of = get_args(annotation)
    if of and type(None) in of:
        return _example(next(t for t in of if t is not type(None)))
    return False if annotation is bool else None if annotation is Day else ""
