"""The commands of docs/azure.md that look which operations of the deployer's role Azure knows."""

import re
from pathlib import Path

from tests.azure_cli.command_lines import CHECKOUT, Command, RealCommandLine
from tests.azure_cli.loopback import Answer, AzureOnLoopback

ACTIONS = set(re.findall(r'"(Microsoft\.[^"*]*)"', (CHECKOUT / "docs" / "deployer-role.json").read_text()))
UNKNOWN = "Microsoft.Network/natGateways/read"


def documented() -> str:
    """The loop over providers, with what is made of its output."""
    text = (CHECKOUT / "docs" / "azure.md").read_text()
    found = re.search(r"^    for provider in Authorization .*?\n\n", text, re.MULTILINE | re.DOTALL)
    assert found
    return found[0]


def operations(provider: str) -> Answer:
    """The provider's operations, in the shape that the resource manager answers with."""
    names = sorted(name for name in ACTIONS - {UNKNOWN} if name.startswith(f"{provider}/"))
    assert names
    # Azure doesn't tell upper from lower case, and spells some names in another way than its lists.
    listed = [{"name": name.upper()} for name in names]
    return Answer(
        content={"name": provider, "operations": listed[:1], "resourceTypes": [{"operations": listed[1:]}]}
    )


def test_what_azure_does_not_know_is_printed(tmp_path: Path) -> None:
    providers = {name.partition("/")[0] for name in ACTIONS}
    azure = AzureOnLoopback(
        ["88888888-0000-0000-0000-000000000000"],
        {("GET", f"/providerOperations/{provider}"): operations(provider) for provider in providers},
    )
    real = RealCommandLine(tmp_path / "az", azure)
    (tmp_path / "docs").symlink_to(CHECKOUT / "docs")
    ended = real.run(Command(documented()), tmp_path)
    azure.stop()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"{UNKNOWN.lower()}\n"
    assert len(azure.requests) == len(providers)
