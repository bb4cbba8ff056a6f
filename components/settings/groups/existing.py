"""Settings: what exists already, to be used instead of something new."""

from ..objects.existing import NewOrExisting, NewOrExistingGroup, NewOrExistingSubnet
from ..validation.about import Change, Group, setting
from ..validation.checked import Checked
from ..validation.sameness import in_any_case
from ..values.types import TrueOrFalse


class ExistingSettings(Checked):
    """What exists already, and whether its networks are to be peered."""

    group: NewOrExistingGroup = setting(
        NewOrExistingGroup(),
        description="`{existing: {name}}` puts everything into that resource group.",
        group=Group.EXISTING,
        changed=Change.REFUSED_OWN,
    )
    kafka: NewOrExisting = setting(
        NewOrExisting(),
        description="`{existing: {resourceGroup, name, subscription}}` uses that HDInsight Kafka cluster.",
        group=Group.EXISTING,
        changed=Change.REFUSED_OWN,
    )
    aks: NewOrExisting = setting(
        NewOrExisting(),
        description="`{existing: {resourceGroup, name, subscription}}` uses that AKS cluster.",
        group=Group.EXISTING,
        changed=Change.REFUSED_OWN,
    )
    registry: NewOrExisting = setting(
        NewOrExisting(),
        description="`{existing: {resourceGroup, name, subscription}}` uses that registry.",
        group=Group.EXISTING,
        changed=Change.REFUSED_OWN,
    )
    hdinsight_network: NewOrExistingSubnet = setting(
        NewOrExistingSubnet(),
        description="`{existing: {resourceGroup, name, subnet, subscription}}` is where HDInsight goes.",
        group=Group.EXISTING,
        changed=Change.NEW_KAFKA,
        same=in_any_case,
        describes=("kafka",),
    )
    aks_network: NewOrExistingSubnet = setting(
        NewOrExistingSubnet(),
        description="`{existing: {resourceGroup, name, subnet, subscription}}` is where AKS goes.",
        group=Group.EXISTING,
        changed=Change.NEW_AKS,
        same=in_any_case,
        describes=("aks",),
    )
    peering: TrueOrFalse = setting(
        True,
        description="Whether to peer both networks; false where they are connected already.",
        group=Group.EXISTING,
        changed=Change.IN_PLACE,
    )
