"""Rules for names, users and keys, with the documents that state them.

Every rule is a function that returns its value, or raises the error of `mistakes.broken`.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping

from ..azure import reserved
from ..validation import leniency
from ..validation.leniency import Made
from ..validation.mistakes import REFERENCE, broken, check_all

AZURE_NAMES = "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"
AZURE_RESERVES = (
    "https://learn.microsoft.com/azure/azure-resource-manager/templates/error-reserved-resource-name"
)
AZURE_TAGS = "https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources"
HDINSIGHT_CREATE = "https://learn.microsoft.com/azure/hdinsight/hdinsight-hadoop-provision-linux-clusters"
KAFKA_TOPIC = "Kafka, org.apache.kafka.common.internals.Topic"
STORAGE_API = "description of Microsoft.Storage's API, StorageAccountCreateParameters"
KUBERNETES_NAMES = "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"

Rule = Callable[[str], str]


def _matching(pattern: str, rule: str, source: str, right: str) -> Rule:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise broken(rule, source=source, right=right)
        return value

    return check


def _of_endpoint(rule: Rule) -> Rule:
    """The rule, extended for a resource with an endpoint, in whose name Azure refuses its own trademarks."""
    return lambda value: check_all(value, rule, _not_reserved)


def _not_reserved(value: str) -> None:
    word = value.upper()
    if word in reserved.WORDS or "MICROSOFT" in word or "WINDOWS" in word or word.startswith("LOGIN"):
        raise broken(
            "must not contain `microsoft` or `windows`, begin with `login`, or be a word that Azure keeps",
            source=AZURE_RESERVES,
            right="contosokafka",
        )


resource_group = _matching(
    r"[\w().-]{0,89}[\w()-]",
    "must be 1 to 90 letters, digits or any of _ ( ) - . and not end in a full stop",
    AZURE_NAMES,
    "aks-kafka",
)
resource = _matching(
    r"[\w().-]{1,90}",
    "must be the name of an Azure resource, not its id: 1 to 90 letters, digits or any of _ ( ) - .",
    AZURE_NAMES,
    "my-cluster",
)
subscription = _matching(
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "must be the id of a subscription in lower case, or left out for the one that is deployed to",
    "https://learn.microsoft.com/azure/azure-portal/get-subscription-tenant-id",
    "the output of `az account show --query id --output tsv`",
)
kafka_cluster = _of_endpoint(
    _matching(
        # 59 are documented still, but HDInsight's release notes of 2023 announce 45.
        r"[a-z0-9](?:[a-z0-9-]{1,43}[a-z0-9])",
        "must be 3 to 45 lower-case letters, digits or hyphens, with a letter or digit at both ends; lower "
        "case, because the name is part of Ambari's paths, and these tell upper from lower case",
        "https://learn.microsoft.com/azure/hdinsight/hdinsight-release-notes-archive",
        "contoso-kafka",
    )
)
storage_account = _of_endpoint(
    _matching(r"[a-z0-9]{3,24}", "must be 3 to 24 lower-case letters or digits", AZURE_NAMES, "contosokafka")
)
registry = _of_endpoint(
    _matching(
        r"[a-z0-9]{5,50}",
        "must be 5 to 50 letters or digits; lower case, as in the login server that Azure makes of it",
        AZURE_NAMES,
        "contosokafka",
    )
)
aks_cluster = _of_endpoint(
    _matching(
        r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?",
        "must be 1 to 63 letters, digits, underscores or hyphens, with a letter or digit at both ends",
        AZURE_NAMES,
        "aks-kafka",
    )
)
_kubernetes_label = _matching(
    r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    "must be 1 to 63 lower-case letters, digits or hyphens, with a letter or digit at both ends",
    KUBERNETES_NAMES,
    "kafka-test",
)
_linux_user = _matching(
    r"[a-z][a-z0-9_-]{1,31}",
    "must be a Linux user: 2 to 32 lower-case letters, digits or underscores, a letter first",
    HDINSIGHT_CREATE,
    "sshuser",
)
_gateway_user = _matching(
    r"[A-Za-z][A-Za-z0-9]{0,19}",
    "must be 2 to 20 letters or digits, beginning with a letter",
    HDINSIGHT_CREATE,
    "admin",
)
_topic = _matching(
    r"[A-Za-z0-9._-]{1,249}",
    "must be 1 to 249 letters, digits, full stops, underscores or hyphens",
    KAFKA_TOPIC,
    "messages",
)


def namespace(value: str) -> str:
    """The rule for the Kubernetes namespace that the program creates."""
    _kubernetes_label(value)
    if value in reserved.NAMESPACES or value.startswith("kube-"):
        taken = ", ".join(reserved.NAMESPACES)
        raise broken(
            f"must be a namespace of its own: Kubernetes and AKS keep {taken} and kube-*",
            source=KUBERNETES_NAMES,
            right="kafka-test",
        )
    return value


def existing_namespace(value: str) -> str:
    """A Kubernetes namespace that somebody else has made. Everybody may be given `default`."""
    _kubernetes_label(value)
    return value if value == "default" else namespace(value)


def topic(value: str) -> str:
    """The rule for the name of a Kafka topic."""
    if value in {".", ".."}:
        raise broken(
            "must not be `.` or `..`",
            source=KAFKA_TOPIC,
            right="messages",
        )
    if value.startswith("__"):
        raise broken(
            "must not begin with `__`: these topics are Kafka's own", right=value.lstrip("_") or "messages"
        )
    return _topic(value)


def ssh_user(value: str) -> str:
    """The rule for the SSH user of HDInsight's nodes."""
    _linux_user(value)
    if "-" in value:
        leniency.refuse("must have no hyphen", unless=Made.KAFKA, source=HDINSIGHT_CREATE, right="sshuser")
    if value in reserved.USERS:
        raise broken(
            "must be a user that HDInsight's machines don't have already",
            source=HDINSIGHT_CREATE,
            right="sshuser",
        )
    return value


def gateway_user(value: str) -> str:
    """The rule for the user of HDInsight's gateway, who is Ambari's administrator too."""
    _gateway_user(value)
    if len(value) < 2:
        rule = "must be 2 to 20 letters or digits, beginning with a letter"
        leniency.refuse(rule, unless=Made.KAFKA, source=HDINSIGHT_CREATE, right="admin")
    return value


def tags(value: dict[str, str]) -> dict[str, str]:
    """The rule for tags of Azure resources."""
    return check_all(
        value, _few_tags, _names_of_tags, _names_that_azure_keeps, _names_differ, _values_of_tags
    )


def _few_tags(tags: dict[str, str]) -> None:
    if len(tags) > 15:
        raise broken(
            "must be at most 15 tags: a storage account takes no more",
            source=STORAGE_API,
            right=f"{len(tags) - 15} fewer",
        )


def _names_of_tags(tags: dict[str, str]) -> None:
    if wrong := [name for name in tags if not re.fullmatch(r"[^<>%&\\?/]{1,128}", name)]:
        rule = f"must have names of 1 to 128 characters without < > % & \\ ? /, unlike {wrong}"
        raise broken(rule, source=AZURE_TAGS, right='{"cost-centre": "1234"}')


def _names_that_azure_keeps(tags: dict[str, str]) -> None:
    kept = reserved.PREFIXES_OF_TAGS
    if wrong := [name for name in tags if name.lower().startswith(kept)]:
        rule = f"must have names that begin with none of {', '.join(kept)}, unlike {wrong}"
        raise broken(
            rule,
            source="https://learn.microsoft.com/rest/api/resources/tags/create-or-update",
            right="cost-centre",
        )


def _names_differ(tags: dict[str, str]) -> None:
    names = Counter(name.lower() for name in tags)
    if alike := [name for name in tags if names[name.lower()] > 1]:
        rule = f"must have names that differ in more than upper and lower case, unlike {alike}"
        raise broken(rule, source=AZURE_TAGS, right=f"{alike[0]} alone")


def _values_of_tags(tags: dict[str, str]) -> None:
    if long := [name for name, text in tags.items() if len(text) > 256]:
        rule = f"must have values of at most 256 characters, unlike {long}"
        raise broken(rule, source=AZURE_TAGS, right='{"cost-centre": "1234"}')


def existing_user(value: str) -> str:
    """The rule for the user of an existing cluster's gateway: Azure has taken it, whatever it looks like."""
    if not value or value != value.strip() or ":" in value:
        raise broken("must be a user of HTTP's basic authentication", source="RFC 7617", right="admin")
    return value


def words(value: object) -> object:
    """Write the truth values and numbers of an object as Kafka and Azure read them: as text, `true`."""
    return {name: _word(item) for name, item in value.items()} if isinstance(value, Mapping) else value


def _word(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def true_or_false(value: object) -> object:
    """The rule for a truth value: `true` or `false`, as YAML 1.2 has them, and not yes, no, on, off, 1, 0."""
    if isinstance(value, str) and value not in ("true", "false"):
        raise broken("must be true or false", source=REFERENCE)
    return value


def from_json(value: object) -> object:
    """Parse a list or an object, which Pulumi hands over as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise broken(
            "must be a list or an object", right="pulumi config set --path, once an entry"
        ) from error
