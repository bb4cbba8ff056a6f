"""What all models of the configuration have in common."""

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from .mistakes import broken


class Checked(BaseModel):
    """Named as in the configuration, checked down to the defaults, and never changed."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        validate_default=True,
        coerce_numbers_to_str=True,
    )


def between(least: int, most: int, source: str) -> AfterValidator:
    """The rule that a number lies between two others, each included."""

    def check(value: int) -> int:
        if not least <= value <= most:
            nearest = min(max(value, least), most)
            raise broken(f"must be between {least} and {most}", source=source, right=str(nearest))
        return value

    return AfterValidator(check)
