"""The desktop designer: draws workflows, runs them through the engine, shows what happened."""
