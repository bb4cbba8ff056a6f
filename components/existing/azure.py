"""Reads existing resources from Azure, in a preview as in an update: no input depends on a resource."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import pulumi
import pulumi_azure_native as azure_native
from pulumi_azure_native import authorization
from pulumi_command import local

from ..settings.objects.existing import ExistingResource
from ..settings.validation.mistakes import Mistake

T = TypeVar("T")

_NOT_FOUND = re.compile(r"\b(\w*NotFound)\b")
"""Error codes of Azure Resource Manager: ResourceNotFound, ResourceGroupNotFound, SubscriptionNotFound."""


class Unusable(Exception):
    """An existing resource that a setting names is missing, or can't be used; holds the mistakes."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = mistakes


class Azure:
    """Queries to Azure, in the subscription that Pulumi deploys to and in others."""

    def __init__(self) -> None:
        self._providers: dict[str, azure_native.Provider] = {}

    @cached_property
    def subscription(self) -> str:
        """The id of the subscription that Pulumi deploys to."""
        return authorization.get_client_config().subscription_id

    def provider(self, subscription: str) -> azure_native.Provider | None:
        """A provider for that subscription; None where it is the one that Pulumi deploys to."""
        if subscription.lower() in ("", self.subscription.lower()):
            return None
        if subscription not in self._providers:
            self._providers[subscription] = azure_native.Provider(
                f"azure-{subscription}", subscription_id=subscription
            )
        return self._providers[subscription]

    def read(self, setting: str, reference: ExistingResource, function: Callable[..., T], **names: str) -> T:
        """Call azure-native's `function` for the resource that `setting` names. Raises Unusable without."""
        options = pulumi.InvokeOptions(provider=self.provider(reference.subscription))
        try:
            return function(resource_group_name=reference.resource_group, opts=options, **names)
        except Exception as error:  # Pulumi raises nothing more specific
            code = not_found_code(error)
            if code is None:
                raise
            rule = f"must exist, in a subscription that can be read: Azure answers {code}"
            right = "as `az resource list --output table` shows it"
            raise Unusable(Mistake(setting, str(reference), rule, "", right)) from error

    def networks_in(self, resource_group: str, subscription: str) -> Sequence[Mapping[str, Any]]:
        """The virtual networks of a resource group, by `az`: azure-native has no function that lists them."""
        return _az(
            'network vnet list --resource-group "$GROUP" --subscription "$SUBSCRIPTION"',
            GROUP=resource_group,
            SUBSCRIPTION=subscription,
        )

    def registry(self, reference: ExistingResource) -> Mapping[str, Any]:
        """A registry as `az` shows it: azure-native's version of the API has no mode of role assignments."""
        return _az(
            'acr show --name "$NAME" --resource-group "$GROUP" --subscription "$SUBSCRIPTION"',
            NAME=reference.name,
            GROUP=reference.resource_group,
            SUBSCRIPTION=reference.subscription or self.subscription,
        )

    def assignments(self, role: str, scope: str) -> Sequence[Mapping[str, Any]]:
        """The assignments of a built-in role on this very scope, by `az`: azure-native doesn't list them."""
        return _az(
            'role assignment list --role "$ROLE" --scope "$SCOPE" --fill-principal-name false',
            ROLE=role,
            SCOPE=scope,
        )


def not_found_code(error: Exception) -> str | None:
    """The code by which Azure says that something doesn't exist; None for another failure of a call."""
    found = _NOT_FOUND.search(str(error))
    return found[1] if found else None


def _az(command: str, **environment: str) -> Any:
    """The parsed JSON that `az` prints. Names are passed in the environment, where they need no quoting."""
    answered = local.run(
        command=f"az {command} --output json --only-show-errors",
        environment=environment,
        logging=local.Logging.NONE,
    )
    return json.loads(answered.stdout)
