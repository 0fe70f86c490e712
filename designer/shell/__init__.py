"""The window: puts the views together, holds the actions, the files and the link to the engine."""
