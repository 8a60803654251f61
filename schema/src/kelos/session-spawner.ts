import { z } from 'zod';
import type { Kind } from '../kind.ts';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { conditions } from './condition.ts';
import { GROUP, HUB, NOT_ACTED_ON } from './group.ts';
import { sessionSpec } from './session.ts';
import { spawnerCredentials } from './spawner-credential.ts';
import { githubWebhook } from './triggers/github-webhook.ts';

const trigger = z.object({
  githubWebhook: githubWebhook.optional().describe('Listens to events of GitHub; it cannot report. Left out: the spawner is refused, since there is no other trigger.'),
}).meta({ title: 'SessionSpawnerTrigger' });

export const sessionSpawnerSpec = z.object({
  when: trigger.describe('What is waited for.'),
  sessionTemplate: sessionSpec.describe('What the Sessions are like. initialPrompt and initialBranch are Go templates over the variables of the event.'),
  credentials: spawnerCredentials.optional().describe('Credentials of which each Session gets one, drawn at random. Left out: those of sessionTemplate.'),
}).meta({
  title: 'SessionSpawnerSpec',
  description: 'What is waited for, and which Sessions it makes.',
  rules: [
    { rule: 'has(self.when.githubWebhook)', message: 'when.githubWebhook is required' },
    { rule: '!has(self.when.githubWebhook.reporting)', message: 'when.githubWebhook.reporting must not be set: a Session does not report' },
    {
      rule: 'has(self.sessionTemplate.worker.workspaceRef) && size(self.sessionTemplate.worker.workspaceRef.name) > 0',
      message: 'sessionTemplate.worker.workspaceRef is required',
    },
    { rule: 'has(self.sessionTemplate.initialPrompt) && size(self.sessionTemplate.initialPrompt) > 0', message: 'sessionTemplate.initialPrompt is required' },
    { rule: 'has(self.sessionTemplate.worker.credentials) || has(self.credentials)', message: 'credentials are required in sessionTemplate.worker or in the spec' },
    { rule: '!has(self.credentials) || !has(self.sessionTemplate.worker.credentials)', message: 'credentials must not be set in both sessionTemplate.worker and the spec' },
  ],
});

export const sessionSpawnerStatus = z.object({
  observedGeneration: z.int().optional().describe('metadata.generation that the rest was worked out for.'),
  totalSessions: z.int32().optional().describe('Sessions of the spawner that there are.'),
  lastSessionName: z.string().optional().describe('The Session that was made last.'),
  lastDeliveryTime: kubernetesType('io.k8s.apimachinery.pkg.apis.meta.v1.Time').optional().describe('When an event last came that matched.'),
  conditions: conditions.optional().describe('Conditions of the spawner, one per type.'),
}).meta({ title: 'SessionSpawnerStatus', description: 'What the spawner has done. Written by the operator.' });

export const sessionSpawnerKind = {
  group: GROUP,
  kind: 'SessionSpawner',
  plural: 'sessionspawners',
  singular: 'sessionspawner',
  shortNames: [],
  namespaced: true,
  description: `Makes a Session of each event of GitHub that matches. ${NOT_ACTED_ON}`,
  versions: [{
    ...HUB,
    schema: z.object({ spec: sessionSpawnerSpec, status: sessionSpawnerStatus.optional() }),
    printerColumns: [
      { name: 'Workspace', type: 'string', jsonPath: '.spec.sessionTemplate.worker.workspaceRef.name', description: 'Workspace that is cloned' },
      { name: 'Sessions', type: 'integer', jsonPath: '.status.totalSessions', description: 'Sessions of the spawner' },
      { name: 'Last Session', type: 'string', jsonPath: '.status.lastSessionName', description: 'Session that was made last' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  }],
} as const satisfies Kind;

export type SessionSpawnerSpec = z.infer<typeof sessionSpawnerSpec>;
export type SessionSpawnerStatus = z.infer<typeof sessionSpawnerStatus>;

/** A SessionSpawner of the API. */
export interface SessionSpawner {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: SessionSpawnerSpec;
  status?: SessionSpawnerStatus;
}
