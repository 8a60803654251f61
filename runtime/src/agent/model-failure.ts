import { oneLine } from './step-error.ts';

/** What agents and the libraries in them write of an endpoint, by what it means to whoever runs the Task; the first that fits counts. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/\b40[13]\b|unauthori[sz]ed|unauthenticated|permission_denied|invalid (?:x-)?api[ -]key|api[_ ]key[_ ](?:invalid|not valid)|incorrect api key/i, 'the model endpoint refused the credentials, check the Secret'],
  [/\b429\b|rate.?limit|too many requests|quota|resource_exhausted/i, 'the rate limit or quota of the model is used up'],
  [/\b5(?:0\d|29)\b|overloaded|high demand|at capacity|unavailable|internal server error/i, 'the model endpoint is overloaded or failing'],
  [/\b404\b|model[_ ]not[_ ]found|not found|does not exist/i, 'the model endpoint does not know what was asked for, check the model and the base URL'],
  [/enotfound|econnrefused|lookup address|error sending request|connection failed|unable to connect|timed? ?out/i, 'the model endpoint cannot be reached'],
  [/disconnected|stream closed|econnreset|premature|terminated|cut off|unexpected end|invalid stream|incomplete json|json/i, 'the answer of the model broke off'],
];
const LONGEST_REASON = 300;

/** Why an agent could not go on, in the words of a Task's message: what it means, then what the agent said. */
export function modelFailure(title: string, said: string): string {
  const kind = KINDS.find(([pattern]) => pattern.test(said))?.[1];
  const reason = oneLine(said, LONGEST_REASON);
  return `${title} failed${kind === undefined ? '' : `: ${kind}`}${reason === '' ? '' : `: ${reason}`}`;
}
