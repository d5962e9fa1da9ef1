"""The command ``phusong``: it listens for Ctrl-C before it loads anything."""

import contextlib
import signal
import sys

from phusong.stopping import faults_of_stops, listen

STOPPED = 130
"""Status of a command that Ctrl-C has stopped, as shells give it."""


def main() -> None:
    """Run the command line in UTF-8; Ctrl-C ends it at any moment, with one line."""
    listen()
    try:
        with faults_of_stops():
            for stream in (sys.stdout, sys.stderr):
                if hasattr(stream, "reconfigure"):
                    stream.reconfigure(encoding="utf-8", errors="replace")
            from phusong.cli.app import command_line  # noqa: PLC0415 — this is what takes a while

            command_line()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second one ends the process at once
        _tell_how_to_go_on()
        sys.exit(STOPPED)


def _tell_how_to_go_on() -> None:
    """Say it with what cannot be half loaded: Ctrl-C may have come while anything else was."""
    from phusong.language import spoken_language, translated  # noqa: PLC0415

    words = translated("stopped; run the same command again to go on from here", spoken_language())
    with contextlib.suppress(OSError):  # nobody takes it any more
        sys.stderr.write(f"{words}\n")
        sys.stderr.flush()


if __name__ == "__main__":
    main()
