import type { TaskSpawnerSpec } from '@taskwright/schema';
import { call, type Call, literal, members } from '../expression.ts';
import type { Find } from './find.ts';
import { durationOf } from './duration.ts';
import { chosen, list, optional } from './members.ts';
import { secretNamed } from './secret.ts';
import { type Readable, templateText } from './template-text.ts';

type ContextSource = NonNullable<TaskSpawnerSpec['taskTemplate']['contextSources']>[number];

/** A text that is fetched; its request may read the event. */
export function contextSource({ name, http, failurePolicy }: ContextSource, find: Find, event: Readable): Call {
  const { url = '', headers, headersFrom, body, githubAppAuth, responseFilter, timeoutSeconds } = http ?? {};
  const own = chosen(http ?? {}, ['method', 'maxResponseBytes', 'allowInsecure'], find, 'contextSources', '[]', 'http');
  return call('ContextSource.http', literal(name), members({
    url: templateText(url, event),
    method: own['method'],
    headers: headers && members(Object.fromEntries(Object.entries(headers).map(([header, value]) => [header, templateText(value, event)]))),
    headersFrom: headersFrom && list(headersFrom.map(({ header, secretName, secretKey }) => (
      members({ header: literal(header), secret: secretNamed(secretName), key: literal(secretKey) })
    ))),
    body: body === undefined ? undefined : templateText(body, event),
    githubApp: githubAppAuth && secretNamed(githubAppAuth.secretRef.name),
    githubApiUrl: optional(githubAppAuth?.apiBaseURL),
    jsonPath: optional(responseFilter?.expression),
    timeout: timeoutSeconds === undefined ? undefined : durationOf(timeoutSeconds),
    maxResponseBytes: own['maxResponseBytes'],
    allowInsecure: own['allowInsecure'],
    failurePolicy: failurePolicy && literal(failurePolicy, true),
  }));
}
