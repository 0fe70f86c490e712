"""The desktop program of Treadle: draw a workflow, run it, see what it did."""
