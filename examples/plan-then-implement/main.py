from cdk8s import App, Chart
from cdk8s_taskwright import CodingAgent, Credentials, Output, SecretRef, Task, Workspace

app = App()
chart = Chart(app, "plan-then-implement")

repo = Workspace(chart, "repo", repo="https://github.com/taskwright/taskwright.git")
claude = CodingAgent.claude_code(credentials=Credentials.api_key(SecretRef.from_name("claude")))

# Reads and decides. What it has to leave is declared: the agent is told, and what it leaves is checked before anybody builds on it.
plan = Task(
    chart,
    "plan",
    metadata={"name": "plan"},
    agent=claude,
    workspace=repo,
    prompt="Plan a page GLOSSARY.md that explains three words of this repository. Change nothing.",
    outputs={
        "words": Output.list(
            description="What the page explains, in the order of the page",
            of=Output.object(
                {
                    "word": Output.text(),
                    "meaning": Output.text(description="One sentence", max_length=200),
                }
            ),
            min_items=3,
            max_items=3,
        ),
        "audience": Output.one_of(["users", "contributors"], description="For whom the page is written"),
        "risky": Output.boolean(description="Whether an existing page would have to change"),
    },
)

# Does what was decided. A result that the plan does not declare would be a mistake at synth.
risky = '{{if eq .Deps.plan.Results.risky "true"}}Ask before you change any other file.{{else}}Change no other file.{{end}}'
Task(
    chart,
    "implement",
    metadata={"name": "implement"},
    agent=claude,
    workspace=repo,
    branch="docs/glossary",
    depends_on=[plan],
    prompt="\n".join(
        [
            f"Write GLOSSARY.md for {plan.result('audience')}. It explains these words:",
            plan.result("words"),
            f"{risky} Commit it and push the branch.",
        ]
    ),
)

app.synth()
