"""Gestures on the canvas: each a small state object that lives from press to release."""
