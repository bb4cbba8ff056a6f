"""A registry without an admin user, and an image built in it when, and only when, its sources change."""

import inspect
import shlex
import subprocess
from pathlib import Path

import pulumi
import pytest
from pulumi_azure_native import containerregistry

from components.image import AppImage, AppImageArgs
from components.registry import Registry, RegistryArgs
from components.roles import Role
from tests.unit.recording import GROUP, Deployment, deploy

REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/contosokafka"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM python:3.11-slim\n")
    return tmp_path


def declare(folder: Path, *, preview: bool = False) -> Deployment:
    def program() -> None:
        registry = Registry(
            "registry",
            RegistryArgs(
                name="contosokafka", resource_group="test", location="westeurope", tags={"team": "kafka"}
            ),
        )
        registry.allow_pull("kubelet-pulls", "principal-of-kubelet")
        image = AppImage("image", AppImageArgs(registry=registry, repository="kafka-test-app", folder=folder))
        pulumi.export("reference", image.reference)
        pulumi.export("tag", image.tag)

    return deploy(program, preview=preview)


def test_nothing_can_be_said_of_how_roles_count_on_a_registry() -> None:
    """Once it can, `Registry` has to ask for the mode in which AcrPull counts."""
    parameters = inspect.signature(containerregistry.RegistryArgs.__init__).parameters
    assert "admin_user_enabled" in parameters
    assert [name for name in parameters if "role_assignment" in name] == []


def test_registry_has_no_admin_user(folder: Path) -> None:
    inputs = declare(folder)["registry-acr"].inputs
    assert inputs["registryName"] == "contosokafka"
    assert inputs["adminUserEnabled"] is False
    assert inputs["sku"] == {"name": "Basic"}
    assert inputs["tags"] == {"team": "kafka"}


def test_puller_has_the_role_on_this_registry_only(folder: Path) -> None:
    role = declare(folder)["kubelet-pulls"].inputs
    assert role["scope"] == REGISTRY
    assert role["principalId"] == "principal-of-kubelet"
    assert role["roleDefinitionId"].endswith(Role.ACR_PULL)


def test_image_is_built_by_the_registry_at_creation_and_at_change(folder: Path) -> None:
    deployment = declare(folder)
    build = deployment["image-build"].inputs
    tag = deployment.outputs["tag"]
    # Without a command for updates they run this one; an empty one would build nothing.
    assert "update" not in build
    assert build["environment"] == {
        "REGISTRY": "contosokafka",
        "GROUP": "test",
        "SUBSCRIPTION": "00000000-0000-0000-0000-000000000000",
        "IMAGE": f"kafka-test-app:{tag}",
        "FOLDER": str(folder),
    }
    assert build["triggers"] == [tag, REGISTRY]
    assert deployment.outputs["reference"] == f"contosokafka.azurecr.io/kafka-test-app:{tag}"
    assert not deployment["image-build"].secrets


def test_tag_is_known_at_preview(folder: Path) -> None:
    assert declare(folder, preview=True).outputs["tag"] == declare(folder).outputs["tag"]


def test_changed_sources_have_another_tag(folder: Path) -> None:
    before = declare(folder).outputs["tag"]
    (folder / "main.py").write_text("print()\n")
    assert declare(folder).outputs["tag"] != before


def test_command_survives_blanks_and_quotes(tmp_path: Path) -> None:
    folder = tmp_path / """it's a "folder" $HOME;"""
    folder.mkdir()
    (folder / "Dockerfile").touch()
    build = declare(folder)["image-build"].inputs
    # printf takes az's place, and shows each argument that it would have got.
    command = build["create"].replace("az ", r"printf '%s\n' ", 1)
    arguments = subprocess.run(
        ["/bin/sh", "-c", command], env=build["environment"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert arguments[-1] == str(folder)
    assert "--file" not in arguments, "it would be relative to where the command runs"
    assert shlex.split(build["create"])[:3] == ["az", "acr", "build"]
