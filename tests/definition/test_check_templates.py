"""Templates are checked before the run: syntax, names, and that what they use lies upstream."""

import pytest
from catalogues import codes, loaded

from engine.definition.edit import apply
from engine.definition.problems import Problem


def flow(*steps: str, head: str = "") -> str:
    return f"name: x\n{head}steps:\n" + "".join(f"  - {step}\n" for step in steps)


def use(step_id: str, expression: str, *waits: str) -> str:
    wait = f", depends_on: [{', '.join(waits)}]" if waits else ""
    return f"{{id: {step_id}, type: transform{wait}, config: {{expression: {expression!r}}}}}"


def only(text: str) -> Problem:
    problems = loaded(text).problems
    assert len(problems) == 1, [str(p) for p in problems]
    return problems[0]


def marked(text: str) -> str:
    """What the only problem of a text points at."""
    problem = only(text)
    return text[problem.start : problem.end]


def test_names_that_exist_are_no_problem() -> None:
    head = "inputs: {properties: {file: {type: string}}}\nvariables: {n: 1}\n"
    expression = "{{ [variables.n, variables.file, input.file, steps.a.output.x, execution.id, workflow.name] }}"
    assert codes(flow(use("a", "1"), use("b", expression, "a"), head=head)) == []


def test_an_input_read_where_its_default_does_not_count_is_a_warning() -> None:
    head = "inputs: {properties: {who: {default: you}}}\n"
    problem = only(flow(use("a", "{{ input.who }}"), head=head))
    assert (problem.severity, problem.code) == ("warning", "input-default")
    assert "variables.who" in problem.hint
    assert codes(flow(use("a", "{{ variables.who }}"), head=head)) == []
    assert codes(flow(use("a", "{{ input.who | default('x') }}"), head=head)) == []
    required = head.replace("}}}", "}}, required: [who]}")
    assert codes(flow(use("a", "{{ input.who }}"), head=required)) == []


@pytest.mark.parametrize(
    ("expression", "word"),
    [
        ("{{ variables.batch_sise }}", "variables.batch_sise"),
        ("{{ steps.fecth.output }}", "steps.fecth"),
        ("{{ variable.batch_size }}", "variable"),
        ("{{ execution.idd }}", "execution.idd"),
        ("{{ steps.fetch.outptu }}", "steps.fetch.outptu"),
        ("{{ steps.fetch.error.typ }}", "steps.fetch.error.typ"),
        ("{{ workflow.nmae }}", "workflow.nmae"),
    ],
)
def test_an_unknown_name_is_told_with_the_one_that_was_meant(expression: str, word: str) -> None:
    text = flow(
        use("fetch", "1"), use("b", expression, "fetch"), head="variables: {batch_size: 1}\n"
    )
    problem = only(text)
    assert problem.code == "unknown-name"
    assert problem.hint.startswith("did you mean")
    assert text[problem.start : problem.end].startswith(word)
    assert problem.step_id == "b"


@pytest.mark.parametrize(
    "expression",
    ["{{ variables.x | default(1) }}", "{{ variables.x is defined }}", "{{ steps.zz is defined }}"],
)
def test_a_name_whose_existence_is_asked_for_is_no_problem(expression: str) -> None:
    assert codes(flow(use("a", expression))) == []


def test_a_step_that_is_not_upstream_is_an_error_whose_fix_adds_the_dependency() -> None:
    text = flow(use("a", "1"), use("b", "{{ steps.a.output }}"))
    problem = only(text)
    assert (problem.code, problem.severity) == ("not-upstream", "error")
    assert problem.fix is not None
    mended = apply(text, problem.fix.splices)
    assert "type: transform, depends_on: [a]" in mended
    assert codes(mended) == []


def test_the_fix_writes_out_the_wires_that_were_read_from_order() -> None:
    text = flow(
        "{id: a, type: transform, order: 1, config: {expression: '1'}}",
        "{id: b, type: transform, order: 2, config: {expression: '1'}}",
        "{id: c, type: transform, order: 2, config: {expression: '{{ steps.b.output }}'}}",
    )
    problem = only(text)
    assert problem.fix is not None
    mended = loaded(apply(text, problem.fix.splices))
    assert {p.code for p in mended.problems} == {"order-ignored"}
    assert mended.workflow is not None
    waits = [step.depends_on for step in mended.workflow.steps]
    assert [w and tuple(d.text for d in w) for w in waits] == [None, ("a",), ("a", "b")]


def test_a_step_that_comes_later_cannot_be_used_and_the_hint_says_so() -> None:
    text = flow(use("a", "{{ steps.b.output }}"), use("b", "1", "a"))
    problem = only(text)
    assert problem.fix is None
    assert "comes before" in problem.hint


def test_a_step_cannot_use_its_own_output() -> None:
    assert only(flow(use("a", "{{ steps.a.output }}"))).code == "own-output"
    own = "{id: a, type: transform, config: {expression: '1'}, output_mapping: {r: '{{ output.result }}'}}"
    assert codes(flow(own)) == []


def test_output_and_secrets_and_loop_exist_in_their_places_only() -> None:
    assert "output_mapping" in only(flow(use("a", "{{ output.x }}"))).message
    assert "body of a loop" in only(flow(use("a", "{{ loop.item }}"))).message
    mapped = "{id: a, type: transform, config: {expression: '1'}, input_mapping: {t: '{{ secrets.token }}'}}"
    assert codes(flow(mapped)) == []
    assert "secrets" in only(flow(use("a", "1")) + "output: '{{ secrets.token }}'\n").message
    asked = "{id: a, type: approval, config: {message: 'With {{ secrets.token }}?'}}"
    assert "a step of type approval" in only(flow(asked)).message
    below = "{id: a, type: workflow, config: {workflow: w.yaml, input: {t: '{{ secrets.token }}'}}}"
    assert "in the steps of the sub-workflow" in only(flow(below)).message


def test_a_name_with_a_hyphen_needs_brackets_and_the_error_says_so() -> None:
    problem = only(
        flow(use("fetch-data", "1"), use("b", "{{ steps.fetch-data.output }}", "fetch-data"))
    )
    assert "steps['fetch-data']" in problem.message + problem.hint
    assert (
        codes(
            flow(use("fetch-data", "1"), use("b", '{{ steps["fetch-data"].output }}', "fetch-data"))
        )
        == []
    )


@pytest.mark.parametrize(
    "template", ["{{ 1 + }}", "{{ a", "{% if x %}", "{# c #}", "{{ x.__class__ | evil }}"]
)
def test_broken_syntax_is_told(template: str) -> None:
    text = f"name: x\nsteps:\n  - id: a\n    type: http\n    config: {{url: 'http://x', body: {template!r}}}\n"
    assert only(text).code in ("template", "unknown-name")


def test_code_and_defaults_are_no_templates() -> None:
    text = 'name: x\nvariables: {t: "{{ nothing }}"}\nsteps:\n  - {id: a, type: script, config: {script: "print(\'{{ x }}\')"}}\n'
    assert codes(text) == []


def test_when_is_an_expression_with_or_without_braces() -> None:
    for when in ("variables.n > 0", "{{ variables.n > 0 }}", "true"):
        text = f"name: x\nvariables: {{n: 1}}\nsteps:\n  - {{id: a, type: transform, when: '{when}', config: {{expression: '1'}}}}\n"
        assert codes(text) == []
    text = "name: x\nsteps:\n  - {id: a, type: transform, when: variables.m, config: {expression: '1'}}\n"
    assert marked(text) == "variables.m"


STYLES = {
    "plain": "a {{ variables.nope }} b",
    "single": "'it''s {{ variables.nope }}'",
    "double": '"\\t\\u00e9\\x41 \\"q\\" 🚀 {{ variables.nope }}"',
    "literal": "|\n          first\n            {{ 1 }}\n\n          then {{ variables.nope }}\n",
    "folded": ">-\n          first\n          more\n\n          then {{ variables.nope }}\n",
    "plain over lines": "first\n          then {{ variables.nope }}",
    "double over lines": '"first\n          \\\n          then {{ variables.nope }}"',
}


@pytest.mark.parametrize("style", STYLES)
def test_the_place_is_exact_in_every_style_of_text(style: str) -> None:
    text = (
        f"name: x\nsteps:\n  - id: a\n    type: http\n    config:\n        url: {STYLES[style]}\n"
    )
    problem = only(text)
    assert text[problem.start : problem.end] == "variables.nope"
    line = text[: problem.start].count("\n") + 1
    assert problem.line == line
    assert problem.column == problem.start - text.rfind("\n", 0, problem.start)


def test_the_place_is_exact_in_json_with_escapes() -> None:
    text = (
        '{"name": "x", "steps": [{"id": "a", "type": "http",'
        ' "config": {"url": "\\ud83d\\ude00 \\/ {{ variables.nope }}"}}]}'
    )
    assert marked(text) == "variables.nope"


def test_a_variable_set_by_a_step_that_is_not_upstream_is_a_warning() -> None:
    setter = "{id: s, type: transform, config: {expression: '1'}, output_mapping: {v: '{{ output.result }}'}}"
    problem = only(flow(setter, use("r", "{{ variables.v }}")))
    assert (problem.code, problem.severity) == ("late-variable", "warning")
    assert codes(flow(setter, use("r", "{{ variables.v }}", "s"))) == []


def test_a_default_read_before_a_later_step_sets_it_is_no_problem() -> None:
    setter = "{id: s, type: transform, depends_on: [r], config: {expression: '1'}, output_mapping: {v: '{{ output.result }}'}}"
    assert codes(flow(setter, use("r", "{{ variables.v }}"), head="variables: {v: 0}\n")) == []


def test_inside_a_body_the_steps_before_it_and_around_it_can_be_used() -> None:
    body = "steps: [{id: i, type: transform, config: {expression: '{{ [loop.item, steps.a.output] }}'}}, {id: j, type: transform, depends_on: [i], config: {expression: '{{ steps.i.output }}'}}]"
    loop = f"{{id: l, type: loop, depends_on: [a], config: {{items: '{{{{ steps.a.output }}}}', output: '{{{{ loop.index }}}}', {body}}}}}"
    after = use("z", "{{ steps.l.output }}", "l")
    assert [c for c in codes(flow(use("a", "1"), loop, after)) if c != "not-runnable"] == []
    wrong = use("z", "{{ steps.i.output }}", "l")
    told = [p for p in loaded(flow(use("a", "1"), loop, wrong)).problems if p.severity == "error"]
    assert [p.code for p in told] == ["not-upstream"]
    assert 'use the output of "l"' in told[0].hint


def test_a_step_in_a_body_can_use_what_lies_upstream_of_the_step_around_it_only() -> None:
    body = "steps: [{id: i, type: transform, config: {expression: '{{ steps.a.output }}'}}]"
    text = flow(use("a", "1"), f"{{id: l, type: loop, config: {{times: 2, {body}}}}}")
    problem = next(p for p in loaded(text).problems if p.severity == "error")
    assert problem.fix is not None
    assert problem.fix.title == 'Let "l" wait for "a"'


def test_handlers_may_use_every_step() -> None:
    text = flow(
        use("a", "1"),
        use("b", "1"),
        use("h", "{{ [steps.a.output, steps.b.error.type, execution.error] }}"),
    )
    assert codes(text + "on_failure: [h]\n") == []


def test_the_output_of_a_workflow_and_the_input_of_a_trigger_are_checked() -> None:
    base = flow(use("a", "1"))
    assert codes(base + "output: {r: '{{ steps.a.output }}'}\n") == []
    assert codes(base + "output: {r: '{{ steps.b.output }}'}\n") == ["unknown-name"]
    trigger = "triggers: [{type: manual, name: m, input: {a: '{{ trigger.payload }}', b: '{{ steps.a.output }}'}}]\n"
    problem = only(base + trigger)
    assert (problem.code, problem.trigger) == ("unknown-name", "m")


def test_an_input_that_is_not_declared_is_doubtful_or_wrong() -> None:
    open_inputs = "inputs: {properties: {file: {type: string}}}\n"
    problem = only(flow(use("a", "{{ input.flie }}"), head=open_inputs))
    assert (problem.severity, problem.hint) == ("warning", 'did you mean "file"?')
    closed = "inputs: {properties: {file: {type: string}}, additionalProperties: false}\n"
    assert only(flow(use("a", "{{ input.flie }}"), head=closed)).severity == "error"


def test_what_undoes_a_step_of_a_loop_sees_its_iteration() -> None:
    body = "[{id: book, type: transform, config: {expression: '1'}, compensate: undo}]"
    loop = f"{{id: each, type: loop, config: {{items: [1, 2], steps: {body}}}}}"
    undo = use("undo", "{{ [loop.item, steps.book.output] }}")
    assert codes(flow(loop, undo)) == []
    other = use("other", "{{ steps.book.output }}")
    text = flow(loop, undo, other).replace("name: x", "name: x\non_failure: [other]")
    assert codes(text) == ["not-upstream"]


def test_the_output_and_break_of_a_loop_see_its_body_and_while_does_not() -> None:
    body = "[{id: page, type: transform, config: {expression: '1'}}]"

    def loop(more: str) -> str:
        return flow(f"{{id: each, type: loop, config: {{steps: {body}, {more}}}}}")

    assert codes(loop("times: 3, output: '{{ steps.page.output }}'")) == []
    assert codes(loop("times: 3, break: 'steps.page.output == loop.last'")) == []
    assert codes(loop("while: 'steps.page.output == 1'")) == ["not-upstream"]
