import { createHash } from 'node:crypto';
import { SOURCE_ANNOTATIONS, type TaskSpawner } from '@taskwright/schema';
import type { PushedSource } from '../source.ts';
import type { SourceEvent } from '../source-event.ts';
import { objectionTo } from './matches.ts';
import { withoutLeadingMentions } from './mention.ts';
import { messageText } from './message-text.ts';
import { eventIdOf, isOurs, isReply, type SlackBot, type SlackEvent, type SlackMessage } from './slack-event.ts';
import { threadText } from './thread-text.ts';

/** What Slack sent, and how to ask for the rest of it. */
export interface SlackDelivery {
  readonly event: SlackEvent;
  readonly bot: SlackBot;
  readonly details: SlackDetails;
}

/** What takes a request, each made at most once and only when a template reads it. All give up in bounded time, with nothing. */
export interface SlackDetails {
  /** The address of the message. Empty where it cannot be found out. */
  permalink(): Promise<string>;
  /** The name of who wrote it; their ID where it cannot be found out. */
  userName(): Promise<string>;
  /** The thread that the message belongs to. */
  conversation(): Promise<SlackConversation | undefined>;
}

export interface SlackConversation {
  /** From the oldest to the newest. */
  readonly messages: readonly SlackMessage[];
  /** Messages that there are besides, before these. */
  readonly leftOut: number;
}

const { slackReporting, slackChannel, slackUserId, slackThread } = SOURCE_ANNOTATIONS;

/** Messages and slash commands of Slack. */
export const slackSource: PushedSource<'slack', SlackDelivery> = {
  trigger: 'slack',
  async match(config, delivery, { spawner }) {
    const { event, bot } = delivery;
    const objection = objectionTo(config, event, bot);
    if (objection) return { id: eventIdOf(event), summary: summaryOf(event), ...objection };
    return event.kind === 'command' ? ofCommand(delivery, event, spawner) : ofMessage(delivery, event, spawner);
  },
};

/** For people: nothing in it was written by a stranger. */
export function summaryOf(event: SlackEvent): string {
  return event.kind === 'command' ? `slash command ${event.command} in ${event.channel}` : `message ${event.ts} in ${event.channel}`;
}

async function ofMessage({ bot, details }: SlackDelivery, event: SlackMessage, spawner: TaskSpawner): Promise<SourceEvent> {
  const reads = readBy(spawner);
  const conversation = isReply(event) && reads('Body') ? await details.conversation() : undefined;
  const thread = event.threadTs || event.ts;
  const actor = event.user || event.botId;
  return {
    id: eventIdOf(event),
    nameSuffix: suffixOf(`${event.channel}-${event.ts}`),
    summary: summaryOf(event),
    variables: {
      ID: event.ts,
      Title: firstLine(event.text),
      Body: conversation ? threadText(conversation.messages, bot, conversation.leftOut) : messageText(event),
      URL: reads('URL') ? await details.permalink() : '',
      Kind: 'SlackMessage',
      Text: withoutLeadingMentions(event.text),
      User: event.user || event.botId,
      UserName: reads('UserName') ? await details.userName() : '',
      Channel: event.channel,
      Thread: thread,
      Command: '',
      Files: event.files.map(({ name, permalink }) => [name, permalink].filter((part) => part !== '').join(' ')).join('\n'),
    },
    labels: [],
    annotations: { [slackReporting]: 'enabled', [slackChannel]: event.channel, [slackUserId]: event.user, [slackThread]: thread },
    taskLabels: { [slackReporting]: 'enabled' },
    origin: { actor, subject: `${event.channel}/${thread}`, text: event.text, ...isOurs(event, bot) && { own: { key: `slack ${actor}`, ask: async () => actor } } },
  };
}

/** It has no message that could be answered to, so its Task is not reported; who typed it is told at once what became of it. */
async function ofCommand({ details }: SlackDelivery, event: Extract<SlackEvent, { kind: 'command' }>, spawner: TaskSpawner): Promise<SourceEvent> {
  const id = eventIdOf(event);
  return {
    id,
    nameSuffix: suffixOf(id),
    summary: summaryOf(event),
    variables: {
      ID: id,
      Title: firstLine(event.text),
      Body: event.text,
      URL: '',
      Kind: 'SlackMessage',
      Text: event.text,
      User: event.user,
      UserName: readBy(spawner)('UserName') ? await details.userName() : '',
      Channel: event.channel,
      Thread: '',
      Command: event.command,
      Files: '',
    },
    labels: [],
    annotations: { [slackReporting]: 'enabled', [slackChannel]: event.channel, [slackUserId]: event.user },
    origin: { actor: event.user, subject: event.channel, text: event.text },
  };
}

/** Whether the templates of the spawner may read a variable. One that only mentions its name costs a request. */
function readBy(spawner: TaskSpawner): (variable: string) => boolean {
  const templates = JSON.stringify(spawner.spec.taskTemplate);
  return (variable) => templates.includes(variable);
}

function suffixOf(identity: string): string {
  return `slack-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.trim();
}
