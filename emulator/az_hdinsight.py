"""The commands of `az hdinsight` that this project uses: show, resize, delete and credentials update.

Source: https://learn.microsoft.com/cli/azure/hdinsight.
"""

import argparse
import json
from typing import Any

import jmespath

from emulator import control
from emulator.home import Home

_DEFAULT_USER = "admin"


def add_commands(commands: Any) -> None:
    """Adds the commands to the parser of `az hdinsight`."""
    showing = _command(commands, "show")
    showing.add_argument("--query")
    showing.set_defaults(run=_show)
    resizing = _command(commands, "resize")
    resizing.add_argument("--workernode-count", "-c", type=int, required=True)
    resizing.set_defaults(run=_resize)
    deleting = _command(commands, "delete")
    deleting.add_argument("--yes", "-y", action="store_true")
    deleting.set_defaults(run=_delete)
    credentials = commands.add_parser("credentials").add_subparsers(required=True, metavar="COMMAND")
    updating = _command(credentials, "update")
    updating.add_argument("--http-user", "-u", default=_DEFAULT_USER)
    updating.add_argument("--http-password", "-p", required=True)
    updating.add_argument("--yes", "-y", action="store_true")
    updating.set_defaults(run=_update_credentials)


def add_rest(groups: Any) -> None:
    """Adds `az rest`, for a PATCH of a cluster's tags or identity."""
    calling = groups.add_parser("rest", allow_abbrev=False)
    calling.add_argument("--method", "-m", choices=["patch"], required=True)
    calling.add_argument("--url", "--uri", "-u", required=True)
    calling.add_argument("--body", "-b", type=json.loads, required=True)
    calling.add_argument("--output", "-o", choices=["none"], required=True)
    calling.add_argument("--only-show-errors", action="store_true")
    calling.set_defaults(run=_rest)


def _command(commands: Any, name: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, allow_abbrev=False)
    command.add_argument("--name", "-n", required=True)
    command.add_argument("--resource-group", "-g", required=True)
    command.add_argument("--subscription")
    command.add_argument("--output", "-o", choices=["json", "tsv", "none"], default="json")
    command.add_argument("--only-show-errors", action="store_true")
    return command


def _show(options: argparse.Namespace) -> None:
    shown = _ask("hdinsight-show", options)
    if options.query:
        shown = jmespath.search(options.query, shown)
    if options.output == "json":
        print(json.dumps(shown, indent=2))
    elif options.output == "tsv":
        if isinstance(shown, dict | list):
            raise control.CommandFailed("not modelled by the emulator: more than one value as tsv")
        print("" if shown is None else shown)


def _resize(options: argparse.Namespace) -> None:
    _ask("hdinsight-resize", options, workers=options.workernode_count)


def _delete(options: argparse.Namespace) -> None:
    _require_yes(options)
    _ask("hdinsight-delete", options)


def _update_credentials(options: argparse.Namespace) -> None:
    _require_yes(options)
    _ask("hdinsight-credentials", options, user=options.http_user, password=options.http_password)


def _rest(options: argparse.Namespace) -> None:
    """Changes a cluster by PATCH: `az rest`, https://learn.microsoft.com/cli/azure/reference-index."""
    cluster_id, _, query = options.url.partition("?")
    if query != "api-version=2021-06-01":
        raise control.CommandFailed(f"not modelled by the emulator: az rest --url {options.url}")
    control.call(Home.locate(), "hdinsight-patch", cluster_id=cluster_id, body=options.body)


def _require_yes(options: argparse.Namespace) -> None:
    if not options.yes:
        raise control.CommandFailed("Unable to prompt for confirmation as no tty available. Use --yes.")


def _ask(command: str, options: argparse.Namespace, **arguments: Any) -> Any:
    return control.call(
        Home.locate(),
        command,
        name=options.name,
        resource_group=options.resource_group,
        subscription=options.subscription,
        **arguments,
    )
