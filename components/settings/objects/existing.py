"""Settings that name an existing resource, to be used instead of a new one."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, TypeAdapter, model_validator
from pydantic.fields import FieldInfo

from ..validation.checked import Checked
from ..values import names


class ExistingGroup(Checked):
    """An existing resource group, in the subscription that Pulumi deploys to."""

    name: Annotated[str, AfterValidator(names.resource_group)]


class ExistingResource(Checked):
    """An existing resource, by name. An empty subscription is the one that Pulumi deploys to."""

    resource_group: Annotated[str, AfterValidator(names.resource_group)]
    name: Annotated[str, AfterValidator(names.resource)]
    subscription: Annotated[str, AfterValidator(names.subscription)] = ""

    def __str__(self) -> str:
        place = f" of subscription {self.subscription}" if self.subscription else ""
        return f"{self.name} in resource group {self.resource_group}{place}"


class ExistingSubnet(ExistingResource):
    """A subnet of an existing virtual network, whose `name` this is."""

    subnet: Annotated[str, AfterValidator(names.resource)]


class _FromPulumi(Checked):
    @model_validator(mode="before")
    @classmethod
    def _decoded(cls, value: object) -> object:
        return names.from_json(value)


class NewOrExistingGroup(_FromPulumi):
    """A choice: `{}` creates a resource; `{existing: ...}` uses that one and leaves it unchanged."""

    existing: ExistingGroup | None = None


class NewOrExisting(_FromPulumi):
    """See NewOrExistingGroup."""

    existing: ExistingResource | None = None


class NewOrExistingSubnet(_FromPulumi):
    """See NewOrExistingGroup."""

    existing: ExistingSubnet | None = None


def existing_among(candidates: Iterable[str], settings: Mapping[str, Any]) -> str | None:
    """The first of the `candidates`, names of settings, that names an existing resource; None without one."""
    for name in candidates:
        choice = settings.get(name)
        if choice is not None and choice.existing is not None:
            return name
    return None


def is_default(value: object, field: FieldInfo) -> bool:
    """Whether a value is its setting's default, which Pulumi hands over as text where nothing is set."""
    adapter = TypeAdapter(field.rebuild_annotation())
    default = adapter.dump_python(field.default, mode="json", by_alias=True, exclude_none=True)
    return value is field.default or value == default or _decoded(value) == default


def _decoded(value: object) -> object:
    try:
        return json.loads(str(value))
    except json.JSONDecodeError:
        return value
