from cdk8s import App, Chart, Duration
from cdk8s_taskwright import (
    BudgetWindow,
    CodingAgent,
    Cost,
    Credentials,
    Retries,
    Task,
    TaskBudget,
    TaskFailure,
    TaskSelector,
)

app = App()
# Whoever belongs to the team has its label, and so comes under its budget.
chart = Chart(app, "team-budget", labels={"team": "shop"})

# Two dollars a day, by the clocks of where the team works.
TaskBudget(
    chart,
    "daily",
    metadata={"name": "shop-daily"},
    tasks=TaskSelector.labels({"team": "shop"}),
    window=BudgetWindow.daily("Europe/Berlin"),
    max_cost=Cost.usd(2),
    # Who has spent what was set aside for it is stopped, and does not spend what others were promised.
    hard_stop=True,
)

# Stands for a real agent, which reports what it spent by itself.
reviewer = CodingAgent.custom("example.com/reviewer:1", credentials=Credentials.none())

# Each may need a dollar, so two of them run at a time, and the third when one of them has spent less.
for part in ["cart", "checkout", "search"]:
    Task(
        chart,
        part,
        metadata={"name": part},
        agent=reviewer,
        prompt=f"Review {part}",
        max_cost=Cost.usd(1),
        # Models have bad minutes: two more attempts, the first after a second.
        retries=Retries(limit=2, backoff=Duration.seconds(1), on=[TaskFailure.AGENT, TaskFailure.STOPPED]),
        ttl_after_finished=Duration.days(1),
        ttl_after_failed=Duration.days(7),
    )

app.synth()
