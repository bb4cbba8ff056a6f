"""Resources of Ambari's API, how a query selects from them, and their JSON.

Source: api/query/QueryImpl.java and the renderers in api/query/render of Ambari 2.7.3.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.ambari.errors import unsupported_properties
from emulator.ambari.query.query import Query

ABSENT = object()
"""The value of a property that a resource doesn't have; None is null."""


@dataclass(frozen=True)
class ResourceType:
    """A type of resource: its properties and sub-resources."""

    name: str
    keys: tuple[str, ...]
    """Properties that are always shown; the last one identifies the resource within its parent."""
    properties: frozenset[str]
    """All properties that a resource of this type may have."""
    children: tuple[str, ...] = ()
    """The names of its sub-resources."""
    shown_in_lists: bool = False
    """Whether all properties are shown in lists, even when the query has fields."""
    unknown_in_predicates: str | None = None
    """A category whose unknown properties are accepted in predicates, and match nothing."""


@dataclass(frozen=True)
class Resource:
    """One resource. A property's value may be a dict, which is a category of further properties."""

    type: ResourceType
    path: str
    values: Mapping[str, Any]
    children: Mapping[str, Callable[[], list["Resource"]]] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    """Paths of related resources by name, shown at the top level only."""
    own_href: bool = False
    """Whether its href is its path even when the request's URL has a query."""

    def value(self, property_id: str) -> Any:
        """A property's value, or ABSENT."""
        if property_id in self.values:
            return self.values[property_id]
        category, _, rest = property_id.rpartition("/")
        found = self.value(category) if category else ABSENT
        return found.get(rest, ABSENT) if isinstance(found, Mapping) else ABSENT


def render_one(resource: Resource, query: Query, base: str, href: str) -> dict[str, Any]:
    """The JSON of a single resource. Raises AmbariError 400 for fields that its type doesn't have."""
    check_properties(resource.type, query)
    shown = _Shown(query, base).of(resource, everything=not query.fields)
    if query.minimal:
        return shown
    return {"href": _href(resource, base) if resource.own_href else href} | shown


def render_list(resources: Iterable[Resource], query: Query, base: str, href: str) -> dict[str, Any]:
    """The JSON of a list of resources: one page of those that match the query, sorted."""
    matching = [resource for resource in resources if matches(resource, query)]
    for name, descending in reversed(query.sort):
        matching.sort(key=lambda resource: _sort_key(resource.value(name)), reverse=descending)
    page = _page(matching, query)
    shown = _Shown(query, base)
    items = []
    for resource in page:
        own = {} if query.minimal else {"href": _href(resource, base)}
        items.append(own | shown.of(resource, everything=resource.type.shown_in_lists))
    result: dict[str, Any] = {} if query.minimal else {"href": href}
    if query.page_size is not None:
        result["itemTotal"] = str(len(matching))
    return result | {"items": items}


def matches(resource: Resource, query: Query) -> bool:
    """Whether a resource matches the query's predicate.

    A predicate about a sub-resource matches when it holds for at least one of these.
    """
    if query.predicate is None:
        return True
    child = _child_of_predicate(resource.type, query)
    if child is None:
        return query.predicate.matches(lambda name: _plain(resource.value(name)))
    return bool(_matching_children(resource, child, query))


def check_properties(resource_type: ResourceType, query: Query) -> None:
    """Raises AmbariError 400 for properties in the query that the type doesn't have."""
    unknown = [name for name in query.fields if not _known(resource_type, name)]
    unknown += [
        name
        for name in query.predicate_properties
        if not _known(resource_type, name)
        and name.partition("/")[0] != (resource_type.unknown_in_predicates or "/")
    ]
    if unknown:
        raise unsupported_properties(unknown, resource_type.name)


class _Shown:
    """Selects the properties and sub-resources that a query shows."""

    def __init__(self, query: Query, base: str) -> None:
        self._query = query
        self._base = base

    def of(self, resource: Resource, *, everything: bool) -> dict[str, Any]:
        result: dict[str, Any] = {}
        wanted = self._wanted(resource, everything)
        for name in wanted:
            value = resource.value(name)
            if value is not ABSENT:
                _put(result, name.split("/"), value)
        for name, path in resource.links.items():
            result[name] = {"href": self._base + path}
        for name in resource.children:
            children = self._children(resource, name, everything=everything)
            if children is not None:
                result[name] = children
        return result

    def _wanted(self, resource: Resource, everything: bool) -> list[str]:
        if everything or "*" in self._query.fields:
            return list(resource.values)
        keys = resource.type.keys[-1:] if self._query.minimal else resource.type.keys
        names = dict.fromkeys(keys)
        selected = (
            self._query.fields
            if self._query.minimal
            else self._query.fields + self._query.predicate_properties
        )
        for field_name in selected:
            category = field_name.removesuffix("/*") + "/"
            inside = [name for name in resource.values if name.startswith(category)]
            names |= dict.fromkeys(inside or [field_name])
        return list(names)

    def _children(self, resource: Resource, name: str, *, everything: bool) -> list[dict[str, Any]] | None:
        fields = _below(name, self._query.fields)
        named = _below(name, self._query.predicate_properties)
        everywhere = (everything and not resource.type.shown_in_lists) or "*" in self._query.fields
        if not (fields or named or everywhere or name in self._query.fields):
            return None
        children = _matching_children(resource, name, self._query) if named else resource.children[name]()
        inner = _Shown(Query(fields=fields + named, minimal=self._query.minimal), self._base)
        return [self._nested(inner, child) for child in children]

    def _nested(self, inner: "_Shown", child: Resource) -> dict[str, Any]:
        own = {} if self._query.minimal else {"href": _href(child, self._base)}
        plain = Resource(child.type, child.path, child.values, {})
        return own | inner.of(plain, everything=False)


def _known(resource_type: ResourceType, name: str) -> bool:
    first, _, rest = name.partition("/")
    if name == "*" or (first in resource_type.children and (rest or first == name)):
        return True
    category = name.removesuffix("/*")
    return any(
        category == known or known.startswith(f"{category}/") or category.startswith(f"{known}/")
        for known in resource_type.properties
    )


def _child_of_predicate(resource_type: ResourceType, query: Query) -> str | None:
    firsts = (name.partition("/")[0] for name in query.predicate_properties)
    return next((first for first in firsts if first in resource_type.children), None)


def _matching_children(resource: Resource, name: str, query: Query) -> list[Resource]:
    predicate = query.predicate
    if predicate is None:
        return resource.children[name]()

    def holds(child: Resource) -> bool:
        def value_of(property_id: str) -> object:
            inside = property_id.removeprefix(f"{name}/")
            return _plain((child if inside != property_id else resource).value(inside))

        return predicate.matches(value_of)

    return [child for child in resource.children[name]() if holds(child)]


def _below(name: str, ids: Iterable[str]) -> tuple[str, ...]:
    prefix = f"{name}/"
    return tuple(item.removeprefix(prefix) for item in ids if item.startswith(prefix))


def _page(resources: list[Resource], query: Query) -> list[Resource]:
    if query.page_size is None:
        return resources
    if query.to_end:
        return resources[-query.page_size :] if query.page_size else []
    return resources[query.offset : query.offset + query.page_size]


def _sort_key(value: Any) -> tuple[int, Any]:
    if value is ABSENT or value is None:
        return 0, 0
    return (1, value) if isinstance(value, int | float) else (2, str(value))


def _plain(value: Any) -> object:
    return None if value is ABSENT else value


def _href(resource: Resource, base: str) -> str:
    return base + resource.path


def _put(target: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        target = target.setdefault(step, {})
    if isinstance(value, Mapping) and isinstance(target.get(path[-1]), dict):
        target[path[-1]] |= value
    else:
        target[path[-1]] = value
