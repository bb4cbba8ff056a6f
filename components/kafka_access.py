"""Where Ambari of a Kafka cluster answers, new or existing."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import hdinsight


def https_url(endpoints: Sequence[hdinsight.outputs.ConnectivityEndpointResponse] | None) -> str:
    """The URL of Ambari: the HTTPS endpoint that HDInsight reports. Raises pulumi.RunError without one."""
    for endpoint in endpoints or ():
        if endpoint.name == "HTTPS":
            port = "" if endpoint.port == 443 else f":{endpoint.port}"
            return f"https://{endpoint.location}{port}"
    raise pulumi.RunError("HDInsight reports no endpoint named HTTPS, so there is no way to Ambari")
