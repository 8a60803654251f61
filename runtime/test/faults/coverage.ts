import { type FaultKind, faultKinds } from './faults.ts';

/** How often each fault happened in some runs, for who reads the log of a test run. */
export class Coverage {
  readonly #counts = new Map<FaultKind, number>();
  runs = 0;

  add(points: ReadonlyMap<FaultKind, number>): void {
    this.runs += 1;
    for (const [kind, count] of points) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Kinds that did not happen are there as well, with 0. */
  table(title: string): string {
    const width = Math.max(...faultKinds.map((kind) => kind.length));
    const cells = faultKinds.map((kind) => `${kind.padEnd(width)} ${String(this.#counts.get(kind) ?? 0).padStart(6)}`);
    const rows = Array.from({ length: Math.ceil(cells.length / COLUMNS) }, (_, row) => cells.filter((_cell, index) => index % Math.ceil(cells.length / COLUMNS) === row).join('   '));
    return `faults, ${title}: ${this.total} points in ${this.runs} runs\n${rows.map((row) => `  ${row}\n`).join('')}`;
  }
}

const COLUMNS = 3;
