/** What a sender is told. The text never holds anything of the delivery. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const refused = (status: number, text: string, headers?: Readonly<Record<string, string>>): Answer => ({ status, text: `${text}\n`, ...(headers ? { headers } : {}) });
/** Nothing is lost when the sender comes again, and everything may be when it does not. */
const later = (text: string, seconds: number): Answer => refused(503, text, { 'retry-after': String(seconds) });
/** What is left of the body is not read, so the connection cannot be used again. */
const unread = { connection: 'close' };

/** Every answer there is; docs/webhooks.md says what a sender does about each. */
export const ANSWERS = {
  taken: { status: 200, text: '' },
  notPost: refused(405, 'Method not allowed: deliveries are posted', { allow: 'POST', ...unread }),
  noPath: refused(404, 'Not found: there are /webhook/github, /webhook/linear, /webhook/<source> and /webhook/<namespace>/<gateway>', unread),
  badPath: refused(400, 'Bad request: expected /webhook/<source> or /webhook/<namespace>/<gateway>', unread),
  notJsonType: refused(415, 'Unsupported media type: the content type has to be application/json', unread),
  tooLarge: refused(413, 'Payload too large: a delivery has at most 10 MiB', unread),
  cutOff: refused(400, 'Bad request: the body ended early', unread),
  unauthorized: refused(401, 'Unauthorized'),
  stale: refused(401, 'Unauthorized: the delivery is older than a minute'),
  notJson: refused(400, 'Bad request: the body is not JSON'),
  tooDeep: refused(400, 'Bad request: the body is nested deeper than 200 levels'),
  noObject: refused(400, 'Bad request: the body has to be a JSON object'),
  noEvent: refused(400, 'Bad request: the header X-GitHub-Event is missing'),
  notReady: { ...later('Not ready yet', 5), headers: { 'retry-after': '5', ...unread } },
  noKey: later('No secret to check signatures with: the Secret, or its key webhook-secret, is missing or empty', 60),
  paused: later('Paused: nothing is made of events until a person lifts it', 300),
  busy: { ...later('Busy', 1), headers: { 'retry-after': '1', ...unread } },
  late: later('Not done yet: it goes on, and who asks again is told what came of it', 5),
  failed: later('Not done: nothing was decided for some spawners, so it has to be delivered again', 10),
  broken: later('Internal server error', 10),
} as const satisfies Record<string, Answer>;

export type AnswerName = keyof typeof ANSWERS;
