"""Settings of everything that the program makes in Azure."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from ..azure import regions
from ..validation.about import Change, Group, setting
from ..validation.checked import Checked
from ..values import names
from ..values.types import TrueOrFalse


class CommonSettings(Checked):
    """Where everything is, what marks it, and what guards it."""

    resource_group: Annotated[str, AfterValidator(names.resource_group)] = setting(
        "aks-kafka",
        description="Resource group for everything; the program creates it.",
        group=Group.EVERYTHING,
        changed=Change.NEW_EVERYTHING,
        describes=("group",),
    )
    location: Annotated[str, AfterValidator(regions.region)] = setting(
        "westeurope",
        description="Azure region of everything. HDInsight and its network have to share one.",
        group=Group.EVERYTHING,
        changed=Change.NEW_EVERYTHING,
    )
    tags: Annotated[dict[str, str], BeforeValidator(names.words), BeforeValidator(names.from_json)] = setting(
        {},
        description="Tags for every resource that can have any.",
        group=Group.EVERYTHING,
        changed=Change.IN_PLACE,
    )
    protect: TrueOrFalse = setting(
        True,
        description="Whether Pulumi refuses to delete or replace the Kafka cluster and its storage.",
        group=Group.EVERYTHING,
        changed=Change.IN_PLACE,
        describes=("kafka",),
    )
