import type { EventFacts } from './event-facts.ts';
import type { Payload } from './payload-reading.ts';
import { payloadView } from './payload-view.ts';

/** What templates may read of a delivery. What is empty and not of every event is left out, as templates that ask whether it is there expect. */
export function eventVariables(facts: EventFacts, payload: Payload): Readonly<Record<string, unknown>> {
  const { number, check } = facts;
  return {
    Event: facts.event,
    Action: facts.action,
    Sender: facts.sender,
    Ref: facts.ref,
    Repository: facts.repository,
    RepositoryOwner: facts.owner,
    RepositoryName: facts.name,
    Payload: payloadView(payload),
    ID: facts.id,
    Title: facts.title,
    Kind: 'webhook',
    ChangedFiles: facts.changedFiles ?? [],
    ...(number !== undefined && { Number: BigInt(number) }),
    ...present({
      Body: facts.body,
      URL: facts.url,
      Branch: facts.branch,
      CommentBody: facts.commentBody,
      CommentURL: facts.commentUrl,
      Tag: facts.tag,
      RefType: facts.refType,
      HeadSHA: facts.headSha,
      CheckName: check?.name,
      Conclusion: check?.conclusion,
      CheckRunURL: check && facts.url,
      CheckApp: check?.app,
    }),
  };
}

function present(texts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text));
}
