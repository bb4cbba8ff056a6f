"""An emulation of Azure's command line, `az`: the commands below; all others are refused as not modelled."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from emulator import az_hdinsight, az_network, control
from emulator.home import Home
from emulator.registry.build import build
from emulator.registry.dockerfile import BuildRefused
from emulator.registry.images import Reference, ReferenceMalformed, push
from emulator.registry.manifest import Manifest
from emulator.registry.packages import PackagesFailed


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"ERROR: az {' '.join(sys.argv[1:])}: not modelled by the emulator: {message}", file=sys.stderr)
        raise SystemExit(2)


def main() -> int:
    """Runs a command. Returns 0, or 1 when it failed; exits with 2 when it is not modelled."""
    options = _parser().parse_args([_expanded(argument) for argument in sys.argv[1:]])
    # The files of an image are read by the user that it declares.
    os.umask(0o022)
    try:
        options.run(options)
    except (
        BuildRefused,
        PackagesFailed,
        ReferenceMalformed,
        control.CommandFailed,
        control.DaemonUnreachable,
        OSError,
    ) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


def _expanded(argument: str) -> str:
    """Replaces `@FILE` and `--option=@FILE` by the file's content, and `@-` by standard input.

    Source: https://learn.microsoft.com/cli/azure/use-azure-cli-successfully-tips, "Load from a file".
    """
    option, separator, value = argument.partition("=") if argument.startswith("--") else ("", "", argument)
    if not value.startswith("@") or value == "@":
        return argument
    content = sys.stdin.read() if value == "@-" else Path(value[1:]).expanduser().read_text()
    return option + separator + content.rstrip("\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="az", allow_abbrev=False)
    groups = parser.add_subparsers(required=True, metavar="GROUP")
    _add_acr(groups.add_parser("acr").add_subparsers(required=True, metavar="COMMAND"))
    az_network.add_commands(groups.add_parser("network").add_subparsers(required=True, metavar="COMMAND"))
    az_hdinsight.add_commands(groups.add_parser("hdinsight").add_subparsers(required=True, metavar="COMMAND"))
    az_hdinsight.add_rest(groups)
    _add_role(groups.add_parser("role").add_subparsers(required=True, metavar="COMMAND"))
    return parser


def _add_acr(commands: Any) -> None:
    building = commands.add_parser("build", allow_abbrev=False)
    building.add_argument("--registry", "-r", required=True)
    building.add_argument("--image", "-t", required=True)
    building.add_argument("--file", "-f", type=Path)
    building.add_argument("--resource-group", "-g")
    building.add_argument("--subscription")
    building.add_argument("--no-logs", action="store_true")
    building.add_argument("--only-show-errors", action="store_true")
    building.add_argument("context", type=Path)
    building.set_defaults(run=_acr_build)
    showing = commands.add_parser("show", allow_abbrev=False)
    showing.add_argument("--name", "-n", required=True)
    showing.add_argument("--resource-group", "-g", required=True)
    showing.add_argument("--subscription")
    showing.add_argument("--output", "-o", choices=["json"], default="json")
    showing.add_argument("--only-show-errors", action="store_true")
    showing.set_defaults(run=_acr_show)
    updating = commands.add_parser("update", allow_abbrev=False)
    updating.add_argument("--name", "-n", required=True)
    updating.add_argument("--resource-group", "-g", required=True)
    updating.add_argument("--subscription")
    updating.add_argument("--public-network-enabled", choices=["true", "false"])
    updating.add_argument("--role-assignment-mode", choices=["rbac", "rbac-abac"])
    updating.set_defaults(run=_acr_update)


def _acr_show(options: argparse.Namespace) -> None:
    """Prints a registry: `az acr show`, learn.microsoft.com/cli/azure/acr."""
    found = control.call(
        Home.locate(),
        "registry",
        name=options.name,
        resource_group=options.resource_group,
        subscription=options.subscription,
    )
    print(json.dumps(found, indent=2))


def _acr_update(options: argparse.Namespace) -> None:
    """Changes a registry: `az acr update`, learn.microsoft.com/cli/azure/acr."""
    public = options.public_network_enabled
    control.call(
        Home.locate(),
        "registry-update",
        name=options.name,
        resource_group=options.resource_group,
        subscription=options.subscription,
        public=None if public is None else public == "true",
        mode=options.role_assignment_mode,
    )


def _add_role(commands: Any) -> None:
    assignments = commands.add_parser("assignment").add_subparsers(required=True, metavar="COMMAND")
    listing = assignments.add_parser("list", allow_abbrev=False)
    listing.add_argument("--role", required=True)
    listing.add_argument("--scope", required=True)
    listing.add_argument("--fill-principal-name", choices=["false"], required=True)
    listing.add_argument("--output", "-o", choices=["json"], default="json")
    listing.add_argument("--only-show-errors", action="store_true")
    listing.set_defaults(run=_role_assignment_list)


def _acr_build(options: argparse.Namespace) -> None:
    """Builds and pushes an image: `az acr build`, learn.microsoft.com/cli/azure/acr.

    `--file` is relative to the working directory, not to the context; the default is in the context.
    """
    home = Home.locate()
    subscription = {"subscription": options.subscription}
    if options.resource_group:
        group = options.resource_group
        control.call(home, "registry", name=options.registry, resource_group=group, **subscription)
    server = control.call(home, "login", registry=options.registry, **subscription)
    reference = Reference.parse(f"{server}/{options.image}")
    dockerfile = options.file or options.context / "Dockerfile"
    if not dockerfile.is_file():
        raise BuildRefused(f"Unable to find '{dockerfile}'.")

    def log(line: str) -> None:
        if not options.no_logs:
            print(line, flush=True)

    def make(root: Path) -> Manifest:
        return build(options.context, dockerfile, home.registry / "cache", root, log)

    manifest = push(home.registry, reference, make)
    log(f"{reference}: digest: {manifest.digest}")


def _role_assignment_list(options: argparse.Namespace) -> None:
    """Prints role assignments: `az role assignment list`, learn.microsoft.com/cli/azure/role/assignment."""
    found = control.call(Home.locate(), "role-assignments", role=options.role, scope=options.scope)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    sys.exit(main())
