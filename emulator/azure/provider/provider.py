"""The provider azure-native, over the emulated resource manager."""

import importlib.metadata
import re
import uuid

from emulator.azure.provider import functions
from emulator.azure.provider.catalogue import RESOURCE_TYPES
from emulator.azure.provider.modelled import unmodelled
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.manager import AlreadyExists, ProvisioningFailed, ResourceManager
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.azure.resource_manager.resource_type import ResourceType, new_digits
from emulator.azure.schema import differences, inputs, sdk
from emulator.azure.schema.preview import preview_outputs
from emulator.providers.provider import (
    UNKNOWN,
    Difference,
    Failure,
    Properties,
    Provider,
    ProviderError,
    Unknown,
)

_STABLE = ("location", "name")


class AzureNative(Provider):
    """azure-native's behaviour (its pkg/provider/provider.go) over the emulated resource manager."""

    name = "azure-native"
    version = importlib.metadata.version("pulumi_azure_native")

    def __init__(self, cloud: ResourceManager) -> None:
        self._cloud = cloud

    def configure(self, config: Properties, /) -> Properties:
        """Returns the configuration, which is the session: `location` is the default region."""
        return config

    def check(
        self, session: Properties, urn: str, resource_type: str, olds: Properties, news: Properties, /
    ) -> tuple[Properties, list[Failure]]:
        """Adds a missing name, region and API version, and checks the inputs against the SDK's types."""
        known = RESOURCE_TYPES.get(resource_type)
        if known is None:
            return news, [Failure("", f"not modelled by the emulator: resource type {resource_type}")]
        wanted = {name: value for name, value in news.items() if value is not None}
        self._add_name(known, urn, olds, wanted)
        self._add_location(session, known, olds, wanted)
        wanted.setdefault("azureApiVersion", sdk.api_version(resource_type))
        wrong = inputs.failures(sdk.inputs(resource_type), wanted)
        return wanted, wrong or unmodelled(known, wanted, self._response_of(session, known, wanted))

    def diff(
        self,
        session: Properties,
        urn: str,
        resource_type: str,
        resource_id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        /,
    ) -> Difference:
        """Compares inputs with inputs, so that Azure's own spelling in its responses is no difference."""
        known = self._modelled(resource_type)
        self._cloud.acknowledge(resource_id)
        replaced_by = known.replaced_by | frozenset(known.path_inputs)
        return differences.difference(old_inputs, new_inputs, replaced_by)

    def create(
        self,
        session: Properties,
        urn: str,
        resource_type: str,
        inputs: Properties,
        preview: bool,
        timeout: float,
        /,
    ) -> tuple[str, Properties]:
        """Creates the resource by PUT, then reads it, as azure-native does: outputs equal a refresh's."""
        self._modelled(resource_type)
        if preview:
            return "", preview_outputs(sdk.outputs(resource_type), inputs)
        resource_id = RESOURCE_TYPES[resource_type].id_of(inputs, _subscription(session))
        return resource_id, self._put(resource_type, resource_id, inputs, urn, create=True)

    def read(
        self,
        session: Properties,
        urn: str,
        resource_type: str,
        resource_id: str,
        inputs: Properties,
        state: Properties,
        /,
    ) -> tuple[str, Properties, Properties] | None:
        """Reads the resource for a refresh or an import: its outputs, and the inputs that match them."""
        known = self._modelled(resource_type)
        response = self._cloud.read(resource_id)
        if response is None:
            return None
        outputs = self._outputs(resource_type, response)
        shape = sdk.inputs(resource_type)
        if inputs:
            left_alone = sdk.standalone_parts(resource_type)
            return resource_id, differences.refreshed(inputs, state, outputs, shape, left_alone), outputs
        imported = {**differences.project(shape, outputs), **_path_values(known, resource_id)}
        return resource_id, {**imported, "azureApiVersion": sdk.api_version(resource_type)}, outputs

    def update(
        self,
        session: Properties,
        urn: str,
        resource_type: str,
        resource_id: str,
        old_outputs: Properties,
        new_inputs: Properties,
        preview: bool,
        timeout: float,
        /,
    ) -> Properties:
        """Changes the resource by PUT. A preview shows the inputs, and the outputs that never change."""
        if preview:
            outputs = preview_outputs(sdk.outputs(resource_type), new_inputs)
            return {**outputs, **{name: old_outputs[name] for name in _STABLE if name in old_outputs}}
        return self._put(resource_type, resource_id, new_inputs, urn, create=False)

    def delete(
        self,
        session: Properties,
        urn: str,
        resource_type: str,
        resource_id: str,
        state: Properties,
        timeout: float,
        /,
    ) -> None:
        """Deletes the resource; succeeds when there is none."""
        try:
            self._cloud.delete(resource_id)
        except (Refused, NotModelled) as error:
            raise ProviderError(str(error)) from error

    def invoke(self, session: Properties, token: str, arguments: Properties, /) -> Properties:
        """Calls a function; see `emulator.azure.provider.functions`."""
        try:
            return functions.call(self._cloud, _subscription(session), token, arguments)
        except (Refused, NotModelled) as error:
            raise ProviderError(str(error)) from error

    def _put(
        self, resource_type: str, resource_id: str, wanted: Properties, urn: str, *, create: bool
    ) -> Properties:
        body = {name: value for name, value in wanted.items() if name not in inputs.BOOKKEEPING}
        try:
            subscription = arm.subscription_of(resource_id)
            record = self._cloud.put(resource_type, body, urn, create=create, subscription=subscription)
        except (Refused, NotModelled, AlreadyExists) as error:
            raise ProviderError(str(error)) from error
        except ProvisioningFailed as error:
            response = self._cloud.read(resource_id) or {}
            partial = (resource_id, self._outputs(resource_type, response))
            raise ProviderError(str(error), partial=partial) from error
        return self._outputs(resource_type, self._cloud.response(record))

    def _outputs(self, resource_type: str, response: Properties) -> Properties:
        known = sdk.outputs(resource_type).properties
        outputs = {name: value for name, value in response.items() if name in known}
        return {**outputs, "azureApiVersion": sdk.api_version(resource_type)}

    def _response_of(self, session: Properties, known: ResourceType, wanted: Properties) -> Properties:
        """Azure's response for the resource with these inputs, as inputs; {} while there is none."""
        if any(not isinstance(wanted.get(name), str) for name in known.path_inputs):
            return {}
        record = self._cloud.find(known.id_of(wanted, _subscription(session)))
        if record is None:
            return {}
        return differences.project(sdk.inputs(known.token), self._cloud.response(record))

    def _modelled(self, resource_type: str) -> ResourceType:
        known = RESOURCE_TYPES.get(resource_type)
        if known is None:
            raise ProviderError(f"not modelled by the emulator: resource type {resource_type}")
        return known

    def _add_name(self, known: ResourceType, urn: str, olds: Properties, wanted: Properties) -> None:
        if known.name_input in wanted:
            return
        if known.name_input in olds:
            wanted[known.name_input] = olds[known.name_input]
            if "__createBeforeDelete" in olds:
                wanted["__createBeforeDelete"] = olds["__createBeforeDelete"]
            return
        name = urn.rpartition("::")[2]
        match known.autonaming:
            case "copy":
                wanted[known.name_input] = name
            case "uuid":
                wanted[known.name_input] = str(uuid.uuid4())
                wanted["__createBeforeDelete"] = True
            case "random":
                wanted[known.name_input] = name + new_digits(8)
                wanted["__createBeforeDelete"] = True

    def _add_location(
        self, session: Properties, known: ResourceType, olds: Properties, wanted: Properties
    ) -> None:
        if not known.located or "location" in wanted:
            return
        if "location" in olds:
            wanted["location"] = olds["location"]
        elif session.get("location"):
            wanted["location"] = session["location"]
        elif isinstance(wanted.get("resourceGroupName"), Unknown):
            wanted["location"] = UNKNOWN
        else:
            group, subscription = wanted.get("resourceGroupName", ""), _subscription(session)
            location = self._cloud.location_of_group(group, subscription)
            if location is not None:
                wanted["location"] = location


def _subscription(session: Properties) -> str:
    return session.get("subscriptionId") or arm.SUBSCRIPTION


def _path_values(known: ResourceType, resource_id: str) -> Properties:
    pattern = re.sub(
        r"{(\w+)}", lambda match: f"(?P<{match[1]}>{'.+' if match[1] == 'scope' else '[^/]+'})", known.path
    )
    match = re.fullmatch(pattern, resource_id, re.IGNORECASE)
    return {} if match is None else {name: match[name] for name in known.path_inputs}
