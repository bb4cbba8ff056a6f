"""What is said where an output of another stack can't be used."""

import pulumi

from .version import Version


class OutputError(pulumi.RunError):
    """An output of another stack can't be used. The engine shows the message without a traceback."""


class MissingOutput(OutputError):
    """The stack does not have the output."""

    def __init__(self, stack: str, name: str, since: Version, version: Version) -> None:
        if version < since:
            what = (
                f"the contract has it since version {since}, and the stack follows {version}. A `pulumi up` "
                "of that stack with a newer version of its program adds it."
            )
        else:
            what = (
                "it has not been deployed, or has been destroyed, or is no stack of aks-kafka. "
                f"`pulumi stack output --stack {stack}` shows what it has."
            )
        super().__init__(f"Stack {stack} has no output {name}: {what}")


class OtherContract(OutputError):
    """The stack follows a version of the contract that this reader does not know."""

    def __init__(self, stack: str, version: str, known: Version) -> None:
        super().__init__(
            f"Stack {stack} follows version {version} of the contract of outputs, and this program reads "
            f"{known.major}.x. Take the version of the package aks-kafka that goes with that stack."
        )


class LockedSecret(OutputError):
    """The output is a secret that this run can't open."""

    def __init__(self, stack: str, name: str) -> None:
        super().__init__(
            f"Output {name} of stack {stack} is a secret, which this run can't open: "
            "PULUMI_CONFIG_PASSPHRASE (or PULUMI_CONFIG_PASSPHRASE_FILE) is not the passphrase of that "
            "stack. Set it to that one. If this stack has another passphrase, move it with "
            "`pulumi stack change-secrets-provider`: to the same passphrase, or to a key."
        )


class WrongType(OutputError):
    """The output is of another type than the contract says."""

    def __init__(self, stack: str, name: str, found: str, expected: str) -> None:
        super().__init__(
            f"Output {name} of stack {stack} is of type {found}, and the contract says {expected}. "
            "Something else than aks-kafka has written it."
        )
