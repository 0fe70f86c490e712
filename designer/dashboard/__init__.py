"""The dashboard: how executions did over a time, in figures and charts."""

from designer.dashboard.page import DashboardPage

__all__ = ["DashboardPage"]
