"""Microsoft Entra ID in front of Kubernetes' API of a new AKS cluster."""

import json
import re
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo, field_validator

from ..validation.checked import Checked
from ..validation.mistakes import broken
from ..values.types import TrueOrFalse

ENTRA = "https://learn.microsoft.com/azure/aks/enable-authentication-microsoft-entra-id"
LOCAL_ACCOUNTS = "https://learn.microsoft.com/azure/aks/manage-local-accounts-managed-azure-ad"
_OBJECT_ID = re.compile("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def object_id(value: str) -> str:
    """The rule for a group of Entra ID: its object id, in lower case from here on."""
    if not _OBJECT_ID.fullmatch(value):
        command = "the output of az ad group show --group NAME --query id --output tsv"
        raise broken("must be the object id of a group, not its name", source=ENTRA, right=command)
    return value.lower()


def each_once(groups: tuple[str, ...]) -> tuple[str, ...]:
    """The rule that no group is named twice."""
    if len(set(groups)) < len(groups):
        raise broken("must name each group once", right=json.dumps(list(dict.fromkeys(groups))))
    return groups


ObjectId = Annotated[str, AfterValidator(object_id)]


class AksEntra(Checked):
    """Who signs in by Entra ID, and whether anybody still does without.

    admin_groups: object ids of groups whose members administer the cluster. azure_rbac: whether roles of
    Azure count inside it. disable_local_accounts: whether AKS hands out no certificate of its own any more.
    """

    admin_groups: Annotated[tuple[ObjectId, ...], AfterValidator(each_once)] = ()
    azure_rbac: TrueOrFalse = False
    disable_local_accounts: TrueOrFalse = False

    @field_validator("disable_local_accounts")
    @classmethod
    def _somebody_signs_in(cls, value: bool, info: ValidationInfo) -> bool:
        # A part that is wrong is missing, and yet was meant.
        others = (info.data.get("admin_groups", "wrong"), info.data.get("azure_rbac", "wrong"))
        if value and not any(others):
            rule = "must be false without adminGroups or azureRbac: nobody could use the cluster"
            raise broken(rule, source=LOCAL_ACCOUNTS, right="adminGroups with a group of those who deploy")
        return value

    @property
    def on(self) -> bool:
        """Whether Entra ID is asked at all."""
        return bool(self.admin_groups or self.azure_rbac)
