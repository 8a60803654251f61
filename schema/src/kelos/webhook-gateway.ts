import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { GROUP, HUB } from './group.ts';
import { secretReference } from './references.ts';

const webhookSecret = secretReference.describe('Secret with the key webhook-secret, with which deliveries are signed.');

const githubGateway = z.object({
  secretRef: webhookSecret,
  apiBaseURL: z.string().optional().describe('Root of the GitHub API that is called, such as https://ghe.example.com/api/v3. Left out: that of github.com.'),
  credentialsRef: secretReference.optional().describe('Secret for calls of the GitHub API: GITHUB_TOKEN, or appID, installationID and privateKey of an App. Left out: nothing is called, and nothing reported.'),
}).meta({ title: 'GitHubGateway' });

const linearGateway = z.object({ secretRef: webhookSecret }).meta({ title: 'LinearGateway' });

/** The reference knows no secretRef here, and takes everything. */
const genericGateway = z.object({
  secretRef: secretReference.optional().describe('Secret with the key webhook-secret, with which deliveries are signed as GitHub signs them, in the header X-Hub-Signature-256. Left out: nothing is signed, and whoever reaches the path is let in.'),
}).meta({ title: 'GenericGateway' });

export const webhookGatewaySpec = z.object({
  github: githubGateway.optional().describe('Takes deliveries of GitHub. Left out: another member says whose deliveries it takes.'),
  linear: linearGateway.optional().describe('Takes deliveries of Linear. Left out: another member says whose deliveries it takes.'),
  generic: genericGateway.optional().describe('Takes any JSON. Left out: another member says whose deliveries it takes.'),
}).meta({
  title: 'WebhookGatewaySpec',
  description: 'Whose deliveries it takes.',
  rules: [{
    rule: '(has(self.github) ? 1 : 0) + (has(self.linear) ? 1 : 0) + (has(self.generic) ? 1 : 0) == 1',
    message: 'exactly one of github, linear and generic is required',
  }],
});

export const webhookGatewayStatus = z.object({
  observedGeneration: z.int().optional().describe('metadata.generation that the rest was worked out for.'),
  path: z.string().optional().describe('Path that deliveries are posted to, without the host.'),
  phase: z.string().optional().describe('How deliveries are known: Authenticated, Unauthenticated (nobody checks them), or SecretMissing.'),
  message: z.string().optional().describe('Details of the phase, meant for people.'),
}).meta({ title: 'WebhookGatewayStatus', description: 'Where it listens. Written by the operator.' });

export const webhookGatewayKind = {
  group: GROUP,
  kind: 'WebhookGateway',
  plural: 'webhookgateways',
  singular: 'webhookgateway',
  shortNames: [],
  namespaced: true,
  description: 'A path of its own for the webhooks of a namespace, with a secret of its own.',
  versions: [{
    ...HUB,
    schema: z.object({ spec: webhookGatewaySpec.optional(), status: webhookGatewayStatus.optional() }),
    printerColumns: [
      { name: 'Path', type: 'string', jsonPath: '.status.path', description: 'Path that deliveries are posted to' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'How deliveries are known' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  }],
} as const satisfies Kind;

export const webhookGatewayResource = resourceOf(webhookGatewayKind);

export type WebhookGatewaySpec = z.infer<typeof webhookGatewaySpec>;
export type WebhookGatewayStatus = z.infer<typeof webhookGatewayStatus>;

/** A WebhookGateway of the API. The server stores one without `spec` too. */
export interface WebhookGateway {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: WebhookGatewaySpec;
  status?: WebhookGatewayStatus;
}
