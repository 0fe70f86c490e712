"""An example of each built-in type, as a person would write it."""

STEPS = {
    "http": """
- id: orders
  type: http
  config:
    url: https://api.example.com/orders
    query: {since: "{{ variables.since }}"}
    auth: {type: bearer, token: "{{ secrets.api_token }}"}
""",
    "script": """
- id: count
  type: script
  input_mapping:
    rows: "{{ input.rows }}"
  config:
    script: |
      import json, sys
      rows = json.load(sys.stdin)["rows"]
      print(json.dumps({"count": len(rows)}))
""",
    "database": """
- id: large
  type: database
  config:
    connection: {url: "sqlite:///orders.db"}
    sql: select * from orders where total > :least
    parameters: {least: "{{ input.least }}"}
""",
    "file": """
- id: report
  type: file
  config:
    operation: write
    path: report.md
    content: "{{ input.text }}"
""",
    "transform": """
- id: large
  type: transform
  config:
    expression: input.orders | selectattr('total', '>', 100) | list
""",
    "email": """
- id: tell
  type: email
  config:
    to: ops@example.com
    subject: Nightly orders
    body: "{{ input.count }} orders came in."
""",
    "webhook": """
- id: tell
  type: webhook
  config:
    url: https://example.com/hooks/orders
    secret: "{{ secrets.hook }}"
""",
    "workflow": """
- id: clean
  type: workflow
  config:
    workflow: clean.yaml
    input: {rows: "{{ input.rows }}"}
""",
    "condition": """
- id: enough
  type: condition
  config: {expression: input.count > 100}
- id: go_on
  type: script
  depends_on: [enough.true]
  config: {script: print("enough")}
""",
    "loop": """
- id: each
  type: loop
  config:
    items: "{{ input.orders }}"
    max_concurrency: 4
    steps:
      - id: send
        type: http
        config:
          method: POST
          url: https://api.example.com/orders
          json: "{{ loop.item }}"
""",
    "parallel": """
- id: both
  type: parallel
  config:
    branches:
      left: [{id: a, type: script, config: {script: print(1)}}]
      right: [{id: b, type: script, config: {script: print(2)}}]
""",
    "wait": """
- id: paid
  type: wait
  timeout: 2h
  config:
    event: order.paid
    match: {id: "{{ input.order }}"}
""",
    "llm": """
- id: sum_up
  type: llm
  config:
    model: claude-sonnet-4-5
    prompt: "Summarise: {{ input.text }}"
""",
    "agent": """
- id: research
  type: agent
  config:
    agent_id: data-processor
    task: Summarise the sales of last month.
""",
    "mcp": """
- id: search
  type: mcp
  config:
    connection: files
    action: search
    arguments: {query: "{{ input.query }}"}
""",
    "approval": """
- id: ask
  type: approval
  config:
    message: "Send {{ input.count }} invoices?"
    options: [send, hold]
- id: send
  type: script
  depends_on: [ask]
  when: steps.ask.output.decision == 'send'
  config: {script: print("sent")}
""",
}
TRIGGERS = {
    "schedule": """
- type: schedule
  name: Every night
  config: {cron: "0 2 * * *", timezone: Europe/Berlin}
""",
    "manual": """
- type: manual
  name: By hand
""",
}
"""Type -> YAML, a list of steps or triggers."""
