"""The data folder and the settings that a command works with."""

from pathlib import Path

from engine.cli.exits import USAGE, CommandError
from engine.settings.folders import home
from engine.settings.load import SettingsError, load_settings
from engine.settings.settings import Settings


def read_setup(database: str | None = None) -> tuple[Path, Settings]:
    """The data folder, and its settings with ``database`` (a URL) in place of theirs.

    Raises CommandError with what is wrong in the settings.
    """
    data = home()
    try:
        return data, load_settings(data, database=database)
    except SettingsError as error:
        raise CommandError("\n".join(map(str, error.problems)), USAGE) from None
