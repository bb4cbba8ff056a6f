"""What a message calls right for a wrong setting is set, and the program takes it."""

import copy
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import certifi
import pytest

from components.settings import Settings, WrongSettings
from components.settings.validation.mistakes import Mistake
from tests.unit.configurations import REQUIRED
from tests.unit.ssh_keys import KEY
from tests.unit.wrong_configurations import KINDS, PLAIN, STANDS

CASES = [
    pytest.param(wrong, id=f"{kind}-{number}")
    for kind, cases in KINDS.items()
    for number, wrong in enumerate(cases)
    if STANDS not in wrong
]
CERTIFICATES = Path(certifi.where()).read_text()
SECRETS = {"ambariPassword", "appAccessToken", "kafkaPassword"}
FILLED_IN = {
    "ambariPassword": "Correct-Horse-7",
    "kafkaPassword": "secret-of-kafka",
    "appAccessToken": "0123456789abcdef0123456789abcdef",
    "sshPublicKey": KEY,
    "kafkaCa": CERTIFICATES,
}
"""What a person types, or has in a file, where a command asks for it."""
ROUNDS = 5
"""So many messages one after the other are read: a range that moves takes others along."""
IN_WORDS = (
    r"a range of /\d+ or larger",
    r"adminGroups with a group of those who deploy",
    r"the output of .*",
    r".* or .*",
    r"\d fewer",
    r"fewer, larger ranges",
    r".* alone",
    r"16 letters .*",
    r"a (?:value for it|text)",
    r"an object of names and values",
    r"a name with full stops .*",
    r"(?:\S+ and )?another (?:name|topic).*",
    r"(?:[a-z.]+: \S+(?:, )?)+",
    r"pulumi config set --path, once an entry",
)
"""Advice that leaves the value to the reader."""


def parse(values: Mapping[str, Any]) -> Sequence[Mistake]:
    """The mistakes in a configuration; PLAIN beside the settings: secrets are stored in plain text."""
    encoded = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if name != PLAIN
    }
    try:
        Settings.parse(encoded, set() if PLAIN in values else SECRETS, stack="dev")
    except WrongSettings as error:
        return error.mistakes
    return ()


def put(values: dict[str, Any], path: str, value: object) -> None:
    """What `pulumi config set --path` does: into a list or an object, which may be JSON until then."""
    inner, last = _way(values, path)
    if isinstance(inner, list) and last == len(inner):
        inner.append(value)
    else:
        inner[last] = value


def rename(values: dict[str, Any], path: str, name: str) -> None:
    inner, last = _way(values, path)
    inner[name] = inner.pop(last)


def _way(values: dict[str, Any], path: str) -> tuple[Any, Any]:
    """What holds the last step of the path, and that step."""
    name, *steps = re.findall(r'[^.\[\]"]+', path)
    if not steps:
        return values, name
    held = values.get(name)
    inner: Any = json.loads(held) if isinstance(held, str) and held else copy.deepcopy(held) or []
    values[name] = inner
    *way, last = [int(step) if step.isdecimal() else step for step in steps]
    for step in way:
        if isinstance(inner, list) and step == len(inner):
            inner.append({})
        inner = inner[step]
    return inner, last


def follow(values: dict[str, Any], mistake: Mistake) -> bool:
    """Do as the mistake advises; False where it leaves the value to the reader."""
    advice = re.split(", with your own | alone$|, and |, or a ", mistake.right)[0]
    if any(re.fullmatch(pattern, advice) for pattern in IN_WORDS):
        return False
    command = re.match(r"pulumi config (set|rm) (.*)", advice)
    if mistake.rule == "is unknown" and command is None:
        rename(values, mistake.setting, advice)
    elif command is None:
        put(values, mistake.setting, advice.replace("DIGEST", "0f" * 32))
    elif command[1] == "rm":
        values.pop(command[2], None)
    else:
        quoted = command[2].replace('"$(', "'$(").replace(')"', ")'")
        name, *text = [word for word in shlex.split(quoted) if not word.startswith("--")]
        values.pop(PLAIN, None)
        put(values, name, FILLED_IN[name] if name in FILLED_IN else text[0])
    return True


@pytest.mark.parametrize("wrong", CASES)
def test_whoever_does_what_each_message_calls_right_comes_to_a_right_configuration(
    wrong: Mapping[str, Any],
) -> None:
    values: dict[str, Any] = {**REQUIRED, **wrong}
    for _ in range(ROUNDS):
        followed = [follow(values, mistake) for mistake in parse(values)]
        if not any(followed):
            break
    left = [str(mistake) for mistake in parse(values) if follow(dict(values), mistake)]
    assert left == []


def test_nearly_all_advice_can_be_followed_to_the_letter() -> None:
    found = [
        (values, mistake)
        for cases in KINDS.values()
        for values in ({**REQUIRED, **wrong} for wrong in cases)
        for mistake in parse(values)
    ]
    assert sum(follow(dict(values), mistake) for values, mistake in found) > 0.7 * len(found)
