"""The commands of `az network` that this project uses or advises: list networks, create and delete peerings.

Sources: https://learn.microsoft.com/cli/azure/network/vnet and .../network/vnet/peering.
"""

import argparse
import json
from typing import Any

from emulator import control
from emulator.home import Home


def add_commands(commands: Any) -> None:
    """Adds the commands to the parser of `az network`."""
    networks = commands.add_parser("vnet").add_subparsers(required=True, metavar="COMMAND")
    listing = networks.add_parser("list", allow_abbrev=False)
    listing.add_argument("--resource-group", "-g", required=True)
    listing.add_argument("--subscription")
    _add_output(listing)
    listing.set_defaults(run=_vnet_list)
    peerings = networks.add_parser("peering").add_subparsers(required=True, metavar="COMMAND")
    deleting = peerings.add_parser("delete", allow_abbrev=False)
    deleting.add_argument("--ids", nargs="+", required=True)
    deleting.set_defaults(run=_peering_delete)
    creating = peerings.add_parser("create", allow_abbrev=False)
    creating.add_argument("--name", "-n", required=True)
    creating.add_argument("--resource-group", "-g", required=True)
    creating.add_argument("--vnet-name", required=True)
    creating.add_argument("--remote-vnet", required=True)
    creating.add_argument("--allow-vnet-access", action="store_true")
    creating.add_argument("--subscription")
    _add_output(creating)
    creating.set_defaults(run=_peering_create)


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--output", "-o", choices=["json"], default="json")
    command.add_argument("--only-show-errors", action="store_true")


def _vnet_list(options: argparse.Namespace) -> None:
    found = control.call(
        Home.locate(), "networks", resource_group=options.resource_group, subscription=options.subscription
    )
    print(json.dumps(found, indent=2))


def _peering_delete(options: argparse.Namespace) -> None:
    control.call(Home.locate(), "peering-delete", ids=options.ids)


def _peering_create(options: argparse.Namespace) -> None:
    made = control.call(
        Home.locate(),
        "peering-create",
        resource_group=options.resource_group,
        network=options.vnet_name,
        subscription=options.subscription,
        name=options.name,
        remote_id=options.remote_vnet,
        allow_access=options.allow_vnet_access,
    )
    print(json.dumps(made, indent=2))
