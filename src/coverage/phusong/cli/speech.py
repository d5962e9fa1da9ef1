"""The command line in the reader's language: help, messages, errors."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer import rich_utils
from typer.core import TyperGroup

from phusong.language import (
    TOLD,
    legible,
    number_text,
    retold,
    spoken_language,
    template,
    translated,
)

_HELP = "help"
"""Context of the help of commands in the catalogues."""
_FIXED = (
    "DEFAULT_STRING", "REQUIRED_LONG_STRING", "ERRORS_PANEL_TITLE", "RICH_HELP", "ABORTED_TEXT",
    "ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE",
)  # fmt: skip
"""Words that typer reads when it prints; it offers no other way to change them."""
_USAGE = "Usage:"
_METAVARS = ("options_metavar", "subcommand_metavar")
"""Words of the line that says how a command is called."""
OF_TYPER = (
    template("Show this message and exit."),
    template("[default: {}]"),
    template("[required]"),
    template("Error"),
    template("Arguments"),
    template("Options"),
    template("Commands"),
    template("Try [blue]'{command_path} {help_option}'[/] for help."),
    template("Aborted."),
    template("Usage:"),
    template("[OPTIONS]"),
    template("COMMAND [ARGS]..."),
    template("Missing command."),
    template("Missing argument {name}."),
    template("Missing option {name}."),
    template("Missing argument {name}. Choose from:{choices}"),
    template("Missing option {name}. Choose from:{choices}"),
    template("Missing parameter: {name}"),
    template("No such command {name}."),
    template("No such command {name}. Did you mean {close}?"),
    template("No such option: {name}"),
    template("No such option: {name} Did you mean {close}?"),
    template("No such option: {name} (Possible options: {close})"),
    template("Got unexpected extra argument ({given})"),
    template("Got unexpected extra arguments ({given})"),
    template("Option {name} requires an argument."),
    template("Option {name} requires {count} arguments."),
    template("Option {name} does not take a value."),
    template("Argument {name} takes {count} values."),
    template("Invalid value: {problem}"),
    template("Invalid value for {name}: {problem}"),
    template("{value} is not a valid integer."),
    template("{value} is not a valid float."),
    template("{value} is not a valid boolean."),
    template("{value} is not a valid boolean. Recognized values: {choices}"),
    template("{value} is not in the range {allowed}."),
    template("{value} is not one of {allowed}."),
    template("Input should be greater than {bound}"),
    template("Input should be greater than or equal to {bound}"),
    template("Input should be less than {bound}"),
    template("Input should be less than or equal to {bound}"),
    template("Input should be a valid {kind}"),
    template("Input should be a valid {kind}, {why}"),
    template("Input should be a valid number, unable to parse string as a number"),
    template("Input should be a valid integer, unable to parse string as an integer"),
    template("Value error, {problem}"),
    template("Input should be {allowed}"),
    template("File {name} does not exist."),
    template("Path {name} does not exist."),
    template("Path {name} is not readable."),
    template("path {name} does not exist."),
    template("No such file or directory"),
    template("Permission denied"),
    template("Is a directory"),
)
"""What typer says itself."""


def spoken(message: str, /, **values: object) -> str:
    """A message in the language of the command line.

    Parameters
    ----------
    message
        The English words, a literal, so that ``scripts/catalogue.py`` finds it; ``{name}`` stands
        for a value.
    **values
        What is filled in; numbers as the language writes them.

    Returns
    -------
    str
        The words.
    """
    language = spoken_language()
    shown = {name: _shown(value, language) for name, value in values.items()}
    return translated(message, language).format(**shown)


def say(words: str, *, trouble: bool = False) -> None:
    """Print words; what would steer the terminal is shown as a code.

    Parameters
    ----------
    words
        What is said, in the language of the command line.
    trouble
        Whether it goes to standard error.
    """
    typer.echo(legible(words), err=trouble)


def command_line(*parts: object) -> str:
    """A command to copy: names with spaces or signs of the shell stand in quotes.

    Parameters
    ----------
    *parts
        Program, command, arguments.

    Returns
    -------
    str
        As a terminal of this system takes it.

    Examples
    --------
    >>> command_line("phusong", "run", "study.toml")
    'phusong run study.toml'
    """
    words = [str(part) for part in parts]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def tell(line: str, *, trouble: bool = False) -> None:
    """Print a line that was put together in English, in the language of the command line.

    Parameters
    ----------
    line
        An error, a warning or a note.
    trouble
        Whether it goes to standard error.
    """
    say(retold(line, spoken_language()), trouble=trouble)


def warn_of(line: str) -> None:
    """Print a warning to standard error.

    Parameters
    ----------
    line
        What it says, put together in English.
    """
    say(spoken("warning: {what}", what=retold(line, spoken_language())), trouble=True)


class SpokenGroup(TyperGroup):
    """The commands, with help and complaints about arguments in the reader's language."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; see :class:`typer.core.TyperGroup`."""
        language = spoken_language()
        if language == "en":
            return super().main(*args, **kwargs)
        _translate(self, language)
        with _fixed_words_in(language):
            return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the arguments before the command; see :class:`typer.core.TyperGroup`."""
        with _complaints_told():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Run a command with its arguments; see :class:`typer.core.TyperGroup`."""
        with _complaints_told():
            return super().invoke(ctx)


def _shown(value: object, language: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value, language)
    return str(value)


def _translate(command: Any, language: str) -> None:
    """Translate the help of a command, of its options and of the commands below it."""
    command.help = _help(command.help, language)
    for name in _METAVARS:
        if word := getattr(command, name, None):
            setattr(command, name, retold(word, language))
    usage = command.get_usage
    command.get_usage = lambda ctx: usage(ctx).replace(_USAGE, retold(_USAGE, language), 1)
    for option in (*command.params, command.get_help_option(command.context_class(command))):
        if option is not None:
            option.help = _help(option.help, language)
            option.rich_help_panel = _help(option.rich_help_panel, language)
    for part in getattr(command, "commands", {}).values():
        _translate(part, language)


def _help(words: str | None, language: str) -> str | None:
    """Words of the help; some name values, so that they fit a template."""
    if not words:
        return words
    for context in (_HELP, TOLD):
        if (known := retold(words, language, context=context)) != words:
            return known
    return words


@contextmanager
def _fixed_words_in(language: str) -> Iterator[None]:
    """Have typer's own words in a language as long as a command runs."""
    before = {name: getattr(rich_utils, name) for name in _FIXED}
    for name, words in before.items():
        setattr(rich_utils, name, translated(words, language, context=TOLD))
    try:
        yield
    finally:
        for name, words in before.items():
            setattr(rich_utils, name, words)


@contextmanager
def _complaints_told() -> Iterator[None]:
    """Say in the reader's language what is wrong with an argument, and legibly."""
    try:
        yield
    except Exception as error:
        if hasattr(error, "format_message"):
            words = legible(retold(error.format_message(), spoken_language()))
            error.format_message = lambda: words
        raise
