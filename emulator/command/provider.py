"""The provider `command`: local:Command and local:run.

Source: the docstrings of pulumi_command.local.Command, and the code of pulumi/pulumi-command where these say
nothing.
"""

import uuid
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from emulator.command import process
from emulator.command.caller import Caller, CallerUnknown, find_caller
from emulator.providers.calls import current_call
from emulator.providers.comparison import changed_paths, top_level
from emulator.providers.provider import UNKNOWN, Difference, Failure, Properties, Provider, ProviderError
from emulator.providers.schema import package_schema

_COMMAND = "command:local:Command"
_RUN = "command:local:run"
_MODELLED = {
    "addPreviousOutputInEnv",
    "create",
    "delete",
    "dir",
    "environment",
    "interpreter",
    "logging",
    "stdin",
    "triggers",
    "update",
}
_RUN_MODELLED = {"addPreviousOutputInEnv", "command", "dir", "environment", "interpreter", "logging", "stdin"}


class Command(Provider):
    """The command provider. It runs commands in the engine's working directory, with its environment."""

    name = "command"
    version = version("pulumi-command")

    def configure(self, config: Properties) -> Caller:
        # The real plugin inherits folder and environment from the engine; the daemon has to look them up.
        try:
            return find_caller(current_call().peer_port)
        except CallerUnknown as error:
            raise ProviderError(f"Commands run where pulumi runs, on this machine: {error}") from error

    def schema(self) -> Properties:
        return package_schema(Command, (), {_COMMAND: (_MODELLED, ("stdout", "stderr"))})

    def check(
        self, session: Caller, urn: str, resource_type: str, olds: Properties, news: Properties
    ) -> tuple[Properties, list[Failure]]:
        if resource_type != _COMMAND:
            raise ProviderError(f"{resource_type} is not modelled by the emulator.")
        unmodelled = sorted(news.keys() - _MODELLED)
        failures = [Failure(name, "is not modelled by the emulator.") for name in unmodelled]
        return {"addPreviousOutputInEnv": True, **news}, failures

    def diff(
        self,
        session: Caller,
        urn: str,
        resource_type: str,
        resource_id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
    ) -> Difference:
        changed = changed_paths(old_inputs, new_inputs)
        if new_inputs.get("update") is not None:
            return Difference(changed)
        return Difference(changed, [path for path in changed if top_level(path) == "triggers"])

    def create(
        self,
        session: Caller,
        urn: str,
        resource_type: str,
        inputs: Properties,
        preview: bool,
        timeout: float,
    ) -> tuple[str, Properties]:
        if preview:
            return "", {**inputs, "stdout": UNKNOWN, "stderr": UNKNOWN}
        outputs = _run(session, inputs, inputs.get("create"), {}, timeout)
        return f"{urn.rsplit('::', 1)[-1]}{uuid.uuid4().hex[:8]}", {**inputs, **outputs}

    def read(
        self,
        session: Caller,
        urn: str,
        resource_type: str,
        resource_id: str,
        inputs: Properties,
        state: Properties,
    ) -> tuple[str, Properties, Properties]:
        # A command leaves nothing behind that could be read.
        return resource_id, inputs, state

    def update(
        self,
        session: Caller,
        urn: str,
        resource_type: str,
        resource_id: str,
        old_outputs: Properties,
        new_inputs: Properties,
        preview: bool,
        timeout: float,
    ) -> Properties:
        if preview:
            return {**new_inputs, "stdout": UNKNOWN, "stderr": UNKNOWN}
        command = new_inputs.get("update") or new_inputs.get("create")
        return {**new_inputs, **_run(session, new_inputs, command, old_outputs, timeout)}

    def delete(
        self,
        session: Caller,
        urn: str,
        resource_type: str,
        resource_id: str,
        state: Properties,
        timeout: float,
    ) -> None:
        _run(session, state, state.get("delete"), state, timeout)

    def derived_outputs(self, resource_type: str) -> frozenset[str]:
        # All inputs, as in commandController.go and runController.go.
        return frozenset({"stdout", "stderr"})

    def invoke(self, session: Caller, token: str, arguments: Properties) -> Properties:
        if token != _RUN:
            return super().invoke(session, token, arguments)
        unmodelled = sorted(arguments.keys() - _RUN_MODELLED)
        if unmodelled:
            raise ProviderError(f"{token}: {', '.join(unmodelled)} not modelled by the emulator.")
        return {**arguments, **_run(session, arguments, arguments["command"], {}, 0)}


def _run(
    caller: Caller, settings: Properties, command: str | None, before: Properties, timeout: float
) -> dict[str, str]:
    """Runs a command. Returns stdout and stderr, empty when there is no command. Raises ProviderError."""
    if not command:
        return {"stdout": "", "stderr": ""}
    try:
        output = process.run(
            command,
            folder=caller.folder / Path(settings.get("dir") or ""),
            environment=_environment(caller.environment, settings, before),
            interpreter=settings.get("interpreter"),
            stdin=settings.get("stdin"),
            timeout=timeout,
            on_abandoned=current_call().when_over,
        )
    except process.CommandFailed as error:
        reason = "cancelled: " if current_call().abandoned else ""
        raise ProviderError(f"{reason}{error}") from error
    return {"stdout": output.stdout, "stderr": output.stderr}


def _environment(inherited: Mapping[str, str], settings: Properties, before: Properties) -> Mapping[str, Any]:
    previous = {}
    if settings.get("addPreviousOutputInEnv", True):
        names = {"stdout": "PULUMI_COMMAND_STDOUT", "stderr": "PULUMI_COMMAND_STDERR"}
        previous = {variable: before[name] for name, variable in names.items() if name in before}
    return {**inherited, **previous, **(settings.get("environment") or {})}
