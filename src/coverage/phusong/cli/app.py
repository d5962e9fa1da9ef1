"""``phusong``: one command for each step."""

import typer

from phusong.cli.add import add
from phusong.cli.calibrate import calibrate
from phusong.cli.coverage_map import map_command
from phusong.cli.doctor import doctor
from phusong.cli.fetch import fetch, sources
from phusong.cli.models import models_command
from phusong.cli.new import new
from phusong.cli.pack import pack, unpack
from phusong.cli.path import path_command
from phusong.cli.planning import compare, plan, share_budget, split
from phusong.cli.speech import SpokenGroup
from phusong.cli.study import check, demo, report, run, verify
from phusong.cli.templates import templates
from phusong.engine import forget_stale_kernels
from phusong.version import __version__

app = typer.Typer(
    cls=SpokenGroup,
    name="phusong",
    help="Where there is no mobile signal, and where to build next.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo)
app.command("new")(new)
app.command("fetch")(fetch)
app.command("sources")(sources)
app.command("templates")(templates)
app.command("add")(add)
app.command("check")(check)
app.command("run")(run)
app.command("plan")(plan)
app.command("split")(split)
app.command("share-budget")(share_budget)
app.command("report")(report)
app.command("calibrate")(calibrate)
app.command("compare")(compare)
app.command("verify")(verify)
app.command("pack")(pack)
app.command("unpack")(unpack)
app.command("doctor")(doctor)
app.command("path")(path_command)
app.command("map")(map_command)
app.command("models")(models_command)


def _version(value: bool) -> None:  # noqa: FBT001 — typer calls it so
    if value:
        typer.echo(f"phusong {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: bool = typer.Option(  # noqa: FBT001
        False,  # noqa: FBT003
        "--version",
        callback=_version,
        is_eager=True,
        help="Print the version.",
    ),
) -> None:
    """Options of every command."""


def command_line() -> None:
    """Run the command that the arguments of the process name, with kernels that fit the sources."""
    forget_stale_kernels()
    app()
