"""Where the engine's data lie, who holds them, and what the user set."""

from engine.settings.folders import home, private_folder, socket_path
from engine.settings.lock import EngineLock, EngineRunningError, Holder, OwnerLock, lock_holder

__all__ = [
    "EngineLock",
    "EngineRunningError",
    "Holder",
    "OwnerLock",
    "home",
    "lock_holder",
    "private_folder",
    "socket_path",
]
