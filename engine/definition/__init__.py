"""What a workflow is: its model, its text, its templates and all that can be said before running.
Pure."""
