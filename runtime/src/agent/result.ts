import { TERMINATION_MESSAGE_LIMIT_BYTES } from './termination-message.ts';

/** What a run came to, as the operator reads it. */
export interface RunResult {
  /** `key: value` lines in the order of the reference, among them `branch`, `pr`, `commit`, `cost-usd`, and `response` in base64. */
  readonly outputs: readonly string[];
  /** What the agent left of the outputs that its Task declares, checked. Absent: it declares none, or failed. */
  readonly results?: Readonly<Record<string, unknown>>;
  /** Why the Task failed. Absent: it succeeded. */
  readonly error?: string;
  /** What a program may want to know of that: it was stopped because it had spent what it may. */
  readonly reason?: 'Limit';
}

/**
 * How an agent exits that did its work and left outputs which are not as declared. It tells the Job that another Pod is of no use: it would pay for that
 * work again. EX_DATAERR of sysexits.h, which no agent uses.
 */
export const OUTPUT_INVALID_EXIT_CODE = 65;

export const START_MARKER = '---KELOS_OUTPUTS_START---';
export const END_MARKER = '---KELOS_OUTPUTS_END---';
const RESPONSE = 'response: ';
const RESULTS = 'taskwright-results: ';

/** The result for logs that are read by markers. Printed also when it is empty: the last pair counts, and it must not be one that the agent printed. */
export function markedResult({ outputs, results }: RunResult): string {
  return [START_MARKER, ...outputs, ...(results ? [RESULTS + JSON.stringify(results)] : []), END_MARKER].map((line) => `${line}\n`).join('');
}

/** A line of somebody else, so that it cannot pass for a marker. */
export function withoutMarkers(line: string): string {
  return line.replaceAll('---KELOS_OUTPUTS_', '-- KELOS_OUTPUTS_');
}

export function wholeResult(result: RunResult): string {
  return JSON.stringify({ taskwright: 1, ...result });
}

/**
 * The result within the limit of a termination message. The response is shortened first, then the declared outputs are left out, all of them, then lines
 * from the end: who reads it is told, and has the log. No line is cut, and a shortened response is still base64 of text.
 */
export function terminationResult({ outputs, results: all, error, reason }: RunResult, limitBytes = TERMINATION_MESSAGE_LIMIT_BYTES): string {
  let results = all;
  const render = (lines: readonly string[], truncated: boolean) =>
    JSON.stringify({ taskwright: 1, outputs: lines, ...(results && { results }), ...(error !== undefined && { error }), ...(reason !== undefined && { reason }), ...(truncated && { truncated }) });
  const whole = render(outputs, false);
  if (Buffer.byteLength(whole) <= limitBytes) return whole;

  const response = outputs.find((line) => line.startsWith(RESPONSE));
  const lines = outputs.filter((line) => line !== response);
  if (Buffer.byteLength(render(lines, true)) > limitBytes) results = undefined;
  while (lines.length > 0 && Buffer.byteLength(render(lines, true)) > limitBytes) lines.pop();
  if (response !== undefined && Buffer.byteLength(render([...lines, response], true)) <= limitBytes) return render([...lines, response], true);
  const room = limitBytes - Buffer.byteLength(render([...lines, RESPONSE], true));
  const shortened = response === undefined ? '' : shortenBase64(response.slice(RESPONSE.length), room);
  return render(shortened === '' ? lines : [...lines, RESPONSE + shortened], true);
}

/** Base64 of at most `length` characters for the beginning of the text, which ends between two characters and with an ellipsis. */
function shortenBase64(encoded: string, length: number): string {
  const ellipsis = '…';
  const bytes = Math.floor(Math.max(length, 0) / 4) * 3 - Buffer.byteLength(ellipsis);
  if (bytes <= 0) return '';
  const text = Buffer.from(encoded, 'base64');
  let end = Math.min(bytes, text.length);
  while (end > 0 && (text[end]! & 0xc0) === 0x80) end--; // the middle of a character
  return Buffer.concat([text.subarray(0, end), Buffer.from(ellipsis)]).toString('base64');
}
