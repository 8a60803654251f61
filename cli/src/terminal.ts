/** What a person sees: colours and tables. */
import { styleText } from 'node:util';
import type { Io } from './io.ts';

type Style = Parameters<typeof styleText>[0];

/** Colours on a terminal, plain text everywhere else. */
export function painter({ isTerminal }: Pick<Io, 'isTerminal'>): (style: Style, text: string) => string {
  return (style, text) => (isTerminal ? styleText(style, text, { validateStream: false }) : text);
}

/** Columns as wide as their widest cell, two spaces apart, no space at the end of a line. A cell stays in its line, whoever wrote it. */
export function table(header: readonly string[], written: readonly (readonly string[])[]): string {
  const rows = written.map((cells) => cells.map((cell) => harmless(cell).replace(/[\t\n]+/g, ' ')));
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd();
  return `${[header, ...rows].map(line).join('\n')}\n`;
}

/** `850 ms`, `12.3 s`, `4 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** At most `width` characters, the last of which says that there was more. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
}

/**
 * Text from agents on a person's terminal: without the escape sequences that could move the cursor or rename the window, and without
 * what makes a line read otherwise than it is written.
 */
export function harmless(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}
