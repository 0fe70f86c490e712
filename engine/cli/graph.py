"""``treadle graph FILE``: a definition's steps and wires as Mermaid or DOT text."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.cli.exits import COMPLETED, USAGE
from engine.cli.output import shown, tell
from engine.cli.parser import new_parser
from engine.cli.values import read_file
from engine.definition.model import SUCCESS, Step, Workflow, dependencies

_MERMAID_WORD = re.compile(
    r"_*(call|class|classDef|click|default|direction|end|flowchart|graph|href|linkStyle|style"
    r"|subgraph)\b"
)


def main(argv: Sequence[str]) -> int:
    """Prints the graph; a definition with errors is drawn as far as it goes, and they are told on
    stderr, with exit code 2.
    """
    parser = new_parser("graph", "Prints a definition's graph.")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--format", choices=("mermaid", "dot"), default="mermaid")
    arguments = parser.parse_args(argv)
    from engine import load

    loaded = load(read_file(arguments.file), str(arguments.file))
    for problem in loaded.problems:
        if problem.severity == "error":
            tell(shown(str(problem), sys.stderr))
    if loaded.workflow is None:
        return USAGE
    drawn = mermaid(loaded.workflow) if arguments.format == "mermaid" else dot(loaded.workflow)
    print("\n".join(drawn))
    return COMPLETED if loaded.valid else USAGE


def mermaid(workflow: Workflow) -> Iterator[str]:
    """The lines of a Mermaid flowchart; bodies of loops and branches are subgraphs."""
    yield "flowchart LR"
    yield from _mermaid_steps(workflow.steps, "  ")
    for handler in sorted(workflow.handlers):
        yield f"  class {_mermaid_id(handler)} handler"


def _mermaid_steps(steps: tuple[Step, ...], indent: str) -> Iterator[str]:
    for step in steps:
        label = _mermaid_text(f"{step.title}<br/><i>{step.type}</i>")
        left, right = ("{", "}") if step.type == "condition" else ("[", "]")
        own = _mermaid_id(step.id)
        yield f"{indent}{own}{left}{label}{right}"
        for body in step.bodies:
            name = f"{own}__{body.name or 'steps'}"
            yield f"{indent}subgraph {name}[{_mermaid_text(body.name or step.title)}]"
            yield from _mermaid_steps(body.steps, indent + "  ")
            yield f"{indent}end"
            yield f"{indent}{own} -.-> {name}"
    for target, needed in dependencies(steps).items():
        for dependency in needed:
            port = "" if dependency.port == SUCCESS else f"|{_mermaid_text(dependency.port)}|"
            yield f"{indent}{_mermaid_id(dependency.step)} -->{port} {_mermaid_id(target)}"


def _mermaid_id(step: str) -> str:
    """A step's id; one that Mermaid would read as a word of its own gets a ``_`` before it."""
    return f"_{step}" if _MERMAID_WORD.match(step) else step


def _mermaid_text(text: str) -> str:
    """Text in quotes; what Mermaid would read as its own is written as entities."""
    escaped = text.replace("#", "#35;").replace('"', "#quot;").replace("\n", " ")
    return f'"{escaped}"'


def dot(workflow: Workflow) -> Iterator[str]:
    """The lines of a Graphviz digraph; bodies of loops and branches are clusters."""
    yield f"digraph {_dot_text(workflow.name or 'workflow')} {{"
    yield "  rankdir=LR; node [shape=box, style=rounded];"
    yield from _dot_steps(workflow.steps, "  ")
    for handler in sorted(workflow.handlers):
        yield f"  {_dot_text(handler)} [style=dashed];"
    yield "}"


def _dot_steps(steps: tuple[Step, ...], indent: str) -> Iterator[str]:
    for step in steps:
        shape = ", shape=diamond" if step.type == "condition" else ""
        label = _dot_text(f"{step.title}\n{step.type}")
        yield f"{indent}{_dot_text(step.id)} [label={label}{shape}];"
        for body in step.bodies:
            name = f"cluster_{step.id}_{body.name or 'steps'}"
            yield f"{indent}subgraph {_dot_text(name)} {{"
            yield f"{indent}  label={_dot_text(body.name or step.title)};"
            yield from _dot_steps(body.steps, indent + "  ")
            yield f"{indent}}}"
            if body.steps:
                first = _dot_text(body.steps[0].id)
                head = _dot_text(name)
                yield f"{indent}{_dot_text(step.id)} -> {first} [style=dotted, lhead={head}];"
    for target, needed in dependencies(steps).items():
        for dependency in needed:
            label = "" if dependency.port == SUCCESS else f" [label={_dot_text(dependency.port)}]"
            yield f"{indent}{_dot_text(dependency.step)} -> {_dot_text(target)}{label};"


def _dot_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
