"""One virtual network, and the classes of Pulumi's SDKs that this repository's program loads.

Against ../one_network it shows what those classes cost a preview.
"""

import importlib
import runpy
from pathlib import Path

SDKS = (
    "pulumi_azure_native.authorization",
    "pulumi_azure_native.containerregistry",
    "pulumi_azure_native.containerservice",
    "pulumi_azure_native.hdinsight",
    "pulumi_azure_native.managedidentity",
    "pulumi_azure_native.network",
    "pulumi_azure_native.resources",
    "pulumi_azure_native.storage",
    "pulumi_kubernetes.apps.v1",
    "pulumi_kubernetes.batch.v1",
    "pulumi_kubernetes.core.v1",
    "pulumi_kubernetes.meta.v1",
    "pulumi_kubernetes.networking.v1",
    "pulumi_kubernetes.policy.v1",
)

# It stops the collection of garbage, so it goes first.
runpy.run_path(str(Path(__file__).parents[1] / "one_network" / "__main__.py"))
for sdk in SDKS:
    # A module of an SDK loads when something that it defines is asked for.
    assert importlib.import_module(sdk).outputs
