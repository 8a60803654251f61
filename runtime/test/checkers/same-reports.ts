import { isDeepStrictEqual } from 'node:util';
import type { Outside } from '../faults/outside.ts';
import type { Run } from './run.ts';

/** What is told of Tasks where their events came from is, in the end, what is told where nothing goes wrong. */
export function sameReports({ outside, expected, workload }: Pick<Run, 'outside' | 'expected' | 'workload'>): string[] {
  return expected.flatMap((undisturbed, index) => {
    if (!workload[index]!.isSpawned) return [];
    const [wanted, got] = [toldOn(undisturbed.outside), toldOn(outside)];
    const others = Object.keys(wanted).filter((subject) => !isDeepStrictEqual(wanted[subject], got[subject]));
    return others.map((subject) => `${subject} says ${JSON.stringify(got[subject])}, undisturbed ${JSON.stringify(wanted[subject])}`);
  });
}

/** By issue, or commit: what stands there, without ids and times. */
function toldOn({ github }: Outside): Record<string, unknown> {
  return Object.fromEntries([...github.repositories].flatMap(([path, repository]) => [
    ...[...repository.issues].map(([number, { labels }]) => [`${path}#${number}`, {
      comments: repository.commentsOf(number).map(({ body }) => body),
      labels: labels.map((label) => (typeof label === 'string' ? label : label.name)).sort(),
      reactions: [...repository.reactions].filter(([of]) => of === `issues/${number}`).flatMap(([, contents]) => contents).sort(),
    }] as const),
    ...repository.checks.map(({ head_sha: sha, name }) => [`${path}@${sha} ${name}`, repository.checks.filter((check) => check.head_sha === sha && check.name === name).map(({ status, conclusion, output }) => ({ status, conclusion, output }))] as const),
  ]));
}
