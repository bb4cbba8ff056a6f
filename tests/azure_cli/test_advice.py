"""What messages and documents tell people to run exists in Azure's command line, with these options."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest

from tests.azure_cli.command_lines import CHECKOUT, Command, RealCommandLine
from tests.azure_cli.loopback import AzureOnLoopback

_COMMAND = re.compile(
    r"""(?:^\s*|[`"'(]\s*)   # the beginning of a line or of a quotation
    az((?:\ [a-z][a-z-]*)+)   # its words, which end before
    (?=[`"'\n]|\ ["{$\\-])    # the quotation's end, an option or an argument
    ([^`\n]*)""",
    re.MULTILINE | re.VERBOSE,
)


def texts() -> Iterator[str]:
    """What people read: the program's messages, the documents and the workflows."""
    files = [
        *CHECKOUT.glob("*.md"),
        *(CHECKOUT / "docs").rglob("*.md"),
        *(CHECKOUT / "components").rglob("*.py"),
        *(CHECKOUT / "app" / "testapp").rglob("*.py"),
        *(CHECKOUT / "examples").rglob("*.md"),
        *(CHECKOUT / "policy").rglob("*.py"),
        *(CHECKOUT / ".github" / "workflows").glob("*.yml"),
    ]
    for file in files:
        # A line that goes on in the next one is one line.
        yield re.sub(r"\\\n\s*", "", file.read_text())


def advised() -> Mapping[str, set[str]]:
    """Each command with the options that it is told to be given."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for text in texts():
        for words, rest in _COMMAND.findall(text):
            # What a pipe or a second command takes is not its own.
            own = re.split(r"[|;&)]|\$\(", rest)[0]
            found[words.strip()] |= set(re.findall(r"(?<= )--?[a-z][a-z-]*", own))
    return found


ADVISED = advised()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCommandLine]:
    azure = AzureOnLoopback(["88888888-0000-0000-0000-000000000000"], {})
    yield RealCommandLine(tmp_path_factory.mktemp("real"), azure)
    azure.stop()


def test_there_is_something_to_check() -> None:
    assert {"hdinsight delete", "acr update", "provider register", "role assignment create"} <= set(ADVISED)
    assert {"--name", "--resource-group", "--yes"} <= ADVISED["hdinsight delete"]


@pytest.mark.parametrize("words", sorted(ADVISED))
def test_command_exists_with_the_options_that_are_advised(real: RealCommandLine, words: str) -> None:
    ended = real.run(Command(f"az {words} --help"))
    assert ended.returncode == 0, ended.stderr
    options = set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", ended.stdout))
    assert ADVISED[words] - options == set()


def test_an_option_that_there_is_not_is_found(real: RealCommandLine) -> None:
    assert real.run(Command("az hdinsight remove --help")).returncode != 0
    assert "--workers" not in real.run(Command("az hdinsight resize --help")).stdout
