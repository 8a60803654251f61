import type { Chart } from 'cdk8s';
import { CodingAgent, Credentials, type EventTrigger, TaskSpawner, Workspace } from 'cdk8s-taskwright';

/** A program of one TaskSpawner, with nothing to say but its trigger. */
export function spawnerOf(trigger: EventTrigger): (chart: Chart) => void {
  return (chart) => {
    const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
    new TaskSpawner(chart, 'workers', { metadata: { name: 'workers' }, trigger, agent, workspace: Workspace.fromWorkspaceName('shop'), prompt: 'Do it.' });
  };
}

/** The object that it comes to. */
export function renderedSpawner(when: object): object[] {
  const worker = { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } };
  return [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', metadata: { name: 'workers' }, spec: { when, taskTemplate: { promptTemplate: 'Do it.', worker } } }];
}

/** The lines by which its trigger is refused. */
export function refusedTrigger(...lines: string[]): { refused: string[] } {
  return { refused: lines.map((line) => `[fleet/workers] trigger${line}`) };
}
