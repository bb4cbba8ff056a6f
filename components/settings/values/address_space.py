"""Address spaces of virtual networks: one range or several, which overlap neither each other nor others."""

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from ..validation.mistakes import broken, check_all, with_right
from . import addresses, names

AddressSpace = tuple[IPv4Network, ...]

_WHY_APART = "Azure takes no network with ranges that have addresses in common"


def checked(
    value: object,
    setting: str,
    rules: Sequence[Callable[[IPv4Network], object]],
    others: Mapping[str, IPv4Network],
    why_apart: str,
) -> AddressSpace:
    """Parse `value`, one range or a list of them; each has to keep to `rules` and must overlap no other.

    others: ranges that must not be overlapped, by the names of their settings.
    why_apart: what an overlap with them would lead to.
    Raises one error for all mistakes, at the index of each range where there are several.
    """
    given = _listed(value)
    if not given:
        free = addresses.free_range(16, others.values())
        raise broken("must have at least one range", source=addresses.VIRTUAL_NETWORKS, right=str(free or ""))
    wrong: dict[int, PydanticCustomError] = {}
    ranges: dict[int, IPv4Network] = {}
    for place, item in enumerate(given):
        try:
            ranges[place] = addresses.parse(item)
        except PydanticCustomError as error:
            wrong[place] = error
    taken = [*ranges.values(), *others.values()]
    before: dict[str, IPv4Network] = {}
    for place, range_ in ranges.items():
        try:
            check_all(range_, *rules, *_apart(dict(before), others, why_apart, taken))
        except PydanticCustomError as error:
            wrong[place] = error
        before[_name(setting, place, len(given))] = range_
    if wrong:
        raise _located(given, wrong, taken)
    return tuple(ranges.values())


def by_name(setting: str, space: AddressSpace) -> dict[str, IPv4Network]:
    """The ranges of a setting by their paths, as `pulumi config set --path` writes them."""
    return {_name(setting, place, len(space)): range_ for place, range_ in enumerate(space)}


def _name(setting: str, place: int, count: int) -> str:
    return f"{setting}[{place}]" if count > 1 else setting


def _listed(value: object) -> list[object]:
    """The value as a list. Pulumi hands a list over as JSON, and a string as it is."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = names.from_json(value)
    return list(value) if isinstance(value, list | tuple) else [value]


def _apart(
    siblings: Mapping[str, IPv4Network],
    others: Mapping[str, IPv4Network],
    why_apart: str,
    taken: Sequence[IPv4Network],
) -> tuple[Callable[[IPv4Network], object], ...]:
    """Rules by which a range overlaps none of those before it in its list, and none of `others`."""
    return (
        lambda range_: addresses.apart(
            range_, siblings, _WHY_APART, source=addresses.VIRTUAL_NETWORKS, taken=taken
        ),
        lambda range_: addresses.apart(range_, others, why_apart, taken=taken),
    )


def _located(
    given: Sequence[object], wrong: Mapping[int, PydanticCustomError], taken: Sequence[IPv4Network]
) -> ValidationError:
    """One pydantic error for all wrong ranges, each with a suggestion.

    For one of several ranges that is a free range; a single one is left to the setting's default.
    """
    details = []
    blocked = list(taken)
    for place in sorted(wrong):
        if len(given) == 1:
            details.append(InitErrorDetails(type=wrong[place], input=given[place]))
            continue
        free = addresses.free_range(16, blocked)
        blocked += [free] if free else []
        error = with_right(wrong[place], str(free or ""))
        details.append(InitErrorDetails(type=error, loc=(place,), input=given[place]))
    return ValidationError.from_exception_data("address space", details)
