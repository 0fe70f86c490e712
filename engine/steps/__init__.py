"""The step types: what one step of a workflow can do. Each declares a schema and runs attempts."""


def isolation_report() -> list[str]:
    """What keeps scripts from harming the engine here, and what cannot: lines for the log."""
    from engine.steps import isolation  # the supervisor imports this package and needs none of it

    return isolation.isolation_report()
