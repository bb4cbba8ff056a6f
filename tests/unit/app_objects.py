"""Parts of the application's objects in Kubernetes."""

from typing import Any

from tests.unit.recording import Deployment


def container(deployment: Deployment, name: str) -> dict[str, Any]:
    [only] = deployment[name].inputs["spec"]["template"]["spec"]["containers"]
    return only


def environment(deployment: Deployment, name: str) -> dict[str, str]:
    """The environment variables whose values are in the pod's specification."""
    variables = container(deployment, name)["env"]
    return {variable["name"]: variable["value"] for variable in variables if "value" in variable}


def job_name(deployment: Deployment, name: str = "create-topics") -> str:
    return deployment[name].inputs["metadata"]["name"]
