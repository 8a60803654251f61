import { isDeepStrictEqual } from 'node:util';
import { type Secret, secretResource } from '@taskwright/schema/kubernetes';
import { applyPlan, type Effects } from '../kube/apply-plan.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { Controller, source } from '../kube/controller.ts';
import { Informer, type InformerOptions } from '../kube/informer.ts';
import type { Log } from '../kube/log.ts';
import type { KubeObject } from '../kube/object.ts';
import { creation, type Plan, type Write } from '../kube/plan.ts';
import { isAboutCluster } from '../kube/recognized-trouble.ts';
import { selfSignedCertificate, type ServerIdentity } from '../kube/self-signed-certificate.ts';
import { Written } from '../kube/written.ts';
import { type Caller, callersOf, type Configuration, CONFIGURATIONS, type Definition, DEFINITIONS, type WebhookService } from './callers.ts';
import { bundleOf, certificatesOf, needsFresh, planRotation, secretData, validityFrom } from './certificates.ts';

export interface CertificateFacts {
  readonly service: WebhookService;
  /** The one of {@link secretName}; nothing when it is not there. */
  readonly secret?: Secret;
  readonly callers: readonly Caller[];
  /** The Secret is somebody else's to write. */
  readonly isGiven: boolean;
  readonly now: Date;
}

export interface CertificateControllerOptions {
  readonly client: KubeClient;
  readonly service: WebhookService;
  /** The definitions whose objects we convert, by their names. */
  readonly definitions: readonly string[];
  /** The ValidatingWebhookConfiguration by which we are asked about objects. Left out: there is none. */
  readonly configuration?: string | undefined;
  /** Somebody else writes the Secret: cert-manager, a person. Default: false. */
  readonly isGiven?: boolean;
  readonly ofInformers: Pick<InformerOptions<KubeObject, never>, 'clock' | 'random' | 'onError'>;
  readonly clock: Clock;
  readonly log?: Log;
}

export interface CertificateController {
  readonly controller: Controller;
  readonly informers: readonly Informer[];
  /** Calls back with the pair to show, now and whenever it changes. */
  onIdentity(show: (identity: ServerIdentity) => void): void;
}

const KEY = 'certificates';

/** The Secret is named like the Service. */
export function secretName({ name }: WebhookService): string {
  return `${name}-tls`;
}

/** As the API server verifies them. */
export function hostsOf({ name, namespace }: WebhookService): string[] {
  return [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`];
}

/** Whether {@link planCertificates} needs a fresh pair. */
export function wantsFresh(facts: CertificateFacts): boolean {
  return !facts.isGiven && needsFresh(rotationFacts(facts));
}

/**
 * Keeps a pair in the Secret, and what is to be trusted in each caller.
 *
 * Callers follow what the Secret was seen to hold: a run that stores something new leaves them to the next one. Of one that is given, the Secret is left as it is.
 */
export function planCertificates(facts: CertificateFacts, fresh?: ServerIdentity): Plan {
  const { service, secret, callers, isGiven } = facts;
  if (isGiven) return { writes: trust(callers, given(secret)) };
  const rotation = planRotation(rotationFacts(facts), fresh);
  if ('store' in rotation) {
    const data = secretData(rotation.store);
    if (secret) return { writes: [{ verb: 'mergePatch', resource: secretResource, target: secret, patch: { metadata: { resourceVersion: secret.metadata.resourceVersion }, data } }] };
    const { namespace } = service;
    return { writes: [creation(secretResource, { metadata: { namespace, name: secretName(service) }, data: withoutNull(data) } as KubeObject)] };
  }
  return { writes: trust(callers, certificatesOf(secret).trusted), requeueAfterMs: rotation.lookAgainInMs };
}

function trust(callers: readonly Caller[], trusted: readonly string[]): Write[] {
  const bundle = bundleOf(trusted);
  const behind = trusted.length === 0 ? [] : callers.filter((caller) => caller.bundle !== bundle);
  return behind.map((caller) => caller.trust(Buffer.from(bundle).toString('base64')));
}

/** What is to be trusted of a given pair: its CA, or itself where none is told. */
function given(secret: Secret | undefined): readonly string[] {
  const { current, trusted } = certificatesOf(secret);
  if (current === undefined) return [];
  return trusted.length > 0 ? trusted : [current.cert];
}

/**
 * The same on every replica, whoever leads: caches of objects in an older version fill only when somebody converts them, and nobody leads before that.
 * Two that store at a time meet at the version of the Secret.
 */
export function certificateController({ client, service, definitions, configuration, isGiven = false, ofInformers, clock, log }: CertificateControllerOptions): CertificateController {
  const { namespace } = service;
  const secrets = new Informer<Secret>(client, { ...ofInformers, resource: secretResource, namespace, fieldSelector: `metadata.name=${secretName(service)}` });
  const defined = definitions.map((name) => new Informer<Definition>(client, { ...ofInformers, resource: DEFINITIONS, fieldSelector: `metadata.name=${name}`, project: conversionOnly }));
  const configured = configuration === undefined ? [] : [new Informer<Configuration>(client, { ...ofInformers, resource: CONFIGURATIONS, fieldSelector: `metadata.name=${configuration}` })];
  const written = new Written([secrets], clock);
  const effects: Effects = { client, fieldManager: 'taskwright-webhooks', written };
  const secretNow = () => secrets.list()[0];

  const controller = new Controller({
    name: 'webhook-certificates',
    sources: [source(secrets, () => [KEY]), ...[...defined, ...configured].map((informer) => source(informer as Informer, () => [KEY]))],
    async reconcile(_, { signal }) {
      const secret = secretNow();
      const objects = { definitions: defined.flatMap((informer) => informer.list()), configurations: configured.flatMap((informer) => informer.list()) };
      const facts = { service, ...(secret && { secret }), callers: callersOf(objects, service), isGiven, now: clock.now() };
      const fresh = wantsFresh(facts) ? selfSignedCertificate(service.name, hostsOf(service), validityFrom(facts.now)) : undefined;
      return applyPlan(effects, { resource: secretResource, object: secret ?? { metadata: { namespace, name: KEY } } }, planCertificates(facts, fresh), signal);
    },
    workers: 1,
    written,
    clock,
    isToldElsewhere: isAboutCluster,
    log,
  });
  // Nothing wakes it when there is no Secret yet.
  controller.queue.add(KEY);
  return {
    controller,
    informers: [secrets, ...defined, ...configured] as Informer[],
    onIdentity(show) {
      let shown: ServerIdentity | undefined;
      const look = () => {
        const { current } = certificatesOf(secretNow());
        if (current === undefined || isDeepStrictEqual(current, shown)) return;
        shown = current;
        show(current);
      };
      secrets.onChange(look);
      look();
    },
  };
}

function rotationFacts({ service, secret, callers, now }: CertificateFacts): Parameters<typeof needsFresh>[0] {
  return { stored: certificatesOf(secret), bundles: callers.map(({ bundle }) => bundle), hosts: hostsOf(service), now };
}

function conversionOnly({ metadata: { name, uid, resourceVersion }, spec }: Definition): Definition {
  return { metadata: { name, uid, resourceVersion }, spec: { conversion: spec?.conversion } };
}

function withoutNull(data: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).filter((entry): entry is [string, string] => entry[1] !== null));
}
