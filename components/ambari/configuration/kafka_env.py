"""Surgery on the text of kafka-env: our block goes in, is recognised, comes out; all other bytes stay.

The text is a Jinja template that Ambari's agent renders and that a shell sources as user kafka at every
start, stop and service check of a broker (Ambari's kafka_broker.py). So the block holds nothing that Jinja
reads, works in a subshell of its own, prints nothing unless something is wrong, and leaves a file alone that
is right already.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Literal

from ..api.errors import ConfigurationConflict
from .earlier_blocks import EARLIER_BLOCKS
from .pasted_snippet import does_nothing, pasted_at_end, without_pasted
from .shell_end import end_of_shell

START = "# >>> This broker advertises its IP address: managed by Pulumi, edits are undone >>>"
END = "# <<< This broker advertises its IP address <<<"

# `hostname -i` may print several addresses: 127.0.1.1 where /etc/hosts says so, IPv6, link-local ones. The
# first routable IPv4 address of those is what the node's name stands for inside its network; `hostname -I`
# (all interfaces, in no promised order) is only asked when there is none.
#
# The awk program reads server.properties by the rules of java.util.Properties, and works out the listeners by
# those of `listeners.py`. It runs in mawk, too, which knows no [[:space:]].
BLOCK = (
    START
    + r"""
# Name resolution does not cross a network peering: clients there need an address instead of a name.
# Brokers keep advertising names on a listener of their own (inter.broker.listener.name), and on one with TLS
# whose host in Ambari is still localhost: their certificates may hold nothing but names.
(
  set +eu
  unset IFS
  address=
  for candidate in $(hostname -i 2>/dev/null) $(hostname -I 2>/dev/null); do
    case $candidate in
      *[!0-9.]* | 0.* | 127.* | 169.254.*) ;;
      *.*.*.*) address=$candidate; break ;;
    esac
  done
  if [ -z "$address" ]; then
    echo "kafka-env: hostname -i knows no IPv4 address to advertise; server.properties stays as it is" >&2
    exit 0
  fi
  advertise='
    function property(line,    key) {
      gsub(/\\/, "", line)
      key = line
      sub(/[=: \t\f].*/, "", key)
      line = substr(line, length(key) + 1)
      sub(/^[ \t\f]*[=:]?[ \t\f]*/, "", line)
      values[key] = line
      return key
    }
    function finish() {
      if (comment || property(joined) != "advertised.listeners") print lines
      lines = joined = ""
    }
    function entry(text,    at, label, host, port) {
      gsub(/[ \t\f\r]/, "", text)
      at = index(text, "://")
      label = toupper(substr(text, 1, at - 1))
      host = substr(text, at + 3)
      match(host, /:[0-9]*$/)
      port = substr(host, RSTART)
      host = substr(host, 1, RSTART - 1)
      if (label in internal) host = host ~ anywhere ? name : host
      else if (host ~ anywhere || tolower(host) == tolower(name)) host = address
      return text == "" ? "" : substr(text, 1, at + 2) host port
    }
    {
      part = $0
      sub(/\r$/, "", part)
      sub(/^[ \t\f]+/, "", part)
      comment = lines == "" && part ~ /^[#!]/
      lines = lines (lines == "" ? "" : "\n") $0
      if (!comment && match(part, /\\+$/) && RLENGTH % 2) joined = joined substr(part, 1, length(part) - 1)
      else { joined = joined part; finish() }
    }
    END {
      if (lines != "") { finish(); print "" }
      anywhere = "^(localhost|0[.]0[.]0[.]0|[[]?(::|0:0:0:0:0:0:0:0)[]]?)?$"
      if (name == "" || name ~ /^localhost/) name = address
      listening = values["listeners"] == "" ? "PLAINTEXT://:9092" : values["listeners"]
      advertised = values["advertised.listeners"] == "" ? listening : values["advertised.listeners"]
      control = toupper(values["control.plane.listener.name"])
      brokers = between = toupper(values["inter.broker.listener.name"])
      if (brokers ~ /^(SASL_)?(PLAINTEXT|SSL)$/) brokers = ""
      if (between == "") between = toupper(values["security.inter.broker.protocol"])
      protocol = between
      count = split(values["listener.security.protocol.map"], entries, ",")
      for (i = 1; i <= count; i++) {
        gsub(/[ \t\f\r]/, "", entries[i])
        split(entries[i], pair, ":")
        if (toupper(pair[1]) == between) protocol = pair[2]
      }
      count = split(listening, entries, ",")
      for (i = 1; i <= count; i++) {
        host = entries[i]
        gsub(/[ \t\f\r]/, "", host)
        label = toupper(substr(host, 1, index(host, "://") - 1))
        host = substr(host, index(host, "://") + 3)
        sub(/:[0-9]*$/, "", host)
        if (label == between && protocol ~ /SSL$/ && host !~ anywhere) internal[label]
        if (label != "" && label != brokers && label != control) internal[brokers]
      }
      internal[control]
      delete internal[""]
      count = split(advertised, entries, ",")
      for (i = 1; i <= count; i++)
        if (text = entry(entries[i])) told = told (told == "" ? "" : ",") text
      print "advertised.listeners=" told
    }'
  for folder in /usr/hdp/current/kafka-broker/conf /usr/hdp/current/kafka-broker/config; do
    properties=$(readlink -f "$folder/server.properties") || continue
    [ -w "$properties" ] || continue
    name=$(hostname -f 2>/dev/null)
    set -- LC_ALL=C awk -v "address=$address" -v "name=$name" "$advertise" "$properties"
    env "$@" | cmp -s - "$properties" && continue
    changed=$properties.advertised.$$
    cp -p "$properties" "$changed" && env "$@" > "$changed" &&
      mv -f "$changed" "$properties" || rm -f "$changed"
  done
) || true
"""
    + END
)

_READS_ADVERTISED = 'values["advertised.listeners"] == "" ? listening : values["advertised.listeners"]'
OVERRIDING_BLOCK = BLOCK.replace(_READS_ADVERTISED, "listening")
"""For below lines that write advertised.listeners themselves: it goes by `listeners` alone."""

_OWN_BLOCKS = (BLOCK, OVERRIDING_BLOCK)
_BODIES = [[line.strip() for line in block.split("\n")][1:-1] for block in (*_OWN_BLOCKS, *EARLIER_BLOCKS)]
AdvertisedBy = Literal["block", "earlier", "pasted", "nothing"]


def advertised_by(text: str) -> AdvertisedBy:
    """Who makes the broker advertise its address: our block unedited, an earlier one, the how-to's snippet.

    Whatever else stands above or below is not judged: only the broker tells what came of it.
    """
    if pasted_at_end(text):
        return "pasted"
    blocks, torn = _blocks(text)
    whole = [_plain(text[start:end]) for start, end in blocks]
    if torn or len(whole) != 1:
        return "nothing"
    return "block" if whole[0] in _OWN_BLOCKS else "earlier" if whole[0] in EARLIER_BLOCKS else "nothing"


def block_in(text: str) -> str:
    """Our block as it stands in the text, whatever became of it; empty when it is not there."""
    blocks, torn = _blocks(text)
    whole = [_plain(text[start:end]) for start, end in blocks]
    return "\n".join(whole + [f"{marker}\n# and its other marker is gone" for marker in torn])


def with_block(text: str, read: bool = False) -> str:
    """The text with our block once, as its last word, and without the how-to's snippet at its end.

    `read`: server.properties has an advertised.listeners from Ambari, which the block has to go by.

    Raises ConfigurationConflict when nothing tells where the block ends: one marker is gone, and lines too.
    """
    blocks = _extents(text)
    others = without_block(text)
    written = [line for line in others.splitlines() if "advertised" in line and not does_nothing(line)]
    block = OVERRIDING_BLOCK if written and not read else BLOCK
    if len(blocks) == 1 and others == _outside(text, blocks):
        start, end = blocks[0]
        if _plain(text[start:end]) == block and does_nothing(text[end:]):
            return text
        if does_nothing(text[end:]) or _comes_before_the_end(text[:start], others):
            return text[:start] + block + text[end:]
    return f"{others}\n{block}\n"


def without_block(text: str) -> str:
    """The text as it was before `with_block`: without our block, and the how-to's snippet at its end."""
    return without_pasted(_outside(text, _extents(text)))


def never_reached(text: str) -> str:
    """The line, with its number, that ends the shell before it comes to our block; empty: it comes there.

    Of a torn block nothing is said: it is refused for that.
    """
    blocks, torn = _blocks(text)
    others = "" if torn else without_block(text)
    number = end_of_shell(others)
    if not number or (len(blocks) == 1 and _comes_before_the_end(text[: blocks[0][0]], others)):
        return ""
    return f"line {number}, {others.splitlines()[number - 1].strip()!r}"


def _comes_before_the_end(above: str, others: str) -> bool:
    """Does the shell end in other lines, but not in those above our block?"""
    return end_of_shell(others) > 0 and end_of_shell(above) == 0


def _outside(text: str, blocks: list[tuple[int, int]]) -> str:
    for start, end in reversed(blocks):
        before, after = text[:start].removesuffix("\n"), text[end:].removeprefix("\r").removeprefix("\n")
        # Somebody else's line after the block must not be glued to the line before it.
        joint = "\n" if before and after and not before.endswith("\n") else ""
        text = before + joint + after
    return text


def _extents(text: str) -> list[tuple[int, int]]:
    blocks, torn = _blocks(text)
    if torn:
        raise ConfigurationConflict(
            "kafka-env holds one of the two markers of the block that advertises IP addresses, and not all "
            "of the block's lines, so its extent is unknown. Remove what is left of it by hand in Ambari. "
            f"The markers are '{START}' and '{END}'."
        )
    return blocks


def _blocks(text: str) -> tuple[list[tuple[int, int]], list[str]]:
    """Where blocks start and end, and the markers of torn ones, whose extent nothing tells.

    A block reaches from one marker's first character to the other's last, or over all of its lines but
    a marker: whoever deletes that one alone leaves no doubt about the rest.
    """
    lines = text.split("\n")
    stripped = [line.strip() for line in lines]
    found: list[tuple[int, int]] = []
    torn: list[str] = []
    for first, last in _pairs(stripped):
        if first is not None and last is not None:
            found.append((first, last))
        elif first is not None and (length := _body_at(stripped[first + 1 :])):
            found.append((first, first + length))
        elif last is not None and (length := _body_before(stripped[:last])):
            found.append((last - length, last))
        else:
            torn.append(START if last is None else END)
    offsets = accumulate((len(line) + 1 for line in lines), initial=0)
    extents = [
        (offset + len(line) - len(line.lstrip()), offset + len(line.rstrip()))
        for offset, line in zip(offsets, lines, strict=False)
    ]
    return [(extents[first][0], extents[last][1]) for first, last in found], torn


def _pairs(lines: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """The lines of each START and of the END after it; None for the one that is missing."""
    start: int | None = None
    for number, line in enumerate(lines):
        if line == START:
            if start is not None:
                yield start, None
            start = number
        elif line == END:
            yield start, number
            start = None
    if start is not None:
        yield start, None


def _body_at(lines: list[str]) -> int:
    """How many lines of a whole block without its markers these begin with; 0: with none."""
    return next((len(body) for body in _BODIES if lines[: len(body)] == body), 0)


def _body_before(lines: list[str]) -> int:
    """How many lines of a whole block without its markers these end with; 0: with none."""
    return next((len(body) for body in _BODIES if lines[-len(body) :] == body), 0)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
