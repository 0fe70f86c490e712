"""The language model step: one prompt, one answer."""

from collections.abc import Mapping
from typing import Any

from engine.steps.fields import anything, config_schema, field, flag, number, text, whole
from engine.steps.unavailable import UnavailableStep
from engine.steps.words import shown


class LanguageModelStep(UnavailableStep):
    type = "llm"
    title = "Language model"
    group = "think"
    icon = "llm"
    description = "Sends a prompt to a language model and gives its answer."
    schema = config_schema(
        {
            "model": text(
                "Model",
                "The model's name at the endpoint.",
                examples=["gpt-4", "claude-sonnet-4-5"],
            ),
            "prompt": text(
                "Prompt",
                "What the model is asked.",
                widget="text",
                examples=["Summarise: {{steps.fetch.output.body}}"],
            ),
            "system": text("System prompt", "How the model is to behave.", widget="text"),
            "max_tokens": whole("Longest answer", "In tokens.", minimum=1, examples=[500]),
            "temperature": number(
                "Temperature", "0 is steady, higher is freer.", minimum=0, maximum=2
            ),
            "schema": anything(
                "Result schema",
                "JSON Schema of the answer, which is then parsed to json.",
                examples=[{"type": "object"}],
            ),
            "stream": flag("Stream", "Shows the answer in the log as it comes.", default=True),
            "connection": field(
                ["string", "object"],
                "Connection",
                "Model endpoint: a name from the settings, or api, base_url and api_key.",
                default="llm",
            ),
        },
        required=["model", "prompt"],
    )

    def summary(self, config: Mapping[str, Any]) -> str:
        parts = (shown(config.get("model")), shown(config.get("prompt")))
        return " · ".join(part for part in parts if part)
