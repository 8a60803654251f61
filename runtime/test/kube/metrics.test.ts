import { expect, test } from 'vitest';
import { KubeMetrics } from '../../src/kube/metrics.ts';
import { Queue } from '../../src/kube/queue.ts';
import { ManualClock } from './manual-clock.ts';

test('what is counted has the names that dashboards of controller-runtime know', async () => {
  const metrics = new KubeMetrics();
  const clock = new ManualClock();
  const counts = metrics.controller('tasks');
  const queue = new Queue({ clock, metrics: counts });
  metrics.watchController({ name: 'tasks', workers: 16, queue });
  metrics.watchInformer({ resource: { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }, size: 3, silentForMs: 1_500 });
  metrics.watchLeader('operator', { isLeading: true });
  queue.add('dev/a');
  queue.add('dev/b', -100);
  await queue.next();
  await clock.advance(2_000);
  for (const outcome of ['success', 'panic', 'timeout', 'terminal_error'] as const) counts.reconciled(outcome, 7);
  metrics.requests('127.0.0.1:6443').requestEnded('GET', '200', 3);
  metrics.informers().relisted({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }, 'expired');

  const text = await metrics.text();
  for (const line of [
    'controller_runtime_reconcile_total{controller="tasks",result="success"} 1',
    'controller_runtime_reconcile_total{controller="tasks",result="error"} 3',
    'controller_runtime_reconcile_errors_total{controller="tasks"} 3',
    'controller_runtime_terminal_reconcile_errors_total{controller="tasks"} 1',
    'controller_runtime_reconcile_panics_total{controller="tasks"} 1',
    'controller_runtime_reconcile_timeouts_total{controller="tasks"} 1',
    'controller_runtime_max_concurrent_reconciles{controller="tasks"} 16',
    'controller_runtime_active_workers{controller="tasks"} 1',
    'workqueue_adds_total{name="tasks",controller="tasks"} 2',
    'workqueue_depth{name="tasks",controller="tasks",priority="0"} 0',
    'workqueue_depth{name="tasks",controller="tasks",priority="-100"} 1',
    'workqueue_unfinished_work_seconds{name="tasks",controller="tasks"} 2',
    'workqueue_longest_running_processor_seconds{name="tasks",controller="tasks"} 2',
    'rest_client_requests_total{code="200",method="GET",host="127.0.0.1:6443"} 1',
    'leader_election_master_status{name="operator"} 1',
    'informer_objects{kind="Pod"} 3',
    'informer_last_event_age_seconds{kind="Pod"} 1.5',
    'informer_relists_total{kind="Pod",reason="expired"} 1',
  ]) expect(text).toContain(`${line}\n`);
});

test('two of them in one process do not meet', () => {
  expect(() => [new KubeMetrics(), new KubeMetrics()]).not.toThrow();
});
