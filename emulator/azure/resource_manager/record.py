"""Records: resources as the resource manager stores them."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal["Creating", "Updating", "Succeeded", "Failed", "Deleting"]


@dataclass
class Record:
    """A resource as it is stored. The fields are keys of the documents on disk."""

    id: str
    token: str
    """The type, e.g. azure-native:network:Subnet."""
    urn: str
    """The URN of the Pulumi resource that created or last changed it."""
    inputs: dict[str, Any]
    state: State
    facts: dict[str, Any] = field(default_factory=dict)
    """Values that Azure chooses: GUIDs, addresses, ports, times."""
    known: bool = False
    """Whether the engine has the resource in its state: it has read or compared it after the creation."""

    def document(self) -> dict[str, Any]:
        """The record as a JSON document."""
        return asdict(self)

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Record":
        """The record in a JSON document."""
        return cls(**document)

    @property
    def name(self) -> str:
        """The resource's own name."""
        return self.id.rpartition("/")[2]
