import { App, Chart, Duration } from 'cdk8s';
import { BudgetWindow, CodingAgent, Cost, Credentials, Task, TaskBudget, TaskFailure, TaskSelector } from 'cdk8s-taskwright';

const app = new App();
/** Whoever belongs to the team has its label, and so comes under its budget. */
const chart = new Chart(app, 'team-budget', { labels: { team: 'shop' } });

/** Two dollars a day, by the clocks of where the team works. */
new TaskBudget(chart, 'daily', {
  metadata: { name: 'shop-daily' },
  tasks: TaskSelector.labels({ team: 'shop' }),
  window: BudgetWindow.daily('Europe/Berlin'),
  maxCost: Cost.usd(2),
  // Who has spent what was set aside for it is stopped, and does not spend what others were promised.
  hardStop: true,
});

/** Stands for a real agent, which reports what it spent by itself. */
const reviewer = CodingAgent.custom('example.com/reviewer:1', { credentials: Credentials.none() });

/** Each may need a dollar, so two of them run at a time, and the third when one of them has spent less. */
for (const part of ['cart', 'checkout', 'search']) {
  new Task(chart, part, {
    metadata: { name: part },
    agent: reviewer,
    prompt: `Review ${part}`,
    maxCost: Cost.usd(1),
    // Models have bad minutes: two more attempts, the first after a second.
    retries: { limit: 2, backoff: Duration.seconds(1), on: [TaskFailure.AGENT, TaskFailure.STOPPED] },
    ttlAfterFinished: Duration.days(1),
    ttlAfterFailed: Duration.days(7),
  });
}

app.synth();
