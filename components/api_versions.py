"""Leaves out what azure-native says of a resource's type in each version of Azure's API.

By such aliases a stack knows a resource again that was declared by a module of one version, such as
`azure-native:network/v20230501:VirtualNetwork`. This program has never declared one so, and Pulumi makes a
URN of each, several hundred in every preview. Other aliases stay, such as that of a type that has moved.
"""

from __future__ import annotations

import re

import pulumi

_OF_A_VERSION = re.compile(r"azure-native:\w+/v\d{8}\w*:\w+")


def without_versions(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """A transformation of a whole stack; see pulumi.runtime.register_stack_transformation."""
    aliases = args.opts.aliases
    if not aliases or isinstance(aliases, pulumi.Output):
        return None
    args.opts.aliases = [one for one in aliases if not _is_of_a_version(one)]
    return pulumi.ResourceTransformationResult(args.props, args.opts)


def _is_of_a_version(alias: object) -> bool:
    type_ = getattr(alias, "type_", None)
    return isinstance(type_, str) and bool(_OF_A_VERSION.fullmatch(type_))
