"""How help and errors of the command line look, in the language of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.terminal import text_width
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Formatter(click.HelpFormatter):
    """Writes help with the punctuation of the language."""

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        self.write(f"{heading}{say('colon')}\n")


class _Context(click.Context):
    """The context of a command."""

    formatter_class = _Formatter


class Command(click.Command):
    """A command whose help has the headings and texts of our table."""

    context_class = _Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; raise UsageError with the command for those that do not fit."""
        is_group = isinstance(self, click.Group)
        ctx.allow_extra_args = ctx.allow_extra_args or not is_group
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise
        if ctx.args and not is_group and not ctx.resilient_parsing:
            raise ExtraArgumentError(ctx.args[0], ctx)
        return rest

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line with the arguments."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=say("help_usage"))

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the arguments, then the word for the options."""
        pieces = [piece for param in self.get_params(ctx) for piece in param.get_usage_pieces(ctx)]
        return [*pieces, "[OPTIONS]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line for each option."""
        options = (param for param in self.get_params(ctx) if isinstance(param, click.Option))
        records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
        with formatter.section(say("help_options")):
            formatter.write_dl(records)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `-h, --help`."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("option_help")
        return option


class Program(Command, click.Group):
    """The program: its commands, or without one a crawl."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the command `crawl` where none is given; raise UsageError for a word that is nothing we know."""
        is_own = bool(args) and (args[0] in self.commands or args[0] in {"-h", "--help", "--version"})
        if not is_own and not (ctx.resilient_parsing and not args):
            if args and is_mistyped(args[0]):
                raise UnknownCommandError(args[0], ctx)
            args = ["crawl", *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the program is for, and its arguments."""
        formatter.write(f"{say('help_program')}\n\n")
        formatter.write_usage(ctx.command_path, "[DIR] [OPTIONS]", prefix=say("help_usage"))
        formatter.write_usage(ctx.command_path, "COMMAND …", prefix=" " * text_width(say("help_usage")))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, a line for each command, and the options of the program itself."""
        examples = [(f"notemend {words}", say(key)) for words, key in EXAMPLES.items()]
        with formatter.section(say("help_examples")):
            formatter.write_dl(examples)
        with formatter.section(say("help_commands")):
            formatter.write_dl([(name, command.help or "") for name, command in self.commands.items()])
        super().format_options(ctx, formatter)
        formatter.write(f"\n{say('help_more')}\n")

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands in the order in which they are needed."""
        return list(self.commands)


EXAMPLES = {
    "~/my-notes": "example_crawl",
    "diff ~/my-notes": "example_diff",
    "apply ~/my-notes": "example_apply",
}
"""Examples in the help: what is typed after `notemend`, and the key of the text."""


class _WordError(click.UsageError):
    """A word that does not fit; its text is made by `error_line`."""

    def __init__(self, word: str, ctx: click.Context) -> None:
        super().__init__(word, ctx)
        self.word = word


class UnknownCommandError(_WordError):
    """A word in place of a command is neither one nor a folder."""


class ExtraArgumentError(_WordError):
    """There is a word too many."""


def is_mistyped(word: str) -> bool:
    """Return whether a word in place of a command can be neither an option nor a path."""
    from pathlib import Path

    return not (word.startswith(("-", ".", "~")) or "/" in word or "\\" in word or Path(word).exists())


def error_line(error: click.UsageError) -> str:
    """Return an error of the command line as one line with the next step."""
    command = error.ctx.command_path if error.ctx is not None else "notemend"
    option = error.param.opts[-1] if isinstance(error, click.BadParameter) and error.param is not None else ""
    match error:
        case UnknownCommandError():
            assert isinstance(error.cmd, click.Group)  # noqa: S101 - raised by `Program`
            return say("error_command", word=error.word, meant=_meant_command(error.word, error.cmd.commands))
        case ExtraArgumentError():
            return say("error_extra", command=command, word=error.word)
        case click.NoSuchOption():
            nearest = (error.possibilities or ["-"])[0].lstrip("-")
            meant = say("did_you_mean", name=f"--{nearest}") if nearest else ""
            if error.option_name.lstrip("-") in _EXCLUDING:
                meant = say("exclude_urls")
            return say("error_option", command=command, option=error.option_name, meant=meant)
        case click.MissingParameter() if error.param is not None:
            return say("error_missing", command=command, name=error.param.make_metavar(_context(error)))
        case click.BadOptionUsage():
            return say("error_no_value", command=command, option=error.option_name)
        case click.BadParameter() if error.param is not None and error.param.param_type_name == "option":
            return f"{command}: {option}: {error.message}"
    return error.format_message()


_EXCLUDING = {"exclude", "exclude-url", "ignore", "skip"}
"""Names of other programs' options and commands for what EXCLUDE_URLS does."""

_SCHEDULING = {"cron", "daily", "nightly", "schedule"}
"""Words for running at fixed times, which the system does."""

_SIMILAR = 65
"""How similar (0 to 100) a word is at least to the command that is meant: commands are short."""


def _context(error: click.UsageError) -> click.Context:
    return error.ctx or click.Context(click.Command("notemend"))


def _meant_command(word: str, commands: Iterable[str]) -> str:
    """Return the end of a message with the command that a word may mean, or with the setting or page in its place."""
    from crawler.config.setting_names import closest_name

    if word.lower() in _EXCLUDING | _SCHEDULING:
        return say("exclude_urls" if word.lower() in _EXCLUDING else "schedule_runs")
    nearest = closest_name(word, commands, _SIMILAR)
    return say("did_you_mean", name=nearest) if nearest else ""
