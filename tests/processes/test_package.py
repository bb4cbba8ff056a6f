"""What other programs get by `pip install` of this repository: all of `aks_kafka`, and no pins."""

import ast
import base64
import dataclasses
import importlib
import inspect
import json
import re
import subprocess
import sys
import textwrap
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import components
from components.settings import Settings
from components.settings.validation.about import about
from tools import wheel

CHECKOUT = Path(__file__).resolve().parents[2]
COMPONENTS = CHECKOUT / "components"
MODULES = {
    ".".join(["aks_kafka", *file.relative_to(COMPONENTS).with_suffix("").parts]).removesuffix(".__init__")
    for file in COMPONENTS.rglob("*.py")
}
IMPORT = """\
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
for module in json.loads(sys.argv[2]):
    importlib.import_module(module)
print(json.dumps([name for name in sys.modules if name.partition(".")[0] in ("aks_kafka", "components")]))
"""
PROVIDER = """\
import importlib, sys
sys.path.insert(0, sys.argv[1])
from pulumi.dynamic.dynamic import serialize_provider
module, _, name = sys.argv[2].rpartition(".")
print(serialize_provider(getattr(importlib.import_module(module), name)()))
"""
SCHEMA = """\
import sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from pulumi.provider.experimental.component import ComponentProvider
from aks_cluster import Aks
from kafka_cluster import Kafka
from networks import Networks
print(ComponentProvider([Networks, Kafka, Aks], "aks-kafka").schema)
"""
RECORDED = {
    "aks_kafka.ambari.resource.IpAdvertisingProvider": (
        "gASVOgAAAAAAAACMGWFrc19rYWZrYS5hbWJhcmkucmVzb3VyY2WUjBVJcEFkdmVydGlzaW5nUHJvdmlkZXKUk5QpgZQu"
    ),
    "aks_kafka.ambari.addresses.BrokerAddressesProvider": (
        "gASVPQAAAAAAAACMGmFrc19rYWZrYS5hbWJhcmkuYWRkcmVzc2VzlIwXQnJva2VyQWRkcmVzc2VzUHJvdmlkZXKUk5QpgZQu"
    ),
}
"""What states of other programs hold of the providers of their dynamic resources."""
SETTINGS = {
    "KafkaClusterArgs": {
        "workers": "kafka_workers",
        "disks_per_worker": "kafka_disks_per_worker",
        "worker_size": "kafka_worker_size",
        "head_size": "kafka_head_size",
        "zookeeper_size": "kafka_zookeeper_size",
        "encrypt_between_nodes": "kafka_encryption_in_transit",
        "gateway_user": "ambari_user",
        "ssh_user": "ssh_user",
        "protect": "protect",
        "storage_role_seconds": "storage_role_seconds",
        "tags": "tags",
    },
    "AksClusterArgs": {
        "kubernetes_version": "kubernetes_version",
        "upgrade_channel": "aks_upgrade_channel",
        "node_os_upgrade_channel": "aks_node_os_upgrade_channel",
        "entra": "aks_entra",
        "node_count": "aks_node_count",
        "node_size": "aks_node_size",
        "zones": "aks_zones",
        "max_pods": "aks_max_pods",
        "network_policy": "aks_network_policy",
        "service_cidr": "service_cidr",
        "pod_cidr": "pod_cidr",
        "tags": "tags",
    },
    "PeeredNetworksArgs": {
        "peering": "peering",
        "ambari_source_ranges": "ambari_source_ranges",
        "tags": "tags",
    },
}
"""Arguments that are a setting of this program under another name."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    site = folder / "site"
    zipfile.ZipFile(wheel.build(folder)).extractall(site)
    return site


def alone(site: Path, script: str, *arguments: str) -> str:
    """What the script prints in a Python that finds the wheel, its requirements, and not this checkout."""
    command = [sys.executable, "-I", "-c", script, str(site), *arguments]
    ended = subprocess.run(command, cwd=site, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_wheel_gives_every_module_of_the_components_under_its_own_name(installed: Path) -> None:
    loaded = set(json.loads(alone(installed, IMPORT, json.dumps(sorted(MODULES)))))
    assert loaded == MODULES


def test_the_wheel_holds_types_for_type_checkers_and_nothing_of_this_program_s_own(installed: Path) -> None:
    assert (installed / "aks_kafka" / "py.typed").is_file()
    assert {path.name.partition("-")[0] for path in installed.iterdir()} == {"aks_kafka"}


def test_the_wheel_holds_the_data_files_of_the_components(installed: Path) -> None:
    data = {str(file.relative_to(COMPONENTS)) for file in COMPONENTS.rglob("*.toml")}
    assert data
    assert {str(file.relative_to(installed / "aks_kafka")) for file in installed.rglob("*.toml")} == data


@pytest.mark.parametrize("path", RECORDED)
def test_another_program_s_state_holds_no_more_than_the_import_path_of_a_provider(
    path: str, installed: Path
) -> None:
    """An upgrade of the package finds it again, as every version has to."""
    module, _, name = path.rpartition(".")
    assert all(part.encode() in base64.b64decode(RECORDED[path]) for part in (module, name))
    assert alone(installed, PROVIDER, path).strip() == RECORDED[path]


def test_public_names_are_declared_where_they_are_looked_up() -> None:
    guarded = next(
        node for node in ast.parse((COMPONENTS / "__init__.py").read_text()).body if isinstance(node, ast.If)
    )
    declared = {
        name.name: f".{node.module}"
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert declared == components._MODULES
    assert sorted(declared) == components.__all__ == sorted(dir(components))


@pytest.mark.parametrize("name", components.__all__)
def test_a_public_name_is_documented(name: str) -> None:
    documentation = getattr(components, name).__doc__
    assert documentation
    assert not documentation.startswith(f"{name}("), "the docstring that dataclasses make up"


@pytest.mark.parametrize("name", [name for name in components.__all__ if name.endswith("Args")])
def test_every_field_of_arguments_is_documented(name: str) -> None:
    [declared] = ast.parse(textwrap.dedent(inspect.getsource(getattr(components, name)))).body
    assert isinstance(declared, ast.ClassDef)
    fields = [number for number, line in enumerate(declared.body) if isinstance(line, ast.AnnAssign)]
    followed = [declared.body[number + 1 : number + 2] for number in fields]
    bare = [
        ast.unparse(declared.body[number])
        for number, after in zip(fields, followed, strict=True)
        if not after or not isinstance(after[0], ast.Expr)
    ]
    assert bare == []


def test_the_document_lists_every_public_name() -> None:
    document = (CHECKOUT / "docs" / "embedding.md").read_text()
    rows = re.findall(r"^\| (`\w+`.*?) \|", document.partition("## ")[0], re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == components.__all__


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        components.Nothing  # noqa: B018


PUBLIC_PACKAGES = {"outputs"}
"""What programs of others import by name: it loads none of the components."""


@pytest.mark.parametrize(
    "package", sorted({path.parent.name for path in COMPONENTS.glob("*/__init__.py")} - PUBLIC_PACKAGES)
)
def test_packages_below_say_that_they_are_private(package: str) -> None:
    assert "\nPrivate: " in (importlib.import_module(f"components.{package}").__doc__ or "")


@pytest.mark.parametrize(
    ("arguments", "argument", "setting"),
    [(arguments, *pair) for arguments, pairs in SETTINGS.items() for pair in pairs.items()],
)
def test_an_argument_has_the_default_of_this_program_s_setting(
    arguments: str, argument: str, setting: str
) -> None:
    field = getattr(components, arguments).__dataclass_fields__[argument]
    default = field.default_factory() if field.default is dataclasses.MISSING else field.default
    declared = Settings.model_fields[setting]
    wanted = about(declared).for_new or declared.get_default(call_default_factory=True)
    assert default == (wanted if isinstance(wanted, type(default)) else str(wanted))


def test_the_package_takes_ranges_that_hold_what_the_tests_run_with() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    ranges = {found.name: found.specifier for found in map(Requirement, project["dependencies"])}
    pinned = dict(line.split("==") for line in (CHECKOUT / "requirements.txt").read_text().split())
    assert ranges.keys() == pinned.keys()
    assert [name for name, version in pinned.items() if version not in ranges[name]] == []
    assert [name for name, range_ in ranges.items() if any(part.operator == "==" for part in range_)] == []


def test_the_component_package_has_a_schema_in_which_everything_is_described(installed: Path) -> None:
    schema = json.loads(alone(installed, SCHEMA, str(CHECKOUT / "plugin")))
    components = schema["resources"]
    assert set(components) == {f"aks-kafka:index:{name}" for name in ("Networks", "Kafka", "Aks")}
    for component in components.values():
        assert component["isComponent"]
        properties = {**component["inputProperties"], **component["properties"]}
        assert [name for name, found in properties.items() if not found.get("description")] == []
    assert components["aks-kafka:index:Kafka"]["requiredInputs"] == [
        "gatewayPassword",
        "location",
        "name",
        "networkId",
        "resourceGroup",
        "sshPublicKey",
        "storageAccountName",
        "subnetId",
    ]
    assert components["aks-kafka:index:Aks"]["requiredInputs"] == [
        "location",
        "name",
        "resourceGroup",
        "subnetId",
    ]
