import { App, Chart } from 'cdk8s';
import { expect } from 'vitest';

/** What a program comes to: its objects, or the lines by which synth refuses it. */
export type Expected = readonly object[] | { readonly refused: readonly string[] };

/**
 * The one door of the construct tests: runs a program in a chart called `fleet` and compares what synth makes of it.
 *
 * Objects are compared whole, so that nothing extra goes unseen; of a refusal every line is, in its order.
 */
export function expectSynth(program: (chart: Chart) => void, expected: Expected): void {
  const chart = new Chart(new App(), 'fleet');
  program(chart);
  if ('refused' in expected) expect(refusalOf(chart)).toEqual(expected.refused);
  else expect(chart.toJson()).toEqual(expected);
}

function refusalOf(chart: Chart): string[] {
  try {
    chart.toJson();
  } catch (error) {
    const [header, ...lines] = String((error as Error).message).split('\n');
    expect(header).toBe('Validation failed with the following errors:');
    return lines.map((line) => line.trim());
  }
  return [];
}
