"""What the probes of the check bring home: facts, without a judgement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """How an attempt to connect by TCP ended."""

    CONNECTED = "accepts connections"
    REFUSED = "refuses connections"
    SILENT = "does not answer"
    NO_ROUTE = "can't be reached: no route"
    UNKNOWN_NAME = "is a name that does not resolve here"


@dataclass(frozen=True)
class Attempt:
    """One attempt to connect. `address` is host:port; `by_name`: the host is a name, not an address."""

    address: str
    outcome: Outcome
    by_name: bool = False

    def __str__(self) -> str:
        return f"{self.address} {self.outcome}"


@dataclass(frozen=True)
class Partition:
    """`leader` is -1 when there is none; the others are broker ids."""

    number: int
    leader: int
    replicas: Sequence[int]
    in_sync: Sequence[int]


@dataclass(frozen=True)
class Metadata:
    """What a broker tells about its cluster: the address of each broker, and the partitions of each topic."""

    brokers: Mapping[int, str]
    topics: Mapping[str, Sequence[Partition]]


class Mismatch(StrEnum):
    """Why a listener that works may not answer this client."""

    CERTIFICATE = "its certificate is not trusted for that address"
    TLS = "TLS does not come about"
    LOGIN = "it refuses the user"


@dataclass(frozen=True)
class Silence:
    """A listener that accepted a connection and gave no answer that Kafka would; `reason` is the client's."""

    address: str
    reason: str
    mismatch: Mismatch | None = None


@dataclass(frozen=True)
class Written:
    """Where a message lies that every in-sync replica has."""

    partition: int
    offset: int


@dataclass(frozen=True)
class NotWritten:
    """Why a message was not acknowledged: the code is Kafka's, e.g. NOT_ENOUGH_REPLICAS."""

    code: str
    reason: str


@dataclass(frozen=True)
class RoundTrips:
    """From handing a message to the client until it came back, each in milliseconds; `lost`: never came.

    `code` is Kafka's, e.g. TOPIC_AUTHORIZATION_FAILED, where a broker has said why; else empty.
    """

    milliseconds: Sequence[float] = field(default_factory=tuple)
    lost: int = 0
    reason: str = ""
    code: str = ""
