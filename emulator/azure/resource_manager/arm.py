"""Resource ids of Azure Resource Manager (ARM), and the ids that the emulator uses for its tenant."""

import re
from dataclasses import dataclass

SUBSCRIPTION = "00000000-0000-0000-0000-00000000beef"
"""The default subscription."""
OTHER_SUBSCRIPTION = "00000000-0000-0000-0000-00000000cafe"
SUBSCRIPTIONS = (SUBSCRIPTION, OTHER_SUBSCRIPTION)
TENANT = "00000000-0000-0000-0000-0000000000aa"
CLIENT = "00000000-0000-0000-0000-0000000000c1"
"""The application id of the client that is signed in."""
OBJECT = "00000000-0000-0000-0000-0000000000b0"
"""The object id of the user who is signed in."""


def resource_group_id(name: str, subscription: str = SUBSCRIPTION) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{name}"


def resource_id(resource_group: str, kind: str, *names: str, subscription: str = SUBSCRIPTION) -> str:
    """The id of a resource, given a name for each level: Microsoft.Network/virtualNetworks/subnets takes two.

    Raises ValueError for another number of names.
    """
    namespace, *collections = kind.split("/")
    if len(collections) != len(names):
        raise ValueError(f"{kind} takes {len(collections)} names, not {len(names)}")
    tail = "".join(f"/{collection}/{name}" for collection, name in zip(collections, names, strict=True))
    return f"{resource_group_id(resource_group, subscription)}/providers/{namespace}{tail}"


def key(resource_id: str) -> str:
    """An id in lower case, for comparisons and as a key: ARM ids are not case-sensitive."""
    return resource_id.rstrip("/").lower()


def same(one: str, other: str) -> bool:
    """Whether two ids are of the same resource."""
    return key(one) == key(other)


def contains(scope: str, resource_id: str) -> bool:
    """Whether `resource_id` is `scope` itself or lies below it (a subscription, group or parent resource)."""
    return f"{key(resource_id)}/".startswith(f"{key(scope)}/")


def name(resource_id: str) -> str:
    """The last name in an id, which is the resource's own."""
    return resource_id.rstrip("/").rpartition("/")[2]


def subscription_of(resource_id: str) -> str:
    """The subscription that a resource lies in."""
    return resource_id.split("/")[2]


def parent(resource_id: str) -> str:
    """The id of the parent resource, such as a subnet's network."""
    return resource_id.rstrip("/").rpartition("/")[0].rpartition("/")[0]


@dataclass(frozen=True)
class Parsed:
    """The parts of an id of a resource in a resource group."""

    subscription: str
    resource_group: str
    kind: str
    names: tuple[str, ...]


_ID = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/(?P<namespace>[^/]+)(?P<tail>(?:/[^/]+/[^/]+)+)/?",
    re.IGNORECASE,
)


def parse(resource_id: str) -> Parsed | None:
    """The parts of a resource's id; None when it isn't one."""
    match = _ID.fullmatch(resource_id)
    if match is None:
        return None
    segments = match["tail"].strip("/").split("/")
    kind = "/".join([match["namespace"], *segments[0::2]])
    return Parsed(match["subscription"], match["group"], kind, tuple(segments[1::2]))


def is_kind(resource_id: str, kind: str) -> bool:
    """Whether an id names a resource of this kind."""
    parsed = parse(resource_id)
    return parsed is not None and parsed.kind.lower() == kind.lower()
