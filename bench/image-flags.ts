import { readFileSync } from 'node:fs';

/** What the image of the operator tells Node, so that what is measured is what runs in a cluster. */
export function imageFlags(): string[] {
  const dockerfile = readFileSync(new URL('../images/Dockerfile', import.meta.url), 'utf8');
  const entryPoints = [...dockerfile.matchAll(/^ENTRYPOINT (\[.*\/operator\.mjs"\])$/gm)];
  if (entryPoints.length !== 1) throw new Error(`images/Dockerfile: has ${entryPoints.length} entry points that start the operator; the bench reads the flags of exactly one`);
  const command = JSON.parse(entryPoints[0]![1]!) as string[];
  return command.slice(command.indexOf('node') + 1, -1);
}
