"""Where the engine's data lie, who holds them, and what the user set."""

from engine.settings.folders import home, private_folder, socket_path
from engine.settings.locks import EngineLock, EngineRunningError, Holder, OwnerLock

__all__ = [
    "EngineLock",
    "EngineRunningError",
    "Holder",
    "OwnerLock",
    "home",
    "private_folder",
    "socket_path",
]
