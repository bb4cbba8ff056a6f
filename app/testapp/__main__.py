"""`python -m testapp serve` answers HTTP; `create-topics` and `check` do their work and end.

`create-topics` ends with 1 when another try may succeed, and with 3 when none can; when Kafka
can't be reached, with the status of the broken link and its explanation, as `check` does (`doctor_command`).
"""

import os
import sys
from socket import socket

from testapp.settings import CheckSettings, ServeSettings, SettingsError, TopicSettings

USAGE = "usage: python -m testapp serve | create-topics | check [--help]"
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
            case ["check", *options]:
                from testapp.doctor_command import check

                return check(options, CheckSettings.from_environment(os.environ))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    print(USAGE, file=sys.stderr)
    return 2


def _serve(settings: ServeSettings) -> int:
    import uvicorn

    from testapp.web import application

    app = application(settings)

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket] | None = None) -> None:
            # uvicorn waits for open responses, and event streams end only when they are told to.
            app.state.kafka.feed.close()
            await super().shutdown(sockets)

    Server(uvicorn.Config(app, host="0.0.0.0", port=settings.port, access_log=False)).run()
    return 0


def _create_topics(settings: TopicSettings) -> int:
    from testapp.doctor_command import examine_links
    from testapp.topics import TopicsFailed, TopicsRefused, declare_topics

    way = examine_links(settings.bootstrap_servers, None, PATIENCE_SECONDS)
    if way.broken:
        print(way.text(), file=sys.stderr)
        return way.status
    try:
        declare_topics(settings)
    except TopicsRefused as error:
        print(error, file=sys.stderr)
        return 3
    except TopicsFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
