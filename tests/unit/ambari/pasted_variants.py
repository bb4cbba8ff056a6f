"""Texts that somebody may have put into kafka-env to advertise addresses, after Microsoft's how-to."""

from pathlib import Path

HOW_TO = (Path(__file__).parents[3] / "emulator" / "tests" / "how_to_snippet.sh").read_text()
FILE = "/usr/hdp/current/kafka-broker/conf/server.properties"
ASK = "IP_ADDRESS=$(hostname -i)\n"
STRIKE = f"sed -i.bak -e '/advertised/d' {FILE}\n"
APPEND = f'echo "advertised.listeners=PLAINTEXT://$IP_ADDRESS:9092" >> {FILE}\n'
NAMES = f'echo "advertised.listeners=PLAINTEXT://$(hostname -f):9092" >> {FILE}\n'

KNOWN = {
    "as it is in the how-to": HOW_TO,
    "without its comment": HOW_TO.partition("\n")[2],
    "with another comment": "# by Jane\n" + HOW_TO.partition("\n")[2],
    "with windows line ends": HOW_TO.replace("\n", "\r\n"),
    "with windows line ends here and there": HOW_TO.replace("-i)\n", "-i)\r\n"),
    "with blank lines": HOW_TO.replace("\n", "\n\n"),
    "with comments between": HOW_TO.replace("\n", "\n# and then\n"),
    "indented": HOW_TO.replace("\n", "\n  "),
    "below another copy": HOW_TO + HOW_TO,
    "below names": NAMES + HOW_TO,
    "below a one-line if": "if [ -e /etc/passwd ]; then A=1; fi\n" + HOW_TO,
}
"""The how-to's own, as the last lines."""

OF_OTHERS = {
    "raw hostname -I": HOW_TO.replace("hostname -i", "hostname -I"),
    "the first of hostname -I": "IP_ADDRESS=$(hostname -I | cut -d' ' -f1)\n" + STRIKE + APPEND,
    "a name instead": HOW_TO.replace("hostname -i", "hostname -f"),
    "another variable": HOW_TO.replace("IP_ADDRESS", "NODE_IP"),
    "a variable that is misspelt": ASK + STRIKE + APPEND.replace("IP_ADDRESS", "IP_ADRESS"),
    "a variable that is overwritten": ASK + "IP_ADDRESS=$(hostname -f)\n" + STRIKE + APPEND,
    "a variable that is set in a subshell": f"({ASK})\n" + STRIKE + APPEND,
    "a variable that is local to nothing": f"local {ASK}" + STRIKE + APPEND,
    "sed that replaces what is not there": ASK
    + f'sed -i "s|^advertised.listeners=.*|advertised.listeners=PLAINTEXT://$IP_ADDRESS:9092|" {FILE}\n',
    "appended first and struck afterwards": ASK + APPEND + STRIKE,
    "struck and appended, and struck again": HOW_TO + STRIKE,
    "never struck": ASK + APPEND,
    "another port": HOW_TO.replace("9092", "9093"),
    "another listener besides": HOW_TO.replace(":9092", ":9092,SSL://$IP_ADDRESS:9093"),
    "without a protocol": HOW_TO.replace("PLAINTEXT://", ""),
    "another property": HOW_TO.replace("advertised.listeners=P", "advertised.host.name=P"),
    "another file": HOW_TO.replace("server.properties", "servers.properties"),
    "no file": ASK + STRIKE + APPEND.partition(" >>")[0] + "\n",
    "a file that is overwritten": ASK + APPEND.replace(">>", ">"),
    "a function that is never called": f"advertise() {{\n{HOW_TO}}}\n",
    "a function that is called": f"advertise() {{\n{HOW_TO}}}\nadvertise\n",
    "an if that is off": f"if [ -e /nowhere ]; then\n{HOW_TO}fi\n",
    "an if that is on": f"if [ -e /etc/passwd ]; then\n{HOW_TO}fi\n",
    "a loop over nothing": f"for each in; do\n{HOW_TO}done\n",
    "a case that is another": f"case a in\nb)\n{HOW_TO};;\nesac\n",
    "a condition that is false": ASK + STRIKE + "false && " + APPEND,
    "commented out": HOW_TO.replace("\n", "\n# "),
    "a here-document": f"cat <<'EOF' >/dev/null\n{HOW_TO}EOF\n",
    "typographic quotes": HOW_TO.replace('"', "\u201d").replace("'", "\u2019"),
    "quotes that expand nothing": HOW_TO.replace('"', "'"),
    "a later line with hostname -f": HOW_TO + NAMES,
    "a one-line if and a later line": "if [ -e /etc/passwd ]; then A=1; fi\n" + HOW_TO + NAMES,
    "a one-line case and a later line": "case a in a) A=1 ;; esac\n" + HOW_TO + STRIKE,
    "put back from sed's copy": HOW_TO + f"cp {FILE}.bak {FILE}\n",
    "on one line": "; ".join(HOW_TO.partition("\n")[2].splitlines()) + "\n",
    "by tee": ASK + STRIKE + APPEND.replace(">>", "| tee -a"),
    "in back-ticks": HOW_TO.replace("$(hostname -i)", "`hostname -i`"),
    "with a blank that does not break": HOW_TO.replace("IP_ADDRESS=$", "\u00a0IP_ADDRESS=$"),
    "with something after it": HOW_TO + "export KAFKA_OPTS=-Da=b\n",
    "hdinsight's guide to tls": HOW_TO.replace(":9092", ":9092,SSL://$IP_ADDRESS:9093")
    + f'echo "ssl.keystore.location=/home/sshuser/ssl/kafka.server.keystore.jks" >> {FILE}\n',
}
"""Of these some work and some do not, which only a shell can tell."""
