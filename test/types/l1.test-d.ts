/** What must not compile of the generated constructs. Checked by `npx tsc -p test`. */
import type { Chart } from 'cdk8s';
import { l1 } from 'cdk8s-taskwright';

export function program(chart: Chart): void {
  // @ts-expect-error a Task has a prompt
  new l1.CfgTask(chart, 'a', { spec: { type: 'codex' } });
  // @ts-expect-error there is no such agent
  new l1.CfgTask(chart, 'b', { spec: { prompt: 'Do it.', worker: { type: 'copilot' } } });
  // @ts-expect-error users do not write the status
  new l1.CfgTask(chart, 'c', { spec: { prompt: 'Do it.' }, status: { phase: 'Succeeded' } });
  // @ts-expect-error a volume has a name
  new l1.CfgTask(chart, 'd', { spec: { prompt: 'Do it.', podOverrides: { volumes: [{ emptyDir: {} }] } } });
}
