import { expect, test } from 'vitest';
import { bundleOf, type Certificates, certificatesOf, needsFresh, planRotation, type Rotation, secretData, validityFrom } from '../../src/api-webhooks/certificates.ts';
import { selfSignedCertificate, type ServerIdentity } from '../../src/kube/self-signed-certificate.ts';

const HOSTS = ['hooks.system.svc', 'hooks.system.svc.cluster.local'];
const NOW = new Date('2026-06-01T00:00:00Z');
const DAY_MS = 24 * 60 * 60_000;

const madeDaysAgo = (days: number, hosts = HOSTS) => selfSignedCertificate('hooks', hosts, validityFrom(new Date(NOW.getTime() - days * DAY_MS)));
const [young, due, ended, waiting, fresh, foreign] = [madeDaysAgo(10), madeDaysAgo(61), madeDaysAgo(91), madeDaysAgo(1), madeDaysAgo(0), madeDaysAgo(0, ['else.where'])];
const pem = ({ cert }: ServerIdentity) => cert.trim();

interface Row {
  readonly it: string;
  readonly stored: Certificates;
  readonly bundles?: readonly string[];
  readonly asks?: true;
  readonly plan: Rotation;
}

test.each<Row>([
  { it: 'shows the first one at once', stored: { trusted: [] }, asks: true, plan: { store: { current: fresh, trusted: [pem(fresh)] } } },
  { it: 'leaves a young one alone, and looks again tomorrow', stored: { current: young, trusted: [pem(young)] }, plan: { lookAgainInMs: DAY_MS } },
  { it: 'has the next one trusted thirty days before the end', stored: { current: due, trusted: [pem(due)] }, asks: true,
    plan: { store: { current: due, next: fresh, trusted: [pem(due), pem(fresh)] } } },
  { it: 'shows the next one when every definition trusts it', stored: { current: due, next: waiting, trusted: [pem(due), pem(waiting)] }, bundles: [bundleOf([pem(due), pem(waiting)])],
    plan: { store: { current: waiting, trusted: [pem(due), pem(waiting)] } } },
  { it: 'waits for a definition that does not trust it yet', stored: { current: due, next: waiting, trusted: [pem(due), pem(waiting)] }, bundles: [bundleOf([pem(due), pem(waiting)]), bundleOf([pem(due)])],
    plan: { lookAgainInMs: 60_000 } },
  { it: 'gives everybody a minute to hear of it', stored: { current: due, next: fresh, trusted: [pem(due), pem(fresh)] }, bundles: [bundleOf([pem(due), pem(fresh)])],
    plan: { lookAgainInMs: 60_000 } },
  { it: 'replaces one that has ended at once, and forgets it', stored: { current: ended, trusted: [pem(ended)] }, asks: true, plan: { store: { current: fresh, trusted: [pem(fresh)] } } },
  { it: 'shows the next one at once when the current has ended', stored: { current: ended, next: waiting, trusted: [pem(ended), pem(waiting)] }, plan: { store: { current: waiting, trusted: [pem(waiting)] } } },
  { it: 'takes one for other names for none', stored: { current: foreign, trusted: [pem(foreign)] }, asks: true, plan: { store: { current: fresh, trusted: [pem(foreign), pem(fresh)] } } },
  { it: 'takes a key of another certificate for none', stored: { current: { key: young.key, cert: due.cert }, trusted: [] }, asks: true, plan: { store: { current: fresh, trusted: [pem(fresh)] } } },
  { it: 'takes what is no certificate for none', stored: { current: { key: 'k', cert: 'c' }, trusted: [] }, asks: true, plan: { store: { current: fresh, trusted: [pem(fresh)] } } },
])('$it', ({ stored, bundles = [], asks, plan }) => {
  const facts = { stored, bundles, hosts: HOSTS, now: NOW };
  expect(needsFresh(facts)).toBe(asks ?? false);
  expect(planRotation(facts, needsFresh(facts) ? fresh : undefined)).toEqual(plan);
});

test('a year of looking, with a day without an operator now and then, never shows what is not trusted', () => {
  let stored: Certificates = { trusted: [] };
  let bundle = '';
  let rotations = 0;
  for (let now = NOW.getTime(), step = 0; now < NOW.getTime() + 400 * DAY_MS; step += 1) {
    const facts = { stored, bundles: [bundle], hosts: HOSTS, now: new Date(now) };
    const plan = planRotation(facts, needsFresh(facts) ? selfSignedCertificate('hooks', HOSTS, validityFrom(facts.now)) : undefined);
    if ('store' in plan) {
      if (stored.current !== undefined && plan.store.current !== stored.current) {
        rotations += 1;
        expect(bundle).toContain(pem(plan.store.current!));
      }
      stored = plan.store;
    } else {
      bundle = bundleOf(stored.trusted);
      now += plan.lookAgainInMs + (step % 7 === 0 ? DAY_MS : 0);
    }
    expect(stored.trusted.length).toBeLessThanOrEqual(3);
  }
  expect(rotations).toBe(6);
});

test('what is stored is read back, and what is gone is taken away', () => {
  const certificates = { current: due, next: fresh, trusted: [pem(due), pem(fresh)] };
  expect(certificatesOf({ data: secretData(certificates) as Record<string, string> })).toEqual(certificates);
  const { 'next.crt': cert, 'next.key': key } = secretData({ current: fresh, trusted: [pem(fresh)] });
  expect([cert, key]).toEqual([null, null]);
  expect(certificatesOf(undefined)).toEqual({ trusted: [] });
});
