"""One output of the contract: what it promises, and how it is read from another stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar, overload

import pulumi

from .errors import LockedSecret, MissingOutput, OtherContract, WrongType
from .version import CURRENT, FIRST, Version

VERSION_OUTPUT = "contractVersion"
LOCKED: dict[str, Any] = {}
"""What the engine gives in place of a secret that it can't open.

pulumi/pkg/backend/secrets.go: errorCatchingSecretsManager.
"""
TYPES: dict[type, str] = {str: "string", float: "number"}

T_co = TypeVar("T_co", covariant=True)


class HasReference(Protocol):
    """What reads outputs of the stack that `reference` refers to."""

    @property
    def reference(self) -> pulumi.StackReference: ...


@dataclass(frozen=True)
class ContractOutput(Generic[T_co]):
    """An output as an attribute of a class with a `reference`: there it is a `pulumi.Output` of its type.

    purpose: what consumers use it for; changes: what gives it another value.
    optional: when a stack of this contract does not have it, which reads as None; empty for never.
    since: the version of the contract that brought it.
    """

    name: str
    type: type[str] | type[float]
    purpose: str
    changes: str
    optional: str = ""
    secret: bool = False
    since: Version = FIRST

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: HasReference, owner: type) -> pulumi.Output[T_co]: ...
    def __get__(self, instance: HasReference | None, owner: type) -> Self | pulumi.Output[T_co]:
        if instance is None:
            return self
        reference = instance.reference
        value = pulumi.Output.all(
            reference.name, reference.get_output(VERSION_OUTPUT), reference.get_output(self.name)
        ).apply(lambda found: self.checked(*found))
        return pulumi.Output.secret(value) if self.secret else value

    def checked(self, stack: str, version: object, value: Any) -> Any:
        """The value that a stack has under this name, None where it may have none.

        version: the stack's output contractVersion. Raises OutputError for what breaks the contract.
        """
        follows = _version(stack, version)
        if value is None:
            # The engine keeps no output whose value is null.
            if self.optional and follows >= self.since:
                return None
            raise MissingOutput(stack, self.name, self.since, follows)
        if value == LOCKED and self.secret:
            raise LockedSecret(stack, self.name)
        if self.type is float and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, self.type):
            raise WrongType(stack, self.name, type(value).__name__, TYPES[self.type])
        return value


def _version(stack: str, said: object) -> Version:
    if said is None:
        return FIRST
    try:
        version = Version.parse(str(said))
    except ValueError:
        raise OtherContract(stack, str(said), CURRENT) from None
    if version.major != CURRENT.major:
        raise OtherContract(stack, str(said), CURRENT)
    return version
