import type { JsonObject } from '../../webhooks/delivery-json.ts';

/** What Linear posted. */
export interface LinearDelivery {
  readonly id: string;
  readonly payload: JsonObject;
  /** For questions to the API of Linear. Left out: nothing can be asked. */
  readonly apiKey?: string;
}

/** What the filters and the variables use of it. */
export interface LinearFacts {
  readonly type: string;
  readonly action: string;
  readonly id: string;
  readonly title: string;
  readonly state: string;
  /** The issue that a comment is on. */
  readonly issueId: string;
  /** `undefined` when the payload says nothing of labels. */
  readonly labels: readonly string[] | undefined;
  readonly actor?: string;
  readonly text?: string;
}

export function factsOf(payload: JsonObject): LinearFacts {
  const data = object(payload.data);
  const issue = object(data.issue);
  const type = text(payload.type);
  const actor = text(object(payload.actor).name);
  const body = text(data.body) || text(data.description);
  return {
    type,
    action: text(payload.action),
    id: text(data.id),
    title: text(data.title),
    state: text(object(data.state).name),
    issueId: type.toLowerCase() === 'comment' ? text(issue.id) || text(data.issueId) : '',
    labels: labelNames(data.labels) ?? labelNames(issue.labels),
    ...(actor === '' ? {} : { actor }),
    ...(body === '' ? {} : { text: body }),
  };
}

/** An empty list says nothing: the other place may say more. */
function labelNames(labels: unknown): string[] | undefined {
  return Array.isArray(labels) && labels.length > 0 ? labels.map((label) => text(object(label).name)).filter((name) => name !== '') : undefined;
}

function object(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Some ids are numbers. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? BigInt(Math.trunc(value)).toString() : '';
}
