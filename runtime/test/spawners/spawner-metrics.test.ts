import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { SpawnerMetrics } from '../../src/spawners/spawner-metrics.ts';
import { TaskMetrics } from '../../src/tasks/task-metrics.ts';
import { aSpawner } from './spawner-fixtures.ts';

test('looks and Tasks are counted under the names of the reference', async () => {
  const registry = new Registry();
  // What counts the runs of all controllers that threw is there already.
  new TaskMetrics(registry);
  const metrics = new SpawnerMetrics(registry);
  const spawner = aSpawner();
  metrics.looked(spawner, 3, 1_500);
  metrics.failed(spawner, 500);
  metrics.created(spawner);
  metrics.reconciled('error');
  metrics.reconciled('success');
  metrics.decided(spawner, 'Refused');
  metrics.loopStopped(spawner);
  const lines = (await registry.metrics()).split('\n').filter((line) => /^(?:kelos|taskwright)_(spawner|reconcile)(?!.*_bucket)/.test(line));
  expect(lines).toEqual([
    'kelos_reconcile_errors_total{controller="taskspawner"} 1',
    'kelos_spawner_discovery_total{namespace="dev",spawner="bugs"} 1',
    'kelos_spawner_discovery_errors_total{namespace="dev",spawner="bugs"} 1',
    'kelos_spawner_items_discovered_total{namespace="dev",spawner="bugs"} 3',
    'kelos_spawner_tasks_created_total{namespace="dev",spawner="bugs"} 1',
    'taskwright_spawner_decisions_total{namespace="dev",spawner="bugs",outcome="Refused"} 1',
    'taskwright_spawner_loops_stopped_total{namespace="dev",spawner="bugs"} 1',
    'kelos_spawner_discovery_duration_seconds_sum{namespace="dev"} 2',
    'kelos_spawner_discovery_duration_seconds_count{namespace="dev"} 2',
  ]);
});
