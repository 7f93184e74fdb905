"""A command line made of functions, with each function's docstring and examples as its help.

It is argparse behind one decorator, because the command lines that do more (Typer, Click) take
longer to import than `numbercheck audit` takes to run.
"""

import atexit
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from numbercheck.errors import NumbercheckError, did_you_mean

if TYPE_CHECKING:
    from argparse import ArgumentParser

# Objects made between two searches for cycles of garbage. Python's 700 suit programs that run for
# hours; a command ends soon, and would spend a tenth of its time on them.
RARELY = 50_000
UNREAD = 141  # exit status where nobody read all of the output: a shell's, of 128 and SIGPIPE


class UsageError(NumbercheckError):
    """A command line that cannot be understood."""


class Argument(NamedTuple):
    """An argument or option of a command, as argparse's ``add_argument`` takes it."""

    names: tuple[str, ...]
    settings: dict[str, Any]


class Command(NamedTuple):
    """A function that is a command, its arguments, and command lines that show its use."""

    function: Callable[..., None]
    arguments: tuple[Argument, ...]
    examples: Sequence[str]

    @property
    def summary(self) -> str:
        """First line of the help."""
        return str(self.function.__doc__).partition("\n")[0]


def argument(*names: str, **settings: Any) -> Argument:
    """Describe an argument of a command; the names and settings are argparse's."""
    return Argument(names, settings)


def at_least(kind: type, least: float) -> Callable[[str], Any]:
    """Type of an argument that is a number of at least ``least``."""

    def read(text: str) -> Any:
        from argparse import ArgumentTypeError

        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not value >= least:
            what = "number" if kind is float else "whole number"
            raise ArgumentTypeError(f"{text!r} is not a {what} of at least {least}")
        return value

    return read


def named_path(text: str) -> Path:
    """Type of an argument that names a file or folder; no name would be the current folder."""
    from argparse import ArgumentTypeError

    if not text.strip():
        raise ArgumentTypeError("the name is empty")
    try:
        Path(text).resolve()
    except RuntimeError:  # in Python before 3.13
        raise ArgumentTypeError(f"{text!r} is a link that leads to itself") from None
    return Path(text)


def html_file(text: str) -> Path:
    """Type of an argument that names a page to write, and so never a table or an article."""
    from argparse import ArgumentTypeError

    if not text.lower().endswith((".html", ".htm")):
        raise ArgumentTypeError(f"{text!r} does not end in .html, and a page may replace the file")
    return Path(text)


class Program:
    """The commands of one program.

    Parameters
    ----------
    name, about : str
        Name of the program, and what it is for.
    *ours : type of Exception
        Base classes of errors about the input, besides numbercheck's own.
    """

    def __init__(self, name: str, about: str, *ours: type[Exception]) -> None:
        self.name, self.about, self.ours = name, about, ours
        self.commands: dict[str, Command] = {}

    def command(
        self, *arguments: Argument, examples: Sequence[str]
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Decorate a function that is a command.

        Parameters
        ----------
        *arguments : Argument
            The function's arguments.
        examples : sequence of str
            Command lines without the program's name.
        """

        def add(function: Callable[..., None]) -> Callable[..., None]:
            self.commands[function.__name__] = Command(function, arguments, examples)
            return function

        return add

    def run(self, words: Sequence[str]) -> None:
        """Run a command line; every fault of the input is a sentence and exit status 2.

        Ctrl-C ends it at once, within the solver too: files are whole whenever a command is killed.
        """
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        gc.set_threshold(RARELY)
        atexit.register(gc.freeze)  # or Python's end looks through all that the command has made
        with sentences(*self.ours):
            try:
                self._run(words)
            finally:
                _flush()

    def _run(self, words: Sequence[str]) -> None:
        if not words or words[0] in ("-h", "--help"):
            print(self.overview())
            sys.exit(0 if words else 2)
        name, *rest = words
        if name not in self.commands:
            raise UsageError(
                f"no command {name!r} ({self.name} --help lists them)"
                f"{did_you_mean(name, self.commands)}"
            )
        given = self.parser(name).parse_intermixed_args(rest)
        self.commands[name].function(**vars(given))

    def overview(self) -> str:
        """Help that lists the commands."""
        lines = [f"  {name:<12} {each.summary}" for name, each in self.commands.items()]
        usage = f"Usage: {self.name} COMMAND [ARGUMENTS]"
        more = f"{self.name} COMMAND --help explains a command and shows examples."
        return "\n".join([usage, "", self.about, "", "Commands:", *lines, "", more])

    def parser(self, name: str) -> "ArgumentParser":
        """Parser of one command's arguments."""
        from argparse import ArgumentParser, RawDescriptionHelpFormatter
        from textwrap import dedent

        class Parser(ArgumentParser):
            def error(self, message: str) -> None:  # type: ignore[override]
                raise UsageError(f"{message}; {self.prog} --help explains the command")

        command = self.commands[name]
        first, _, rest = str(command.function.__doc__).partition("\n")
        examples = "\n".join(f"    {self.name} {line}" for line in command.examples)
        parser = Parser(
            f"{self.name} {name}",
            description=f"{first}\n{dedent(rest)}".strip(),
            epilog=f"Examples:\n\n{examples}",
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        for names, settings in command.arguments:
            parser.add_argument(*names, **settings)
        return parser


@contextmanager
def sentences(*ours: type[Exception]) -> Iterator[None]:
    """Turn errors about the input into one sentence on standard error and exit status 2.

    Parameters
    ----------
    *ours : type of Exception
        Base classes of such errors, besides numbercheck's own.
    """
    try:
        yield
    except (NumbercheckError, *ours) as error:  # type: ignore[misc]
        _stop(str(error))
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.exit(UNREAD)
    except RecursionError:
        _stop("a file is nested too deeply to be read")
    except OSError as error:
        why = f"{error.filename or 'the disk'}: {error.strerror}" if error.strerror else error
        _stop(f"{why}; nothing was changed")


def end_with_parent() -> None:
    """Let a worker process end, without a word, when the process that started it ends."""
    from multiprocessing import connection, parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to both

    def wait() -> None:
        parent = parent_process()
        if parent:
            connection.wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _flush() -> None:
    """Write all that was printed while a fault, such as a full disk, can still be told."""
    try:
        if sys.stdout:  # None where it was closed
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python's end flushes again
        raise


def _stop(message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(2)


def print_json(document: object) -> None:
    """Print one JSON document."""
    import json

    print(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """Split options written NAME=VALUE."""
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign:
            raise UsageError(f"{option} {text!r} has no =; write it as NAME=VALUE")
        found[name.strip()] = value.strip()
    return found
