"""For every rule, resources that break it and resources that keep it, with what is found in each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from policy.rules import UNKNOWN, Resource
from policy.rules.exposure import INTERNAL_BALANCER, OPEN_TO_THE_WORLD
from tests.simulated.policy.resources import (
    ACCOUNT,
    AKS,
    CONTAINER,
    HDINSIGHT,
    KUBERNETES_API,
    LOGIN,
    PRODUCTION,
    RANGES,
    REGISTRY,
    ROLES,
    SECURITY_GROUP,
    SERVICE,
    STORAGE,
    deployment,
    hdinsight,
    pod,
    security_group,
    service,
)


@dataclass(frozen=True)
class Case:
    """A resource, and the paths at which it breaks the rule; none if it keeps it."""

    rule: str
    what: str
    type: str
    inputs: dict[str, Any]
    paths: list[str] = field(default_factory=list)
    protect: bool = False

    @property
    def resource(self) -> Resource:
        return Resource("thing", self.type, self.inputs, self.protect)


CASES = [
    Case("said-when-open", "a Service without ranges", SERVICE, service(), [RANGES]),
    Case("said-when-open", "one with none", SERVICE, service(loadBalancerSourceRanges=[]), [RANGES]),
    Case(
        "said-when-open",
        "one that lets everybody in by the way",
        SERVICE,
        service(loadBalancerSourceRanges=["203.0.113.0/24", "0.0.0.0/0"]),
        [f"{RANGES}[1]"],
    ),
    Case(
        "said-when-open",
        "one in two halves",
        SERVICE,
        service(loadBalancerSourceRanges=["0.0.0.0/1", "128.0.0.0/1", "::/0"]),
        [f"{RANGES}[0]", f"{RANGES}[1]", f"{RANGES}[2]"],
    ),
    Case(
        "said-when-open",
        "one for everybody that says so",
        SERVICE,
        service({OPEN_TO_THE_WORLD: "appSourceRanges"}, loadBalancerSourceRanges=["0.0.0.0/0"]),
    ),
    Case(
        "said-when-open",
        "one that says so but names no range",
        SERVICE,
        service({OPEN_TO_THE_WORLD: "appSourceRanges"}),
        [RANGES],
    ),
    Case("said-when-open", "one for some", SERVICE, service(loadBalancerSourceRanges=["203.0.113.0/24"])),
    Case("said-when-open", "one within the network", SERVICE, service({INTERNAL_BALANCER: "true"})),
    Case(
        "said-when-open", "one without a load balancer", SERVICE, service() | {"spec": {"type": "ClusterIP"}}
    ),
    Case("said-when-open", "one not known yet", SERVICE, service(UNKNOWN, loadBalancerSourceRanges=UNKNOWN)),
    *(
        Case(
            "said-when-open",
            f"a security rule for {source}",
            SECURITY_GROUP,
            security_group(sourceAddressPrefix=source),
            ["securityRules[1].sourceAddressPrefix"],
        )
        for source in ("*", "Internet", "0.0.0.0/0")
    ),
    Case(
        "said-when-open",
        "a security rule for everybody among others",
        SECURITY_GROUP,
        security_group(sourceAddressPrefix=None, sourceAddressPrefixes=["203.0.113.7/32", "0.0.0.0/0"]),
        ["securityRules[1].sourceAddressPrefixes[1]"],
    ),
    Case(
        "said-when-open",
        "a security rule of its own",
        "azure-native:network:SecurityRule",
        {"direction": "Inbound", "access": "Allow", "sourceAddressPrefix": "*"},
        ["sourceAddressPrefix"],
    ),
    Case(
        "said-when-open",
        "a service of Azure's",
        SECURITY_GROUP,
        security_group(sourceAddressPrefix="HDInsight"),
    ),
    Case(
        "said-when-open",
        "a rule that keeps everybody out",
        SECURITY_GROUP,
        security_group(sourceAddressPrefix="*", access="Deny"),
    ),
    Case(
        "said-when-open",
        "a way out for everybody",
        SECURITY_GROUP,
        security_group(sourceAddressPrefix="*", direction="Outbound"),
    ),
    Case("said-when-open", "no security rule known", SECURITY_GROUP, {"securityRules": UNKNOWN}),
    Case(
        "kafka-inside",
        "a Service on Kafka's port",
        SERVICE,
        service(ports=[{"port": 80}, {"port": 9092.0, "targetPort": 8080}]),
        ["spec.ports[1].port"],
    ),
    Case(
        "kafka-inside",
        "a port of nodes that leads to Kafka",
        SERVICE,
        {"spec": {"type": "NodePort", "ports": [{"port": 80, "targetPort": 9093}]}},
        ["spec.ports[0].targetPort"],
    ),
    Case(
        "kafka-inside",
        "a Service within the network",
        SERVICE,
        service({INTERNAL_BALANCER: "true"}, ports=[{"port": 9092}]),
    ),
    Case("kafka-inside", "a page", SERVICE, service(ports=[{"port": 80, "targetPort": 8080}])),
    *(
        Case(
            "kafka-inside",
            f"a security rule to {ports}",
            SECURITY_GROUP,
            security_group(sourceAddressPrefix="203.0.113.7/32", destinationPortRange=ports),
            ["securityRules[1].destinationPortRange"],
        )
        for ports in ("9092", "9000-9100", "*", "2181")
    ),
    Case(
        "kafka-inside",
        "Kafka's port among others, for a service of Azure's",
        SECURITY_GROUP,
        security_group(
            sourceAddressPrefix="AzureCloud", destinationPortRange=None, destinationPortRanges=["443", "9093"]
        ),
        ["securityRules[1].destinationPortRanges[1]"],
    ),
    *(
        Case(
            "kafka-inside",
            f"Kafka for {source}",
            SECURITY_GROUP,
            security_group(sourceAddressPrefix=source, destinationPortRange="9092"),
        )
        for source in ("VirtualNetwork", "10.20.0.0/16", "100.64.0.0/10")
    ),
    Case(
        "kafka-inside",
        "Ambari for somebody",
        SECURITY_GROUP,
        security_group(sourceAddressPrefix="203.0.113.7/32"),
    ),
    Case(
        "nothing-anonymous",
        "storage for everybody",
        STORAGE,
        {"allowBlobPublicAccess": True},
        ["allowBlobPublicAccess"],
    ),
    Case("nothing-anonymous", "storage that does not say", STORAGE, {}, ["allowBlobPublicAccess"]),
    Case("nothing-anonymous", "storage for nobody", STORAGE, {"allowBlobPublicAccess": False}),
    Case(
        "nothing-anonymous",
        "images for everybody",
        REGISTRY,
        {"anonymousPullEnabled": True},
        ["anonymousPullEnabled"],
    ),
    Case("nothing-anonymous", "images for whoever has a role", REGISTRY, {"anonymousPullEnabled": False}),
    Case(
        KUBERNETES_API,
        "an API server for everybody",
        AKS,
        PRODUCTION,
        ["apiServerAccessProfile.authorizedIPRanges"],
    ),
    Case(
        KUBERNETES_API,
        "one that lets everybody in by the way",
        AKS,
        PRODUCTION | {"apiServerAccessProfile": {"authorizedIPRanges": ["0.0.0.0/0"]}},
        ["apiServerAccessProfile.authorizedIPRanges[0]"],
    ),
    Case(
        KUBERNETES_API,
        "one for some",
        AKS,
        PRODUCTION | {"apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.7/32"]}},
    ),
    Case(
        KUBERNETES_API,
        "a private one",
        AKS,
        PRODUCTION | {"apiServerAccessProfile": {"enablePrivateCluster": True}},
    ),
    Case(KUBERNETES_API, "one in development", AKS, {"tags": {"environment": "dev"}}),
    Case(
        "minimum-tls",
        "storage with an old TLS",
        STORAGE,
        {"minimumTlsVersion": "TLS1_0"},
        ["minimumTlsVersion"],
    ),
    Case("minimum-tls", "storage that does not say", STORAGE, {}, ["minimumTlsVersion"]),
    Case("minimum-tls", "storage with TLS 1.2", STORAGE, {"minimumTlsVersion": "TLS1_2"}),
    Case(
        "minimum-tls",
        "a cluster that does not say",
        HDINSIGHT,
        hdinsight(),
        ["properties.minSupportedTlsVersion"],
    ),
    Case("minimum-tls", "a cluster with TLS 1.2", HDINSIGHT, hdinsight(minSupportedTlsVersion="1.2")),
    Case("minimum-tls", "a cluster not known yet", HDINSIGHT, {"properties": UNKNOWN}),
    Case(
        "https-only",
        "storage over HTTP",
        STORAGE,
        {"enableHttpsTrafficOnly": False},
        ["enableHttpsTrafficOnly"],
    ),
    Case("https-only", "storage that does not say", STORAGE, {}, ["enableHttpsTrafficOnly"]),
    Case("https-only", "storage over HTTPS", STORAGE, {"enableHttpsTrafficOnly": True}),
    Case("no-admin-users", "a registry with one", REGISTRY, {"adminUserEnabled": True}, ["adminUserEnabled"]),
    Case("no-admin-users", "a registry without", REGISTRY, {"adminUserEnabled": False}),
    Case("no-admin-users", "a cluster where all are", AKS, {"enableRBAC": False}, ["enableRBAC"]),
    Case("no-admin-users", "a cluster with roles", AKS, {"enableRBAC": True}),
    Case(
        "no-administrator-roles",
        "an owner",
        "azure-native:authorization:RoleAssignment",
        {"roleDefinitionId": f"{ROLES}/8E3AF657-A8FF-443C-A75C-2FE8C4BCB635"},
        ["roleDefinitionId"],
    ),
    Case(
        "no-administrator-roles",
        "somebody who pulls images",
        "azure-native:authorization:RoleAssignment",
        {"roleDefinitionId": f"{ROLES}/7f951dda-4ed3-4680-a7ca-43fe172d538d"},
    ),
    Case(
        "no-administrator-roles",
        "a role not known yet",
        "azure-native:authorization:RoleAssignment",
        {"roleDefinitionId": UNKNOWN},
    ),
    Case(
        "no-keys",
        "storage by key",
        HDINSIGHT,
        hdinsight(account={"key": "[secret]"}),
        [f"{ACCOUNT}.key"],
    ),
    Case(
        "no-keys",
        "SSH by password",
        HDINSIGHT,
        hdinsight(login={"password": "[secret]"}),
        [f"{LOGIN}.password", f"{LOGIN}.sshProfile"],
    ),
    Case("no-keys", "identities and public keys", HDINSIGHT, hdinsight()),
    Case(
        "no-keys",
        "a cluster with a service principal's password",
        AKS,
        {"servicePrincipalProfile": {"clientId": "c", "secret": UNKNOWN}},
        ["servicePrincipalProfile.secret"],
    ),
    Case("no-keys", "a cluster with an identity", AKS, {"identity": {"type": "UserAssigned"}}),
    Case("no-local-accounts", "accounts of its own", AKS, PRODUCTION, ["disableLocalAccounts"]),
    Case(
        "no-local-accounts",
        "accounts that are left on",
        AKS,
        PRODUCTION | {"disableLocalAccounts": False},
        ["disableLocalAccounts"],
    ),
    Case("no-local-accounts", "Entra ID alone", AKS, PRODUCTION | {"disableLocalAccounts": True}),
    Case("no-local-accounts", "accounts not known yet", AKS, PRODUCTION | {"disableLocalAccounts": UNKNOWN}),
    Case("no-local-accounts", "accounts in development", AKS, {"tags": {"environment": "dev"}}),
    Case(
        "pods-without-rights",
        "pods as root",
        "kubernetes:apps/v1:Deployment",
        deployment(securityContext={}),
        [f"{CONTAINER}.securityContext.runAsNonRoot"],
    ),
    Case(
        "pods-without-rights",
        "a container that takes back what its pod says",
        "kubernetes:apps/v1:Deployment",
        deployment({"securityContext": {"runAsNonRoot": False, "allowPrivilegeEscalation": False}}),
        [f"{CONTAINER}.securityContext.runAsNonRoot"],
    ),
    Case(
        "pods-without-rights",
        "pods that can become root",
        "kubernetes:batch/v1:Job",
        deployment({"securityContext": {"privileged": True}}),
        [
            f"{CONTAINER}.securityContext.allowPrivilegeEscalation",
            f"{CONTAINER}.securityContext.privileged",
        ],
    ),
    Case(
        "pods-without-rights",
        "pods in their node",
        "kubernetes:core/v1:Pod",
        {"spec": pod(hostNetwork=True, volumes=[{"emptyDir": {}}, {"hostPath": {"path": "/"}}])},
        ["spec.hostNetwork", "spec.volumes[1].hostPath"],
    ),
    Case("pods-without-rights", "pods that just run", "kubernetes:apps/v1:Deployment", deployment()),
    Case("pods-without-rights", "pods not known yet", "kubernetes:apps/v1:Deployment", {"spec": UNKNOWN}),
    Case(
        "no-secrets-in-pods",
        "a token in plain",
        "kubernetes:apps/v1:Deployment",
        deployment({"env": [{"name": "PORT", "value": "1"}, {"name": "ACCESS_TOKEN", "value": "[secret]"}]}),
        [f"{CONTAINER}.env[1].value"],
    ),
    Case(
        "no-secrets-in-pods",
        "a token by reference, and by file",
        "kubernetes:apps/v1:Deployment",
        deployment(
            {
                "env": [
                    {"name": "ACCESS_TOKEN", "valueFrom": {"secretKeyRef": {"name": "app", "key": "token"}}},
                    {"name": "ACCESS_TOKEN_FILE", "value": "/run/token"},
                ]
            }
        ),
    ),
    Case("tags", "no tags", STORAGE, {}, ["tags.environment"]),
    Case("tags", "other tags", STORAGE, {"tags": {"team": "kafka", "environment": ""}}, ["tags.environment"]),
    Case("tags", "its environment", STORAGE, {"tags": {"environment": "dev"}}),
    Case("tags", "a subnet", "azure-native:network:Subnet", {}),
    Case("tags", "an object in Kubernetes", SERVICE, {}),
    *(
        Case(
            "data-protected-in-production",
            f"unprotected {type_}",
            type_,
            {"tags": {"environment": "Production"}},
            ["the resource option protect"],
        )
        for type_ in (HDINSIGHT, STORAGE)
    ),
    Case("data-protected-in-production", "protected data", HDINSIGHT, PRODUCTION, protect=True),
    Case("data-protected-in-production", "development", HDINSIGHT, {"tags": {"environment": "dev"}}),
    Case("data-protected-in-production", "a thing without data", AKS, PRODUCTION),
]
