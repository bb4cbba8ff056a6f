"""How a setting names something that exists already."""

import json
from typing import Annotated

from pydantic import AfterValidator, TypeAdapter
from pydantic.fields import FieldInfo

from . import names
from .checked import Checked


class ExistingResource(Checked):
    """Where it is. An empty subscription is the one that the program deploys to."""

    resource_group: Annotated[str, AfterValidator(names.resource_group)]
    name: Annotated[str, AfterValidator(names.resource)]
    subscription: Annotated[str, AfterValidator(names.subscription)] = ""

    def __str__(self) -> str:
        place = f" of subscription {self.subscription}" if self.subscription else ""
        return f"{self.name} in resource group {self.resource_group}{place}"


class Adoption(Checked):
    """`{}`: the program makes one. `{existing: ...}`: it uses that one, and leaves it as it is."""

    existing: ExistingResource | None = None


def is_default(value: object, field: FieldInfo) -> bool:
    """Whether a setting has its default: Pulumi hands that over, as text, where nothing else is set."""
    default = TypeAdapter(field.rebuild_annotation()).dump_python(field.default, mode="json", by_alias=True)
    return value is field.default or value == default or _decoded(value) == default


def _decoded(value: object) -> object:
    try:
        return json.loads(str(value))
    except json.JSONDecodeError:
        return value
