import { App, ApiObject, Chart } from 'cdk8s';
import { Crds } from 'cdk8s-taskwright';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = new URL('../crds/', import.meta.url);

describe('Crds', () => {
  test('is a chart with exactly the definitions that are shipped as files', () => {
    const crds = new Crds(new App(), 'crds').toJson();
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml')).map((name) => parse(readFileSync(new URL(name, folder), 'utf8')));
    expect(crds.map(({ metadata }) => metadata.name).sort()).toEqual(files.map(({ metadata }) => metadata.name).sort());
    for (const file of files) expect(crds).toContainEqual(file);
  });

  test('annotates every definition', () => {
    const crds = new Crds(new App(), 'crds', { annotations: { 'argocd.argoproj.io/sync-wave': '-1' } }).toJson();
    for (const { metadata } of crds) expect(metadata.annotations).toEqual({ 'argocd.argoproj.io/sync-wave': '-1' });
  });

  test('serves older versions where somebody converts', () => {
    const [plain, all] = [new Crds(new App(), 'crds').toJson(), new Crds(new App(), 'crds', { servesOlderVersions: true, operatorNamespace: 'agents' }).toJson()];
    interface Crd { spec: { group: string; names: { kind: string }; versions: { name: string; served: boolean }[] } }
    const served = (crds: Crd[]) => crds.filter(({ spec }) => spec.group === 'kelos.dev' && spec.versions.some(({ name, served: is }) => name === 'v1alpha1' && is)).map(({ spec }) => spec.names.kind);
    expect(served(plain)).toEqual([]);
    expect(served(all).sort()).toEqual(['AgentConfig', 'Task', 'TaskSpawner', 'Workspace']);
    const [task, taskBudget] = ['tasks', 'taskbudgets'].map((plural) => all.find(({ metadata }) => metadata.name === `${plural}.kelos.dev`));
    expect(task.spec.conversion).toEqual({
      strategy: 'Webhook',
      webhook: { conversionReviewVersions: ['v1'], clientConfig: { service: { namespace: 'agents', name: 'taskwright-webhook', path: '/convert', port: 443 } } },
    });
    expect(taskBudget.spec.conversion).toBeUndefined();
  });

  test('is found and patched by the name of a definition', () => {
    const chart = new Crds(new App(), 'crds');
    expect(ApiObject.of(chart.node.findChild('tasks.kelos.dev')).kind).toBe('CustomResourceDefinition');
    expect(Chart.isChart(chart)).toBe(true);
  });
});
