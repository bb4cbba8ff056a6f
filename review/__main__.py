"""Reviews a preview: `pulumi preview --refresh --json | python -m review --format markdown`.

Exit status 0, also for a preview that failed, whose messages are the review; 2 if there is no preview, or one
of an unknown form, such as a later Pulumi's; with --expect-no-changes 3 if something changes. Whether a
broken policy is an error is decided by `policy.check`.
"""

import argparse
import dataclasses
import sys
import traceback

from policy.check import violations
from policy.preview import NoPreview, resources

from .markdown import markdown
from .preview import read
from .report import Report, no_preview, report
from .text import text

_FORMATS = {"markdown": markdown, "text": text}


def main() -> int:
    """Prints the review of the preview on standard input."""
    parser = argparse.ArgumentParser(prog="python -m review", description=__doc__)
    parser.add_argument("--format", choices=_FORMATS, default="text")
    parser.add_argument("--stack", default="", help="its name, where the preview may have failed to tell it")
    parser.add_argument("--expect-no-changes", action="store_true")
    parser.add_argument("--note", default="", help="a line below the review: of which commit, and when")
    options = parser.parse_args()
    try:
        made, status = _reviewed(sys.stdin.buffer.read().decode(errors="replace")), 0
    except NoPreview as failure:
        made, status = no_preview(options.stack or "?", str(failure)), 2
    if options.stack:
        made = dataclasses.replace(made, stack=options.stack)
    sys.stdout.write(_FORMATS[options.format](made, options.note))
    return 3 if options.expect_no_changes and status == 0 and made.changing else status


def _reviewed(printed: str) -> Report:
    """The report on what the command printed. Raises NoPreview."""
    try:
        preview = read(printed)
        # A failed preview does not list all resources, so that policies can't be checked.
        return report(preview, [] if preview.errors else violations(resources(printed)))
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as surprise:
        # An empty review would be taken for one of no change.
        traceback.print_exc()
        raise NoPreview(f"this one is in a form that the review does not know ({surprise!r})") from surprise


if __name__ == "__main__":
    sys.exit(main())
