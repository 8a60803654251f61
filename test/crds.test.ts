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

  test('is found and patched by the name of a definition', () => {
    const chart = new Crds(new App(), 'crds');
    expect(ApiObject.of(chart.node.findChild('tasks.kelos.dev')).kind).toBe('CustomResourceDefinition');
    expect(Chart.isChart(chart)).toBe(true);
  });
});
