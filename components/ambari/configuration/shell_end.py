"""Finds the line of a shell's text below which nothing runs. Pure.

It reads as much of the shell's grammar as tells whether an `exit` or a `return` is certain to be reached:
outside of functions, subshells, conditions, loops, quotes, comments and here-documents.
"""

from __future__ import annotations

import re

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_FUNCTION = re.compile(r"^(\s*)function[ \t]+[\w-]+", re.MULTILINE)
_TOKEN = re.compile(
    r"""(?P<blank>[^\S\n]+|\\\n)
    |(?P<comment>\#[^\n]*)
    |(?P<newline>\n)
    |<<-?[ ]*(?P<quote>['"]?)(?P<here>[A-Za-z_]\w*)(?P=quote)
    |(?P<operator>&&|\|\||;;|\$\(|[;&|()])
    |(?P<word>(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|\$(?!\()|[^\s;&|()$'"\\])+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENING = {"if", "while", "until", "for", "select", "case", "{"}
_CLOSING = {"fi", "done", "esac", "}"}
_BEFORE_COMMANDS = {"if", "while", "until", "then", "do", "else", "elif", "!", "{"}


def end_of_shell(text: str) -> int:
    """The number of the first line that ends the shell, which sources the text, whatever happens; 0: none.

    The text is a Jinja template, whose expressions count as words of no meaning.
    """
    lines = "\n".join(text.splitlines())
    shell = _JINJA.sub(lambda found: "x" + "\n" * found[0].count("\n"), lines)
    shell = _FUNCTION.sub(r"\1x()", shell)
    open_: list[str] = []
    command = True
    """Does a command start here?"""
    certain = True
    """Is it run whatever came of the command before?"""
    documents: list[str] = []
    position = 0
    while found := _TOKEN.match(shell, position):
        position = found.end()
        token, kind = found[0], found.lastgroup
        if kind == "other" and token in "'\"":
            return 0  # a quote that nothing ends
        if kind == "newline":
            position, command, certain = _after(documents, shell, position), True, True
        elif kind == "here":
            documents.append(found["here"])
        elif kind == "operator":
            command, certain = _operator(token, open_), token not in ("&&", "||", "|")
        elif kind == "word" and command:
            if token in ("exit", "return") and certain and not open_:
                return shell.count("\n", 0, found.start()) + 1
            if token in _CLOSING and open_:
                open_.pop()
            elif token in _OPENING:
                open_.append(token)
            command = token in _BEFORE_COMMANDS
    return 0


def _operator(token: str, open_: list[str]) -> bool:
    """Whether a command starts after this operator; brackets are noted in `open_`."""
    if token in ("(", "$("):
        open_.append(token)
    elif token == ")" and open_ and open_[-1] in ("(", "$("):
        return open_.pop() == "("
    return True


def _after(documents: list[str], shell: str, position: int) -> int:
    """Where the shell goes on below the here-documents that began in the line before."""
    while documents:
        end = re.compile(rf"^\t*{documents.pop(0)}$\n?", re.MULTILINE).search(shell, position)
        position = end.end() if end else len(shell)
    return position
