import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly when: object; readonly taskTemplate: { readonly branch?: string; readonly nameTemplate?: string; readonly worker: object; readonly promptTemplate: string }; readonly credentials: object };
}

test('the fleet of examples/issue-to-pull-request comes to what its prose says', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'taskwright-fleet-'));
  try {
    execFileSync(process.execPath, [fileURLToPath(new URL('../examples/issue-to-pull-request/main.ts', import.meta.url))], { env: { ...process.env, CDK8S_OUTDIR: outdir } });
    const objects = parseAllDocuments(readFileSync(join(outdir, 'shop-fleet.k8s.yaml'), 'utf8')).map((document) => document.toJS() as Manifest);
    const named = (kind: string) => objects.filter((object) => object.kind === kind);
    expect(objects.map(({ kind }) => kind).sort()).toEqual(['AgentConfig', 'TaskBudget', 'TaskSpawner', 'TaskSpawner', 'TaskSpawner', 'TaskSpawner', 'WebhookGateway', 'Workspace']);

    const [[workspace], [rules], [gateway]] = [named('Workspace'), named('AgentConfig'), named('WebhookGateway')];
    const spawners = named('TaskSpawner');
    expect(spawners.map(({ spec }) => ({ when: spec.when, branch: spec.taskTemplate.branch, name: spec.taskTemplate.nameTemplate }))).toEqual([
      {
        when: { githubIssues: {
          labels: ['actor/bot'], excludeLabels: ['needs-input'], priorityLabels: ['priority/urgent', 'priority/soon'],
          commentPolicy: { triggerComment: '/bot fix', excludeComments: ['/bot stop'], minimumPermission: 'write' }, reporting: { comments: { mode: 'Sticky' } }, pollInterval: '1m',
        } },
        branch: 'bot-{{.Number}}',
        name: 'issue-{{.Number}}',
      },
      { when: { githubPullRequests: { author: 'shop-bot[bot]', reviewState: 'changes_requested', reporting: { checks: { name: 'shop-bot' } } } }, branch: '{{.Branch}}' },
      {
        when: { githubWebhook: { repository: 'acme/shop', events: ['check_run'], filters: [{ event: 'check_run', action: 'completed', conclusion: 'failure', branch: 'bot-*' }], gatewayRef: { name: gateway?.metadata.name } } },
        branch: '{{with index . "Branch"}}{{.}}{{end}}',
      },
      { when: { cron: { schedule: '30 4 * * mon-fri' } }, branch: 'bot-tidy' },
    ]);
    for (const { spec } of spawners) {
      expect(spec.taskTemplate.worker).toEqual({ type: 'claude-code', agentConfigRefs: [{ name: rules?.metadata.name }], workspaceRef: { name: workspace?.metadata.name } });
      expect(spec.credentials).toEqual([{ name: 'first', type: 'api-key', secretRef: { name: 'claude-1' } }, { name: 'second', type: 'api-key', secretRef: { name: 'claude-2' } }]);
    }
    expect(spawners[2]?.spec.taskTemplate.promptTemplate).toBe('The check "{{.CheckName}}" fails: {{.CheckRunURL}}\nFind out why, and push the fix.');
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});
