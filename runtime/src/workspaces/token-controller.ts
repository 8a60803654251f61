import { type Task, taskResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { decodeData } from '../agent-configs/referenced-data.ts';
import { isNotFound } from '../kube/api-error.ts';
import { applyPlan, type Effects } from '../kube/apply-plan.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { Controller, type ControllerMetrics, source } from '../kube/controller.ts';
import { Informer, type InformerMetrics } from '../kube/informer.ts';
import type { Log } from '../kube/log.ts';
import { controllerOf, keyOf, splitKey } from '../kube/object.ts';
import type { Random } from '../kube/random.ts';
import { isAboutCluster } from '../kube/recognized-trouble.ts';
import { Written } from '../kube/written.ts';
import { isGitHubApp } from './github-app.ts';
import type { InstallationTokens, TokenState } from './installation-tokens.ts';
import { isDue, planRefresh } from './token-refresh.ts';
import { type ObservedTokenSecret, originOf, TOKEN_LABELS } from './token-secret.ts';

export interface TokenSecretsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random?: Random;
  /** Left out: all of them. */
  readonly namespace?: string;
  readonly metrics?: InformerMetrics;
  readonly onError: (error: unknown) => void;
}

export interface TokenControllerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly secrets: Informer<ObservedTokenSecret>;
  readonly tasks: Pick<Informer<Task>, 'get'>;
  readonly tokens: InstallationTokens;
  readonly events?: Effects['events'];
  readonly log?: Log;
  readonly metrics?: ControllerMetrics;
}

/** The Secrets that hold tokens of ours. A token passes through, and is not kept. */
export function tokenSecrets({ client, ...options }: TokenSecretsOptions): Informer<ObservedTokenSecret> {
  return new Informer<ObservedTokenSecret>(client, {
    ...options,
    resource: secretResource,
    labelSelector: Object.entries(TOKEN_LABELS).map(([label, value]) => `${label}=${value}`).join(),
    project: ({ metadata: { name, namespace, uid, resourceVersion, annotations, ownerReferences } }) => ({ metadata: { name, namespace, uid, resourceVersion, annotations, ownerReferences } }),
  });
}

/** Renews the tokens of Tasks that run. A key is that of the Secret a token is in. */
export function tokenController({ client, clock, secrets, tasks, tokens, events, log, metrics }: TokenControllerOptions): Controller {
  const written = new Written([secrets], clock);
  const effects: Effects = { client, fieldManager: 'taskwright-tokens', events, written };

  const controller: Controller = new Controller({
    name: 'github-token',
    sources: [source(secrets, (secret) => [keyOf(secret)])],
    async reconcile(key, { signal }) {
      const secret = secrets.get(key);
      if (!secret) return {}; // gone with its Task
      const task = taskOf(secret);
      const facts = { secret, ...(task && { task }), now: clock.now() };
      const token = isDue(facts) ? await tokenFor(key, secret, signal) : undefined;
      return applyPlan(effects, { resource: taskResource, object: task ?? secret }, planRefresh({ ...facts, ...(token && { token }) }), signal);
    },
    groupOf: (key) => splitKey(key).namespace ?? '',
    written,
    clock,
    isToldElsewhere: isAboutCluster,
    log,
    metrics,
  });
  return controller;

  function taskOf(secret: ObservedTokenSecret): Task | undefined {
    const owner = controllerOf(secret);
    const task = owner && tasks.get(keyOf({ metadata: { namespace: secret.metadata.namespace, name: owner.name } }));
    return task?.metadata.uid === owner?.uid ? task : undefined;
  }

  async function tokenFor(key: string, secret: ObservedTokenSecret, signal: AbortSignal): Promise<TokenState | undefined> {
    const origin = originOf(secret);
    const app = origin && (await appIn(origin.appSecretName, secret.metadata.namespace, signal));
    return app && tokens.get({ ...origin.scope, app }, `refresh ${key}`, () => controller.queue.add(key));
  }

  async function appIn(name: string, namespace: string | undefined, signal: AbortSignal): Promise<Record<string, string> | undefined> {
    try {
      const data = decodeData('Secret', await client.get(secretResource, { namespace, name }, { signal }));
      return isGitHubApp(data) ? data : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
