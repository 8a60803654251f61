import type { SessionSpawnerSpec } from '@taskwright/schema';
import { inside, type Find, type Props } from './find.ts';
import { sessionProps } from './session.ts';
import { templateText, variablesOf } from './template-text.ts';
import { triggerOf } from './trigger.ts';

/** The first prompt and the branch are templates, which read the event of the trigger. */
export function sessionSpawnerProps({ when, sessionTemplate, credentials }: SessionSpawnerSpec, find: Find): Props | undefined {
  const trigger = triggerOf(when, find);
  const session = trigger && sessionProps(sessionTemplate, inside(find, 'sessionTemplate'), credentials);
  if (!session) return undefined;
  const { initialPrompt, initialBranch } = sessionTemplate;
  const event = variablesOf(trigger);
  const template = (text: string | undefined) => (text === undefined ? undefined : templateText(text, event));
  return { trigger, ...session, initialBranch: template(initialBranch), initialPrompt: template(initialPrompt) };
}
