"""The kinds of job aids, one module a kind: its model and how its sections read."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args

from knowledge.kinds.base import Aid


@cache
def kinds() -> Mapping[str, type[Aid]]:
    """The model of each kind by its name: every module beside `base` holds one."""
    models = [
        model
        for module in iter_modules(__path__)
        if module.name != "base"
        for model in vars(import_module(f"{__name__}.{module.name}")).values()
        if isinstance(model, type) and issubclass(model, Aid) and model is not Aid
    ]
    return {get_args(model.model_fields["kind"].annotation)[0]: model for model in models}


def aid_of(values: Mapping[str, Any]) -> Aid:
    """The aid in plain values. Raises pydantic's ValidationError, and KeyError where the kind is none of ours."""
    return kinds()[values["kind"]].model_validate(values)
