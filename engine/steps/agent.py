"""The agent step: a named agent works on a task with its tools."""

from collections.abc import Mapping
from typing import Any

from engine.steps.fields import anything, config_schema, field, text, texts, whole
from engine.steps.unavailable import UnavailableStep
from engine.steps.words import shown


class AgentStep(UnavailableStep):
    type = "agent"
    title = "Agent"
    group = "think"
    icon = "agent"
    description = "Gives a task to an agent that has instructions, a model and tools."
    schema = config_schema(
        {
            "agent_id": text(
                "Agent",
                "Name of an agent in the settings: its instructions, model and tools.",
                examples=["data-processor"],
            ),
            "task": text(
                "Task",
                "What the agent is to do; the step's input goes with it.",
                widget="text",
                examples=["Summarise the sales of last month."],
            ),
            "schema": anything(
                "Result schema",
                "JSON Schema that the result must fit.",
                examples=[{"type": "object"}],
            ),
            "model": text("Model", "Used in place of the agent's own model."),
            "tools": texts(
                "Tools", "Names of the agent's tools that it may use here; all when missing."
            ),
            "max_steps": whole(
                "Step limit",
                "How many rounds of thought and tool use at most.",
                default=25,
                minimum=1,
            ),
            "connection": field(
                ["string", "object"],
                "Connection",
                "Model endpoint: a name from the settings, or the connection itself.",
                default="llm",
            ),
        },
        required=["agent_id", "task"],
    )

    def summary(self, config: Mapping[str, Any]) -> str:
        parts = (shown(config.get("agent_id")), shown(config.get("task")))
        return " · ".join(part for part in parts if part)
