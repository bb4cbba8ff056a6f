"""Which line of a shell's text ends the shell. tests/processes has a real one agree."""

import pytest

from components.ambari.configuration.shell_end import end_of_shell

ENDING = {
    "exit": "exit\n",
    "a status": "export A=1\nexit 0\nexport B=2\n",
    "return": "return 0 # enough\n",
    "behind another command": "export A=1; return\n",
    "indented": "  exit 1\n",
    "after a function that returns": "f() {\n  return 1\n}\nreturn\n",
    "after a one-line if": "if true; then echo; fi\nexit 0\n",
    "after a one-line case": "case a in a) echo ;; (b) echo ;; esac; exit\n",
    "after a here-document": "cat <<EOF >/dev/null\nexit in words\nEOF\nexit\n",
    "after a comment with an apostrophe": "# don't\nexit\n",
    "after a substitution": 'A=$(hostname -i | cut -d" " -f1)\nB="$(date)"\nexit\n',
    "windows line ends": "export A=1\r\nexit 0\r\n",
    "after a loop": "for a in 1 2; do echo $a; done\nexit\n",
    "after a condition": "true && echo\nexit\n",
    "after a template": "{% if kerberos == 'it' %}\nexport A=1\n{% endif %}\nexit\n",
}
GOING_ON = {
    "nothing": "",
    "a comment": "# exit\n",
    "words": "echo exit return\n",
    "quotes": "A='\nexit\n'\nB=\"\nreturn\n\"\n",
    "a function": "f() {\n  return 1\n}\n",
    "a function with its keyword": "function f {\n  exit 1\n}\n",
    "a function on one line": "f() { return; }\n",
    "a subshell": "(\n  exit 0\n)\n",
    "a substitution": "A=$(exit 1)\n",
    "words after a substitution": "echo $(date) exit\n",
    "a condition": "if [ -e /nowhere ]; then\n  exit 1\nfi\n",
    "a condition on one line": "[ -e /nowhere ] && exit 1\n",
    "an alternative": "true || return 1\n",
    "a case": "case a in\n  b) exit 1 ;;\nesac\n",
    "a loop": "while false; do\n  exit\ndone\n",
    "a here-document": "cat <<'EOF' >/dev/null\nexit\nEOF\n",
    "an indented here-document": "cat <<-EOF >/dev/null\n\texit\n\tEOF\n",
    "a shift": "A=$((1<<2))\n",
    "a variable that is called so": "exit=1\nexit_code=2\n",
    "a length": "A=abc\nB=${#A}\n",
    "a continued line": "echo \\\nexit\n",
}


@pytest.mark.parametrize("text", ENDING.values(), ids=ENDING)
def test_a_line_that_ends_the_shell_is_found(text: str) -> None:
    number = end_of_shell(text)
    assert number
    assert {"exit", "return"} & {*text.splitlines()[number - 1].replace(";", " ").split()}


@pytest.mark.parametrize("text", GOING_ON.values(), ids=GOING_ON)
def test_where_the_shell_goes_on_no_line_is_found(text: str) -> None:
    assert end_of_shell(text) == 0


def test_the_first_line_that_ends_the_shell_is_told_by_its_number() -> None:
    assert end_of_shell("a\n\n{% if x\n %}\nexit\nexit\n") == 5
