import { decodeBody, mediaTypeOf, PROTOBUF } from './request-body.ts';
import type { ApiRequest } from './request-handler.ts';
import type { RequestPath } from './request-path.ts';
import { isObject, type JsonObject } from './json.ts';

const ALL_RULES = {
  incomplete: false,
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};

const ANSWERS: Record<string, JsonObject> = {
  'authorization.k8s.io/selfsubjectaccessreviews': { allowed: true, reason: 'the embedded server has one user, who may do everything' },
  'authorization.k8s.io/selfsubjectrulesreviews': ALL_RULES,
  'authentication.k8s.io/selfsubjectreviews': { userInfo: { username: 'taskwright', groups: ['system:masters', 'system:authenticated'] } },
};

const KINDS: Record<string, string> = {
  selfsubjectaccessreviews: 'SelfSubjectAccessReview',
  selfsubjectrulesreviews: 'SelfSubjectRulesReview',
  selfsubjectreviews: 'SelfSubjectReview',
};

/** Answers "may I?" and "who am I?". The embedded server is for one person on one machine: whoever it lets in may do everything. */
export function reviewAccess({ group, version, plural }: RequestPath & { of: 'resource' }, { method, body, headers }: ApiRequest): JsonObject | undefined {
  const status = ANSWERS[`${group}/${plural}`];
  if (status === undefined || version !== 'v1' || method !== 'POST') return undefined;
  // kubectl asks in protobuf. The answer does not depend on the question.
  const isProtobuf = mediaTypeOf(headers['content-type']) === PROTOBUF;
  const review = isProtobuf ? {} : decodeBody(body, headers['content-type']);
  return { apiVersion: `${group}/${version}`, kind: KINDS[plural], ...(isObject(review) ? review : {}), status };
}
