"""The defaults that the API server fills into an object before it stores it."""

import base64
import copy
from typing import Any

from emulator.kubernetes.server.objects import (
    CONFIG_MAP,
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    JOB,
    NAMESPACE,
    PROBES,
    SECRET,
    SERVICE,
    Object,
)

_JOB_UID_LABEL = "batch.kubernetes.io/controller-uid"
_JOB_NAME_LABEL = "batch.kubernetes.io/job-name"


def with_defaults(item: Object) -> Object:
    """A copy of `item` as the API server would store it (defaulting functions in pkg/apis/*/v1)."""
    result = copy.deepcopy(item)
    complete = _DEFAULTING.get(result["kind"])
    if complete is not None:
        complete(result)
    return result


def as_stored(config: Object) -> Object:
    """`config` without its write-only field: the stringData of a Secret become data."""
    plain = config.get("stringData")
    if config["kind"] != SECRET.name or plain is None:
        return config
    encoded = {name: base64.b64encode(value.encode()).decode() for name, value in plain.items()}
    kept = {name: value for name, value in config.items() if name != "stringData"}
    return {**kept, "data": {**(config.get("data") or {}), **encoded}}


def with_job_identity(job: Object, uid: str) -> Object:
    """A Job whose selector and pods carry its own uid, so that it never adopts another's pods."""
    result = copy.deepcopy(job)
    labels = {_JOB_UID_LABEL: uid, _JOB_NAME_LABEL: job["metadata"]["name"]}
    result["spec"]["selector"] = {"matchLabels": {_JOB_UID_LABEL: uid}}
    metadata = result["spec"]["template"].setdefault("metadata", {})
    metadata["labels"] = {**(metadata.get("labels") or {}), **labels}
    return result


def _deployment(item: Object) -> None:
    specification = item["spec"]
    _fill(specification, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    strategy = specification.setdefault("strategy", {})
    _fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _fill(strategy.setdefault("rollingUpdate", {}), maxSurge="25%", maxUnavailable="25%")
    _pod(specification["template"])
    item["status"] = {}


def _job(item: Object) -> None:
    specification = item["spec"]
    _fill(
        specification,
        backoffLimit=6,
        completions=1,
        parallelism=1,
        completionMode="NonIndexed",
        suspend=False,
        podReplacementPolicy="Failed" if "podFailurePolicy" in specification else "TerminatingOrFailed",
    )
    _pod(specification["template"])
    item["status"] = {}


def _pod(template: Object) -> None:
    template.setdefault("metadata", {}).setdefault("labels", {})
    specification = template["spec"]
    _fill(
        specification,
        restartPolicy="Always",
        dnsPolicy="ClusterFirst",
        schedulerName="default-scheduler",
        terminationGracePeriodSeconds=30,
    )
    specification.setdefault("securityContext", {})
    for volume in specification.get("volumes") or []:
        if "downwardAPI" in volume:
            _fill(volume["downwardAPI"], defaultMode=0o644)
            for item in volume["downwardAPI"].get("items") or []:
                _fill(item.get("fieldRef") or {}, apiVersion="v1")
    for container in specification["containers"]:
        _container(container)


def _container(container: Object) -> None:
    _fill(
        container,
        imagePullPolicy=_pull_policy(container.get("image", "")),
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )
    # Requests default to limits in pods alone, not in templates (SetDefaults_Pod in pkg/apis/core/v1).
    container.setdefault("resources", {})
    for port in container.get("ports", []):
        _fill(port, protocol="TCP")
    for name in PROBES:
        if name in container:
            _probe(container[name])
    for variable in container.get("env", []):
        if "fieldRef" in (variable.get("valueFrom") or {}):
            _fill(variable["valueFrom"]["fieldRef"], apiVersion="v1")


def _probe(probe: Object) -> None:
    _fill(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
    if "httpGet" in probe:
        _fill(probe["httpGet"], scheme="HTTP", path="/")


def _pull_policy(image: str) -> str:
    tag = image.rpartition("/")[2].partition(":")[2]
    return "Always" if tag in ("", "latest") else "IfNotPresent"


def _service(item: Object) -> None:
    specification = item["spec"]
    _fill(
        specification,
        type="ClusterIP",
        sessionAffinity="None",
        internalTrafficPolicy="Cluster",
        ipFamilyPolicy="SingleStack",
    )
    if specification["type"] == "LoadBalancer":
        _fill(specification, externalTrafficPolicy="Cluster")
    else:
        # What a load balancer had by default goes with it (dropTypeDependentFields in registry/core/service).
        specification.pop("externalTrafficPolicy", None)
    specification.setdefault("ipFamilies", ["IPv4"])
    for port in specification["ports"]:
        _fill(port, protocol="TCP", targetPort=port["port"])
    item["status"] = {"loadBalancer": {}}


def _secret(item: Object) -> None:
    _fill(item, type="Opaque")
    item["data"] = dict(as_stored(item).get("data") or {})
    item.pop("stringData", None)


def _config_map(item: Object) -> None:
    item["data"] = dict(item.get("data") or {})


def _namespace(item: Object) -> None:
    metadata = item["metadata"]
    metadata["labels"] = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": metadata["name"]}
    item["spec"] = {"finalizers": ["kubernetes"]}
    item["status"] = {"phase": "Active"}


def _fill(target: Object, **defaults: Any) -> None:
    for name, value in defaults.items():
        target.setdefault(name, value)


def _disruption_budget(item: Object) -> None:
    item["status"] = {}


_DEFAULTING = {
    DISRUPTION_BUDGET.name: _disruption_budget,
    DEPLOYMENT.name: _deployment,
    JOB.name: _job,
    SERVICE.name: _service,
    SECRET.name: _secret,
    CONFIG_MAP.name: _config_map,
    NAMESPACE.name: _namespace,
}
