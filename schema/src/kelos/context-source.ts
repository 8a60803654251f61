import { z } from 'zod';
import { secretReference } from './references.ts';

const headerFromSecret = z.object({
  header: z.string().min(1).describe('Name of the HTTP header.'),
  secretName: z.string().min(1).describe('Name of a Secret in the same namespace.'),
  secretKey: z.string().min(1).describe('Key of the Secret whose value is that of the header.'),
}).meta({ title: 'HeaderFromSecret' });

const responseFilter = z.object({
  type: z.enum(['JSONPath']).describe('Language of the expression.'),
  expression: z.string().min(1).describe('What is taken from the response.'),
}).meta({ title: 'ResponseFilter' });

const githubAppAuth = z.object({
  secretRef: secretReference.describe('Secret with appID, installationID and privateKey of the App.'),
  apiBaseURL: z.string().max(2048).regex(/^https:\/\/[^/]/).optional().describe('Root of the GitHub API that gives out the token. Left out: that of github.com.'),
}).meta({ title: 'GitHubAppAuth' });

const httpSourceFields = {
  url: z.string().min(1).describe('Where to fetch from: a Go template over the variables of the event. It has to come to an https URL, unless allowInsecure says otherwise.'),
  method: z.enum(['GET', 'POST']).default('GET').describe('HTTP method. Left out: GET.'),
  headers: z.record(z.string(), z.string()).optional().describe('HTTP headers; the values are Go templates. Left out: only what headersFrom and githubAppAuth add.'),
  headersFrom: z.array(headerFromSecret).max(16).optional().describe('HTTP headers whose values are in Secrets, over those of the same name in headers. Left out: there are none.'),
  body: z.string().optional().describe('Body of the request: a Go template. For POST its type is JSON, unless a header says otherwise. Left out: it has none.'),
  timeoutSeconds: z.int32().min(1).max(60).default(10).describe('Seconds after which the request fails. Left out: 10.'),
  maxResponseBytes: z.int32().min(1).max(131_072).default(32_768).describe('Longest response in bytes; a longer one is a failure. Left out: 32768.'),
  responseFilter: responseFilter.optional().describe('Takes a part of the response. Left out: the text is the whole body.'),
  allowInsecure: z.boolean().optional().describe('Also allows http. Left out: only https is fetched.'),
};

/** As the older version has it. */
const plainHttpSource = z.object(httpSourceFields).meta({ title: 'HttpContextSource' });

const httpSource = z.object({
  ...httpSourceFields,
  githubAppAuth: githubAppAuth.optional().describe(
    'Sends the token of a GitHub App for its installation as Authorization, unless a header of that name is given. Left out: the request carries only its headers.',
  ),
}).meta({ title: 'HttpContextSource' });

/** Texts that are fetched for each event, at the same time, before the templates are rendered. */
function sourcesOver<Http extends z.ZodType>(http: Http) {
  const contextSource = z.object({
    name: z.string().min(1).max(64).regex(/^[a-zA-Z][a-zA-Z0-9_]*$/).describe('Name by which templates read the text: .Context.<name>.'),
    failurePolicy: z.enum(['Fail', 'Ignore']).default('Fail').describe('What a failure does: Fail makes no Task of the event, Ignore leaves the text empty. Left out: Fail.'),
    http: http.optional().describe('Fetches the text over HTTP. Left out: the source is refused, since there is no other kind.'),
  }).meta({ title: 'ContextSource', rules: [{ rule: 'has(self.http)', message: 'http is required' }] });
  return z.array(contextSource).max(8).meta({
    rules: [{ rule: 'self.map(s, s.name).size() == self.size()', message: 'names of contextSources must be unique' }],
  });
}

export const contextSources = sourcesOver(httpSource);
export const plainContextSources = sourcesOver(plainHttpSource);
