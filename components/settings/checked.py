"""The base class of all models of the configuration, and helpers for them."""

from collections.abc import Iterator, Sequence
from typing import get_args

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from .mistakes import broken


class Checked(BaseModel):
    """A frozen model with camel-case names that refuses unknown ones and validates defaults too."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        validate_default=True,
        coerce_numbers_to_str=True,
    )


def names_at(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The names that are known at the place of `location`'s last one, in the configuration of `model`."""
    names = [part for part in location if isinstance(part, str)]
    for name in names[:-1]:
        fields = {field.alias: field for field in model.model_fields.values()}
        model = next(_models(fields[name].annotation))
    return [str(field.alias) for field in model.model_fields.values()]


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
            nearest = min(max(value, least), most)
            raise broken(f"must be between {least} and {most}", source=source, right=str(nearest))
        return value

    return AfterValidator(check)
