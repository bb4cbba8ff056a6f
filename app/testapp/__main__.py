"""`python -m testapp serve` answers HTTP; `create-topics` and `check` do their work and end.

`view` prints what Kafka says of itself, without end. Those that end try again by themselves what may pass,
for a time, so that nobody has to run them twice. `create-topics` ends with 1 when the time was too short, and
with 3 at once when no try can help; when Kafka can't be reached, with the status of the broken link and its
explanation, as `check` does (`check.command`).
"""

import asyncio
import logging
import os
import socket
import sys

from testapp.configuration.settings import (
    CheckSettings,
    ServeSettings,
    SettingsError,
    TopicSettings,
    ViewSettings,
)

USAGE = "usage: python -m testapp serve | create-topics | view | check [--help]"
PATIENCE_SECONDS = 30.0
"""How long topics wait for a way to Kafka: brokers that were just made or restarted take their time."""


def main(arguments: list[str]) -> int:
    """Run the command named by the first argument; the exit status is 2 for wrong usage or environment."""
    try:
        match arguments:
            case ["serve"]:
                return _serve(ServeSettings.from_environment(os.environ))
            case ["create-topics"]:
                return _create_topics(TopicSettings.from_environment(os.environ))
            case ["view"]:
                from testapp.view.command import view

                return view(ViewSettings.from_environment(os.environ))
            case ["check", *options]:
                from testapp.check.command import check

                return check(options, CheckSettings.from_environment(os.environ))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    print(USAGE, file=sys.stderr)
    return 2


def _serve(settings: ServeSettings) -> int:
    from testapp.web.application import application
    from testapp.web.serving import Listeners, listen, serve

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    sockets: list[socket.socket] = []
    for name, port in (("PORT", settings.port), ("HEALTH_PORT", settings.health_port)):
        try:
            sockets.append(listen(port))
        except OSError as error:
            print(
                f"{name} is {port}, where nothing can listen: {os.strerror(error.errno or 0)}",
                file=sys.stderr,
            )
    if len(sockets) < 2:
        return 2
    print(f"serving {settings.topic} on port {settings.port}", flush=True)
    asyncio.run(serve(application(settings), Listeners(*sockets)))
    return 0


def _create_topics(settings: TopicSettings) -> int:
    from testapp.check.command import examine_links
    from testapp.kafka.topics import TopicsFailed, TopicsRefused, declare_topics, declare_topics_patiently

    way = examine_links(settings.bootstrap_servers, None, PATIENCE_SECONDS, settings.security)
    if way.broken:
        print(way.text(), file=sys.stderr)
        return way.status
    try:
        declare_topics_patiently(lambda: declare_topics(settings))
    except TopicsRefused as error:
        print(error, file=sys.stderr)
        return 3
    except TopicsFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
