"""Settings of the container registry, and of the image in it."""

from typing import Annotated

from pydantic import AfterValidator

from ..validation.about import Change, Group, setting
from ..validation.checked import Checked
from ..values import images, names


class RegistrySettings(Checked):
    """A new registry, or an image that needs none."""

    app_image: Annotated[str, AfterValidator(images.reference)] = setting(
        "",
        description="Image of the test application that is built elsewhere, REGISTRY/REPOSITORY@DIGEST or "
        "REGISTRY/REPOSITORY:TAG; empty to build it in a registry.",
        group=Group.REGISTRY,
        changed=Change.WITHOUT_REGISTRY,
    )
    registry_name: Annotated[str, AfterValidator(names.registry)] = setting(
        "",
        description="Name of the container registry. Unique in all of Azure. Not needed with appImage.",
        examples=["contosokafka"],
        group=Group.REGISTRY,
        changed=Change.NEW_REGISTRY,
        describes=("registry",),
    )
