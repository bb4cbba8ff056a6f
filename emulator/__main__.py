"""The emulator's command line: `python -m emulator`."""

import argparse
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from emulator import control
from emulator.home import CHECKOUT, HOME_VARIABLE, Home, HomeUnusable

_COMMANDS_WITHOUT_PULUMI = ("down", "start", "stop", "serve", "status", "exec", "logs")


def main() -> int:
    """Runs a command. Returns pulumi's exit status where pulumi runs, else 0, or 1 when it failed."""
    options = parse(sys.argv[1:])
    try:
        return options.run(Home.locate(options.home), options) or 0
    except control.DaemonUnreachable as error:
        return _fail(f"{error} `make up` starts it.")
    except _expected() as error:
        return _fail(str(error))


def parse(arguments: list[str]) -> argparse.Namespace:
    """The parsed command line; its `run` executes the command. Raises SystemExit, as argparse does."""
    return _parser().parse_args(_protected(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument(
        "--home", type=Path, help=f"folder of the world (or {HOME_VARIABLE}; default: .emulator)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Any, description: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=description, description=description)
        command.set_defaults(run=run)
        return command

    up = add("up", _up, "start the world, and deploy the program")
    up.add_argument("arguments", nargs=argparse.REMAINDER, help="for pulumi up")
    add("down", _down, "destroy everything, and remove the world")
    add("start", _start, "start the daemon, and revive the world")
    add("stop", _stop, "end the daemon and all processes; the world stays on disk")
    serve = add("serve", _serve, "run the daemon in the foreground")
    serve.add_argument("--ready", type=int, help=argparse.SUPPRESS)
    pulumi = add("pulumi", _pulumi, "run pulumi on the stack `local`")
    pulumi.add_argument("--program", type=Path, default=CHECKOUT, help="folder of another program")
    pulumi.add_argument("arguments", nargs=argparse.REMAINDER)
    status = add("status", _status, "show what runs")
    status.add_argument("--json", action="store_true")
    execute = add("exec", _exec, "run a command on a node (wn0, zk0, aks), or in a pod as its container")
    execute.add_argument("node")
    execute.add_argument("arguments", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    add("logs", _logs, "print the logs of a node's processes").add_argument("node")
    return parser


# Each command imports what it needs, so that `status` and `exec` respond at once.


def _up(home: Home, options: argparse.Namespace) -> int:
    from emulator.engine import Engine, stack_outputs
    from emulator.lifecycle import exclusive_use, make_home, require_idle, start

    make_home(home)
    with exclusive_use(home):
        engine = Engine(home, CHECKOUT, start(home)["ports"])
        require_idle(home, engine.project)
        engine.prepare()
        arguments = _after_dashes(options.arguments)
        status = engine.run("up", "--yes", "--skip-preview", "--suppress-outputs", *arguments)
        if status == 0:
            status = engine.refresh(_settings_file(arguments))
    if status == 0:
        outputs = stack_outputs(home, engine.project)
        print(f"\nKafka  {outputs.get('bootstrapServers')}, reachable from pods")
        print(f"Ambari {outputs.get('ambariUrl')}")
        print(f"Page   {outputs.get('appUrl')}")
    return status


def _down(home: Home, _options: argparse.Namespace) -> int:
    from emulator.teardown import tear_down

    return tear_down(home)


def _start(home: Home, _options: argparse.Namespace) -> None:
    from emulator.lifecycle import start

    start(home)


def _stop(home: Home, _options: argparse.Namespace) -> None:
    from emulator.lifecycle import stop

    stop(home)


def _serve(home: Home, options: argparse.Namespace) -> NoReturn:
    import logging

    from emulator.daemon import serve
    from emulator.lifecycle import make_home

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    make_home(home)

    def ready() -> None:
        if options.ready is not None:
            os.write(options.ready, b"ready\n")
            os.close(options.ready)

    serve(home, ready)
    logging.shutdown()
    # Some threads may still wait for processes of the world, which has ended.
    os._exit(0)


def _pulumi(home: Home, options: argparse.Namespace) -> None:
    from emulator.engine import Engine
    from emulator.lifecycle import start

    engine = Engine(home, options.program.resolve(), start(home)["ports"])
    engine.prepare()
    engine.replace_process(_after_dashes(options.arguments))


def _status(home: Home, options: argparse.Namespace) -> None:
    from emulator.report import report

    status = control.call(home, "status")
    print(json.dumps(status, indent=2) if options.json else report(status))


def _exec(home: Home, options: argparse.Namespace) -> None:
    command = _after_dashes(options.arguments) or ["/bin/sh"]
    entrance = control.call(home, "enter", node=options.node)
    program = shutil.which(entrance["command"][0]) or entrance["command"][0]
    environment = os.environ if entrance["environment"] is None else entrance["environment"]
    os.execve(program, [*entrance["command"], *command], environment)


def _logs(home: Home, options: argparse.Namespace) -> None:
    paths = control.call(home, "logs", node=options.node)
    # As `cat` does: end without a message when the reader, such as `head`, closes the pipe.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for path in paths:
        print(f"==> {path} <==", flush=True)
        with open(path, "rb") as log:
            sys.stdout.buffer.write(log.read())
            sys.stdout.flush()


def _protected(arguments: list[str]) -> list[str]:
    """Inserts "--" before the arguments for pulumi: argparse would take a first option for its own."""
    for index, word in enumerate(arguments):
        if word == "up":
            return [*arguments[: index + 1], "--", *arguments[index + 1 :]]
        if word == "pulumi":
            option = arguments[index + 1] if len(arguments) > index + 1 else ""
            own = 3 if option == "--program" else 2 if option.startswith("--program=") else 1
            return [*arguments[: index + own], "--", *arguments[index + own :]]
        if word in _COMMANDS_WITHOUT_PULUMI:
            break
    return arguments


def _settings_file(arguments: list[str]) -> list[str]:
    """The arguments of pulumi that name the file with the stack's settings."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config-file")
    known, _ = parser.parse_known_args(arguments)
    return ["--config-file", known.config_file] if known.config_file else []


def _after_dashes(arguments: list[str]) -> list[str]:
    return arguments[1:] if arguments[:1] == ["--"] else arguments


def _expected() -> tuple[type[Exception], ...]:
    """The exceptions that are shown to the user as messages, without a traceback."""
    from emulator.engine import EngineFailed
    from emulator.lifecycle import Busy, NotAHome, StartFailed

    expected = [HomeUnusable, control.CommandFailed, Busy, EngineFailed, NotAHome, StartFailed]
    world = sys.modules.get("emulator.network.world")
    return tuple([*expected, world.WorldRefused] if world else expected)


def _fail(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
