import { figure, median } from '../figure.ts';
import type { BenchServer } from '../server.ts';
import type { OperatorSide } from './side.ts';

/** Ours, and the one in Go where Go is. */
export interface Sides {
  readonly ours: OperatorSide;
  readonly go?: OperatorSide;
}

type Results<Result> = Readonly<Record<keyof Sides, readonly Result[]>>;

export interface Rounds {
  readonly server: BenchServer;
  readonly sides: Sides;
  readonly rounds: number;
}

/** Measures each side in every round, in a namespace of its own; who is first changes. */
export async function alternate<Result>(bench: Rounds, measure: (side: OperatorSide, namespace: string) => Promise<Result>): Promise<Results<Result>> {
  return alternateOn(bench, (side) => inNamespace(bench.server, (namespace) => measure(side, namespace)));
}

/** The same on what is there already. */
export async function alternateOn<Result>({ sides, rounds }: Rounds, measure: (side: OperatorSide) => Promise<Result>): Promise<Results<Result>> {
  const results: Record<keyof Sides, Result[]> = { ours: [], go: [] };
  for (let round = 0; round < rounds; round += 1) {
    const order = Object.entries(sides) as [keyof Sides, OperatorSide][];
    for (const [name, side] of round % 2 === 0 ? order : order.reverse()) {
      results[name].push(await measure(side));
    }
  }
  return results;
}

export async function inNamespace<Result>(server: BenchServer, act: (namespace: string) => Promise<Result>): Promise<Result> {
  const namespace = `bench-${process.pid}-${(namespaces += 1)}`;
  await server.namespace(namespace);
  const result = await act(namespace);
  await server.empty(namespace);
  return result;
}

let namespaces = 0;

/** Prints the median of each side, and the ratio of the two. */
export function compare(name: string, unit: string, results: Results<number>): void;
export function compare<Result>(name: string, unit: string, results: Results<Result>, of: (result: Result) => number): void;
export function compare<Result>(name: string, unit: string, results: Results<Result>, of = (result: Result) => result as number): void {
  const [ours, go] = [results.ours.map(of), results.go.map(of)];
  figure('operator', `ours: ${name}`, median(ours), unit);
  if (go.length === 0) return;
  figure('operator', `Go: ${name}`, median(go), unit);
  if (median(go) > 0) figure('operator', `ours over Go: ${name}`, median(ours) / median(go), 'ratio');
}
