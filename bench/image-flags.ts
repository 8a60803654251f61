import { readFileSync } from 'node:fs';

/** What the image of the operator tells Node, so that what is measured is what runs in a cluster. */
export function imageFlags(): string[] {
  const entryPoints = [...DOCKERFILE.matchAll(/^ENTRYPOINT (\[.*\/operator\.mjs"\])$/gm)];
  if (entryPoints.length !== 1) throw new Error(`images/Dockerfile: has ${entryPoints.length} entry points that start the operator; the bench reads the flags of exactly one`);
  const command = JSON.parse(entryPoints[0]![1]!) as string[];
  return command.slice(command.indexOf('node') + 1, -1);
}

/** The environment that it gives it, as `env` takes it: `NAME=value`. */
export function imageEnvironment(): string[] {
  const stage = /^FROM \S+ AS runtime$([^]*)/m.exec(DOCKERFILE)?.[1] ?? '';
  const variables = [...stage.matchAll(/^ENV (.+)$/gm)].flatMap(([, line]) => line!.split(' '));
  if (variables.length === 0) throw new Error('images/Dockerfile: the stage "runtime" has no ENV; the bench gives the operator what that says');
  return variables;
}

const DOCKERFILE = readFileSync(new URL('../images/Dockerfile', import.meta.url), 'utf8');
