/** One figure as one line of JSON, so that runs can be compared by programs. */
export function figure(bench: string, name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ bench, figure: name, value: Number(value.toPrecision(4)), unit })}\n`);
}

/** The middle value, which one disturbed round does not move. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
