"""The record of a resource, which the resource manager stores."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal["Creating", "Updating", "Succeeded", "Failed", "Deleting"]


@dataclass
class Record:
    """A resource, as it is stored."""

    id: str
    token: str
    """The type, e.g. azure-native:network:Subnet."""
    urn: str
    """Whose create call made it."""
    inputs: dict[str, Any]
    state: State
    facts: dict[str, Any] = field(default_factory=dict)
    """What Azure decided rather than the caller: guids, addresses, ports, times."""
    known: bool = False
    """Whether the engine came back to it, hence has it in its state."""

    def document(self) -> dict[str, Any]:
        """Returns the record as a JSON document."""
        return asdict(self)

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Record":
        """Returns the record that a JSON document holds."""
        return cls(**document)

    @property
    def name(self) -> str:
        """The resource's own name."""
        return self.id.rpartition("/")[2]
