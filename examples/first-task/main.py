from cdk8s import App, Chart
from cdk8s_taskwright import CodingAgent, Credentials, SecretRef, Task, Workspace

app = App()
chart = Chart(app, "first-task")

# What every agent gets: a clone of its own, with a branch to push to.
repo = Workspace(
    chart,
    "repo",
    repo="https://github.com/taskwright/taskwright.git",
)

# Claude Code; its key is in the Secret "claude", under ANTHROPIC_API_KEY.
claude = CodingAgent.claude_code(credentials=Credentials.api_key(SecretRef.from_name("claude")))

# Any image with a /kelos_entrypoint.sh is an agent, with or without a model in it.
line_counter = CodingAgent.custom("example.com/line-counter:1", credentials=Credentials.none())

Task(
    chart,
    "map-the-folders",
    metadata={"name": "map-the-folders"},
    agent=claude,
    workspace=repo,
    branch="docs/folders",
    prompt="\n".join(
        [
            "Write FOLDERS.md: one line per top-level folder of this repository, with the number of tracked files in it.",
            "Check the numbers with git, commit the file, and push the branch.",
        ]
    ),
)

Task(
    chart,
    "count-the-lines",
    metadata={"name": "count-the-lines"},
    agent=line_counter,
    workspace=repo,
    branch="docs/lines",
    prompt="Count the lines of TypeScript per top-level folder into LINES.md",
)

app.synth()
