import type { TaskSpawner } from '@taskwright/schema';
import { GitHubClients } from '../../../src/github/github-clients.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { silentLog } from '../../../src/kube/log.ts';
import type { SlackBot, SlackCommand, SlackMessage } from '../../../src/sources/slack/slack-event.ts';
import type { SlackDetails } from '../../../src/sources/slack/slack-source.ts';
import type { SourceContext, TriggerConfig } from '../../../src/sources/source.ts';

export const CHANNEL = 'C0123ABCD';
export const bot: SlackBot = { userId: 'UBOT', botId: 'BBOT' };

export function aMessage(changes: Partial<SlackMessage> = {}): SlackMessage {
  return { kind: 'message', channel: CHANNEL, user: 'UANN', botId: '', subtype: '', text: '<@UBOT> fix the login', ts: '1763764800.000100', threadTs: '', attachments: [], files: [], ...changes };
}

export function aCommand(changes: Partial<SlackCommand> = {}): SlackCommand {
  return { kind: 'command', channel: CHANNEL, user: 'UANN', command: '/fix', text: 'the login', triggerId: '13345224609.738474920', responseUrl: '', ...changes };
}

export function aSpawner({ name = 'helpers', slack = {}, prompt }: { name?: string; slack?: TriggerConfig<'slack'>; prompt?: string } = {}): TaskSpawner {
  return {
    metadata: { name, namespace: 'team', uid: `uid-of-${name}` },
    spec: { suspend: false, when: { slack }, taskTemplate: { worker: { type: 'claude-code', credentials: { type: 'none' } }, ...(prompt === undefined ? {} : { promptTemplate: prompt }) } },
  };
}

export function contextOf(spawner: TaskSpawner): SourceContext {
  const fetch = () => Promise.reject(new Error('nothing is fetched here'));
  return { spawner, readSecret: async () => undefined, fetch, github: new GitHubClients({ clock: systemClock, fetch }), clock: systemClock, signal: new AbortController().signal, log: silentLog };
}

/** Counts what is asked for. */
export function countedDetails(answers: Partial<{ permalink: string; userName: string; conversation: Awaited<ReturnType<SlackDetails['conversation']>> }> = {}): SlackDetails & { readonly asked: string[] } {
  const asked: string[] = [];
  const answer = <T>(name: string, value: T) => async () => {
    asked.push(name);
    return value;
  };
  return { asked, permalink: answer('permalink', answers.permalink ?? ''), userName: answer('userName', answers.userName ?? ''), conversation: answer('conversation', answers.conversation) };
}
