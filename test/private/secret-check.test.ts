import { ApiObject, App, Chart, Lazy } from 'cdk8s';
import { Secret } from 'cdk8s-plus-34';
import { SecretRef } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { checkSecret } from '../../src/private/secret-check';

type Make = (chart: Chart) => { name: string };

/** What is said of a Secret from which KEY is read. */
function check(make: Make): string[] {
  const chart = new Chart(new App(), 'fleet', { namespace: 'agents' });
  const from = new ApiObject(chart, 'reader', { apiVersion: 'v1', kind: 'ConfigMap' });
  return checkSecret(from, make(chart), ['KEY'], 'the reader', 'credentials').map(({ code }) => code);
}

const plain = (chart: Chart, rest: object, metadata: object = {}) => new ApiObject(chart, 'secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'secret', ...metadata }, ...rest });

describe('a Secret', () => {
  test.each<{ it: string; make: Make; found: string[] }>([
    { it: 'of cdk8s-plus with the key', make: (chart) => new Secret(chart, 'secret', { stringData: { KEY: 'x' } }), found: [] },
    { it: 'of cdk8s-plus that gets the key later', make: (chart) => { const secret = new Secret(chart, 'secret'); secret.addStringData('KEY', 'x'); return secret; }, found: [] },
    { it: 'of cdk8s-plus without the key', make: (chart) => new Secret(chart, 'secret', { stringData: { OTHER: 'x' } }), found: ['wrong-secret-key'] },
    { it: 'of cdk8s-plus that exists already', make: (chart) => Secret.fromSecretName(chart, 'secret', 'secret'), found: [] },
    { it: 'as a plain object with the key', make: (chart) => plain(chart, { data: { KEY: 'eA==' } }), found: [] },
    { it: 'as a plain object without it', make: (chart) => plain(chart, { data: { OTHER: 'eA==' } }), found: ['wrong-secret-key'] },
    { it: 'whose data is known at the end', make: (chart) => plain(chart, { data: Lazy.any({ produce: () => ({ OTHER: 'eA==' }) }) }), found: ['wrong-secret-key'] },
    { it: 'that somebody fills later', make: (chart) => plain(chart, {}), found: [] },
    { it: 'named, and defined in the program', make: (chart) => { plain(chart, { stringData: { OTHER: 'x' } }); return { name: 'secret' }; }, found: ['wrong-secret-key'] },
    { it: 'named like one of another namespace', make: (chart) => { plain(chart, { stringData: { OTHER: 'x' } }, { namespace: 'far' }); return { name: 'secret' }; }, found: [] },
    { it: 'in another namespace', make: (chart) => plain(chart, { stringData: { KEY: 'x' } }, { namespace: 'far' }), found: ['other-namespace'] },
    { it: 'whose keys are told, with the key', make: () => SecretRef.fromName('secret', { keys: ['KEY'] }), found: [] },
    { it: 'whose keys are told, without it', make: () => SecretRef.fromName('secret', { keys: ['OTHER'] }), found: ['wrong-secret-key'] },
    { it: 'of which nothing is known', make: () => SecretRef.fromName('secret'), found: [] },
    { it: 'without a name', make: () => ({ name: '' }), found: ['required'] },
  ])('$it gives $found', ({ make, found }) => {
    expect(check(make)).toEqual(found);
  });

  test('never shows a value', () => {
    const chart = new Chart(new App(), 'fleet');
    const from = new ApiObject(chart, 'reader', { apiVersion: 'v1', kind: 'ConfigMap' });
    expect(JSON.stringify(checkSecret(from, plain(chart, { stringData: { OTHER: 'hunter2' } }), ['KEY'], 'the reader', 'credentials'))).not.toContain('hunter2');
  });
});
