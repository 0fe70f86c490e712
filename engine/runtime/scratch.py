"""The scratch folders of attempts: each for one at a time, and empty when it gets it."""

import asyncio
import os
import shutil
import stat
from pathlib import Path


class ScratchFolders:
    """Names folders in ``root``, which is made and removed by who owns it.

    A folder that was left empty is lent again: to make and remove one takes about as long as a
    short script.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._named = 0
        self._free: list[Path] = []

    def take(self) -> Path:
        """A folder for one attempt, which may still have to be made."""
        if self._free:
            return self._free.pop()
        self._named += 1
        return self.root / str(self._named)

    async def put_back(self, folder: Path) -> None:
        """Removes what the attempt left."""
        if _is_as_new(folder):
            self._free.append(folder)
        else:  # with whoever may still write to it: nobody gets it again
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _is_as_new(folder: Path) -> bool:
    """Whether it is empty, and still a folder for this user alone; or was never made."""
    try:
        mode = folder.lstat().st_mode
        private = os.name != "posix" or stat.S_IMODE(mode) == 0o700
        return stat.S_ISDIR(mode) and private and not any(folder.iterdir())
    except FileNotFoundError:
        return True
    except OSError:
        return False
