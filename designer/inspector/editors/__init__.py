"""Editors of single values, one module for each kind."""
