"""The interface of an emulated provider; `emulator.providers.server` serves it to the engine.

Values are plain Python: None, bool, int, float, str, list, dict, and `UNKNOWN` where a preview doesn't know a
value yet. Secrets arrive unwrapped; an output becomes secret when the input of the same name was one, and as
`secret_outputs` and `derived_outputs` say.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Final

Properties = dict[str, Any]


class Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("A value that is unknown during preview is neither true nor false.")

    def __copy__(self) -> "Unknown":
        return self

    def __deepcopy__(self, _memo: object) -> "Unknown":
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Failure:
    """A refused input. `property` is a path such as "spec.template", "" for the whole resource."""

    property: str
    reason: str


@dataclass(frozen=True)
class Difference:
    """The result of a diff: the paths of changed properties, and those among them that need a replacement."""

    changed: list[str] = field(default_factory=list)
    replace: list[str] = field(default_factory=list)
    delete_before_replace: bool = False


class ProviderError(Exception):
    """A refusal or a failure; the message is shown to the user.

    `partial` is (id, state) of a resource that exists although the operation failed: the engine records it,
    and the next run updates it instead of making another. `inputs`: what a read found besides, which says by
    such a failure that the resource is not as it should be.
    """

    def __init__(
        self,
        message: str,
        partial: tuple[str, Properties] | None = None,
        inputs: Properties | None = None,
    ) -> None:
        super().__init__(message)
        self.partial = partial
        self.inputs = inputs


class Provider(ABC):
    """A resource provider. All calls may come at the same time from several threads.

    Every operation raises ProviderError when it fails. One that waits for long gives up when its call is
    abandoned, e.g. after a Ctrl-C: see `emulator.providers.calls`.
    """

    name: str
    version: str
    """The version of the installed SDK package, since the engine compares the two."""

    @abstractmethod
    def configure(self, config: Properties, /) -> object:
        """Returns the session of a provider instance (default or explicit), which its later calls get.

        `config` may hold UNKNOWN during preview.
        """

    def diff_config(self, olds: Properties, news: Properties, /) -> Difference:
        """Compares configurations. With any path in `replace`, all resources of the provider are replaced."""
        return Difference(changed=sorted(key for key in {*olds, *news} if olds.get(key) != news.get(key)))

    @abstractmethod
    def check(
        self, session: Any, urn: str, resource_type: str, olds: Properties, news: Properties, /
    ) -> tuple[Properties, list[Failure]]:
        """Returns the inputs with defaults and automatic names added, and the failures of those refused.

        `news` may hold UNKNOWN during preview. `olds` are the inputs kept last time, {} at creation.
        """

    @abstractmethod
    def diff(
        self,
        session: Any,
        urn: str,
        resource_type: str,
        resource_id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        /,
    ) -> Difference:
        """Compares old and new inputs. Without changes the engine doesn't call update."""

    @abstractmethod
    def create(
        self, session: Any, urn: str, resource_type: str, inputs: Properties, preview: bool, timeout: float, /
    ) -> tuple[str, Properties]:
        """Creates the resource, and returns its id and outputs.

        In preview nothing is made: the id is "", outputs may be UNKNOWN. `timeout` in seconds, 0 for the
        provider's own default.
        """

    @abstractmethod
    def read(
        self,
        session: Any,
        urn: str,
        resource_type: str,
        resource_id: str,
        inputs: Properties,
        state: Properties,
        /,
    ) -> tuple[str, Properties, Properties] | None:
        """Returns the present id, inputs and outputs of a resource; None when it doesn't exist."""

    @abstractmethod
    def update(
        self,
        session: Any,
        urn: str,
        resource_type: str,
        resource_id: str,
        old_outputs: Properties,
        new_inputs: Properties,
        preview: bool,
        timeout: float,
        /,
    ) -> Properties:
        """Changes the resource in place, except in a preview, and returns its outputs."""

    @abstractmethod
    def delete(
        self,
        session: Any,
        urn: str,
        resource_type: str,
        resource_id: str,
        state: Properties,
        timeout: float,
        /,
    ) -> None:
        """Deletes the resource; does nothing when it doesn't exist."""

    def invoke(self, session: Any, token: str, arguments: Properties, /) -> Properties:
        """Calls a function, e.g. azure-native:authorization:getClientConfig."""
        raise ProviderError(f"{token} is not modelled by the emulator.")

    def schema(self) -> Properties:
        """The provider's schema, for languages without a package of it: see `emulator.providers.schema`."""
        raise ProviderError(f"{self.name} has no schema in the emulator, which programs in YAML would need.")

    def secret_outputs(self, resource_type: str, /) -> frozenset[str]:
        """Names of top-level outputs of a resource, or results of a function, that are always secret."""
        return frozenset()

    def derived_outputs(self, resource_type: str, /) -> frozenset[str]:
        """Names of top-level outputs, or results, that depend on all inputs: secret if one input is."""
        return frozenset()
