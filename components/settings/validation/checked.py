"""The base class of all models of the configuration, and helpers for them."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from . import leniency
from .leniency import Made
from .mistakes import REFERENCE, broken


class Checked(BaseModel):
    """A frozen model with camel-case names that refuses unknown ones and validates defaults too."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        validate_default=True,
        coerce_numbers_to_str=True,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _no_number_is_a_truth_value(cls, value: object, info: ValidationInfo) -> object:
        # Python takes true for 1, and so does pydantic.
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is int:
            leniency.refuse("must be a whole number", unless=Made.APP, source=REFERENCE)
        return value


def names_at(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The names that are known at the place of `location`'s last one, in the configuration of `model`."""
    return [str(field.alias) for field in _model_at(model, location).model_fields.values()]


def default_at(model: type[BaseModel], location: Sequence[str | int]) -> str:
    """The default of the field at `location`, as it would be set; empty where there is none to suggest."""
    try:
        fields = _fields(_model_at(model, location))
    except LookupError:
        return ""
    field = fields.get(str(location[-1]))
    if field is None:
        return ""
    if isinstance(field.default, bool):
        return str(field.default).lower()
    values = field.default if isinstance(field.default, tuple) else (field.default,)
    return str(values[0]) if len(values) == 1 and isinstance(values[0], str | int | IPv4Network) else ""


def _model_at(model: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel]:
    """The model that has the last name in `location`. Raises LookupError where that is no model's."""
    names = [part for part in location if isinstance(part, str)]
    for name in names[:-1]:
        inner = next(_models(_fields(model)[name].annotation), None)
        if inner is None:
            raise LookupError(name)
        model = inner
    return model


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by alias and by attribute: pydantic names one whose default is wrong by the latter."""
    return {key: field for name, field in model.model_fields.items() for key in (name, str(field.alias))}


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models within a type, such as `tuple[Topic, ...]` or `ExistingResource | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def between(least: int, most: int, source: str) -> AfterValidator:
    """The rule that a number is at least `least` and at most `most`."""

    def check(value: int) -> int:
        if not least <= value <= most:
            raise broken(f"must be between {least} and {most}", source=source)
        return value

    return AfterValidator(check)
