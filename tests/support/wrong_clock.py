"""Lets commands run with a clock that is wrong, and that is set while they run."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.c_libraries import build

if TYPE_CHECKING:
    from pathlib import Path

DAY = 24 * 60 * 60


@dataclass(frozen=True)
class WrongClock:
    """The time of day as the processes see it that have its environment: that of the machine at first."""

    folder: Path
    library: Path

    @classmethod
    def made_in(cls, folder: Path) -> WrongClock:
        """Return a clock that keeps its library and its offset in a folder."""
        clock = cls(folder, build("wrong_clock", folder))
        clock.set(0)
        return clock

    def set(self, seconds: int) -> None:
        """Set the clock to so many seconds after that of the machine, for all processes that have it."""
        with self._offset.open("r+b" if self._offset.exists() else "wb") as file:
            file.write(struct.pack("l", seconds))

    @property
    def offset(self) -> int:
        """The seconds that the clock is after that of the machine."""
        (seconds,) = struct.unpack("l", self._offset.read_bytes())
        return int(seconds)

    def environ(self) -> dict[str, str]:
        """Return the environment variables of a process with this clock."""
        return {"LD_PRELOAD": str(self.library), "CLOCK_OFFSET": str(self._offset)}

    @property
    def _offset(self) -> Path:
        return self.folder / "clock_offset"
