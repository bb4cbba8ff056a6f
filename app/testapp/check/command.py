"""`python -m testapp check`: says which link between here and Kafka is broken, why, and what to do.

The exit status is 0 when messages go to Kafka and come back; 2 for wrong usage or environment; otherwise that
of the first broken link: 11 address, 12 listener, 13 advertised addresses, 14 topic, 15 produce, 16 consume.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from testapp.check.examination import Report, examine, examine_patiently
from testapp.check.probes import Probes, addresses
from testapp.configuration.settings import CheckSettings
from testapp.kafka.security import Security


def check(arguments: Sequence[str], settings: CheckSettings) -> int:
    """Examine, print, and leave the result where `--result` says; answers the exit status."""
    options = parser().parse_args(arguments)
    report = examine_links(settings.bootstrap_servers, settings.topic, options.patience, settings.security)
    print(json.dumps(report.as_json()) if options.json else report.text(), flush=True)
    if options.result:
        try:
            options.result.write_text(_result(report))
        except OSError as error:
            print(
                f"--result is {str(options.result)!r}, which can't be written: {error.strerror}",
                file=sys.stderr,
            )
            return 2
    return report.status


def examine_links(bootstrap_servers: str, topic: str | None, patience: float, security: Security) -> Report:
    """Real probes, repeated for `patience` seconds while something is broken."""
    probes = Probes(bootstrap_servers, topic or "", security)
    return examine_patiently(lambda: examine(addresses(bootstrap_servers), topic, probes), patience)


def parser() -> argparse.ArgumentParser:
    """Of the options of the check."""
    options = argparse.ArgumentParser(
        prog="python -m testapp check",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--json", action="store_true", help="print one line of JSON")
    options.add_argument(
        "--patience",
        type=float,
        default=0,
        metavar="SECONDS",
        help="look again for so long while something is broken",
    )
    options.add_argument(
        "--result",
        type=Path,
        metavar="FILE",
        help="also write there: JSON when all is well, else the explanation",
    )
    return options


def _result(report: Report) -> str:
    """What Kubernetes keeps of a pod that has ended: the figures for programs, or the reason for people."""
    if report.broken:
        return report.text()
    return json.dumps({"roundTripMilliseconds": report.round_trip_milliseconds})
