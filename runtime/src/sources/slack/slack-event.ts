import { z } from 'zod';

/** What somebody wrote, as the sources and the thread text need it. */
export interface SlackMessage {
  readonly kind: 'message';
  readonly channel: string;
  /** The ID of the person. Empty for most bots. */
  readonly user: string;
  /** The ID of the bot. Empty for people. */
  readonly botId: string;
  readonly subtype: string;
  readonly text: string;
  /** Its time in its channel, by which it is known there. */
  readonly ts: string;
  /** The `ts` of the message that the thread began with. Empty outside of threads. */
  readonly threadTs: string;
  readonly attachments: readonly SlackAttachment[];
  readonly files: readonly SlackFile[];
}

export interface SlackAttachment {
  readonly pretext: string;
  readonly text: string;
  readonly fallback: string;
}

export interface SlackFile {
  readonly name: string;
  readonly permalink: string;
}

/** `/fix the login`, typed where messages are. Slack sends it once, and never again. */
export interface SlackCommand {
  readonly kind: 'command';
  readonly channel: string;
  readonly user: string;
  /** With its slash. */
  readonly command: string;
  readonly text: string;
  readonly triggerId: string;
  /** Where an answer may be sent within half an hour. Empty: nowhere. */
  readonly responseUrl: string;
}

export type SlackEvent = SlackMessage | SlackCommand;

/** Who we are, as `auth.test` says. Both may be empty, and are nobody then. */
export interface SlackBot {
  readonly userId: string;
  readonly botId: string;
}

/** What is no message of a person or a bot, but tells of one that was changed. */
const ABOUT_MESSAGES = ['message_changed', 'message_deleted', 'message_replied'];

const text = z.string().catch('');
const attachment = z.object({ pretext: text, text, fallback: text });
const file = z.object({ name: text, permalink: text });
const message = z.object({
  type: z.literal('message'), channel: text, user: text, bot_id: text, subtype: text, text, ts: z.string().min(1), thread_ts: text,
  attachments: z.array(attachment).catch([]), files: z.array(file).catch([]),
});
const command = z.object({ command: z.string().min(1), channel_id: z.string().min(1), user_id: text, text, trigger_id: text, response_url: text });

/** Reads an event or a message of `conversations.replies`, which leaves its channel out. Nothing: it is no message that says anything. */
export function readMessage(event: unknown, channel = ''): SlackMessage | undefined {
  const parsed = message.safeParse(event);
  if (!parsed.success) return undefined;
  const { channel: own, user, bot_id: botId, subtype, text: said, ts, thread_ts: threadTs, attachments, files } = parsed.data;
  if (ABOUT_MESSAGES.includes(subtype) || (said === '' && attachments.length === 0) || (own || channel) === '') return undefined;
  return { kind: 'message', channel: own || channel, user, botId, subtype, text: said, ts, threadTs, attachments, files };
}

/** Reads what Slack sends for a slash command. Nothing: it is none, or says nothing. */
export function readCommand(body: unknown): SlackCommand | undefined {
  const parsed = command.safeParse(body);
  if (!parsed.success || parsed.data.text.trim() === '') return undefined;
  const { command: name, channel_id: channel, user_id: user, text: said, trigger_id: triggerId, response_url: responseUrl } = parsed.data;
  return { kind: 'command', channel, user, command: name, text: said.trim(), triggerId, responseUrl };
}

/** Tells the event from all others of the workspace that can be seen with one bot. */
export function eventIdOf(event: SlackEvent): string {
  return event.kind === 'command' ? `${event.channel}:${event.command}:${event.triggerId}` : event.ts;
}

/** It answers to another message. */
export function isReply({ threadTs, ts }: SlackMessage): boolean {
  return threadTs !== '' && threadTs !== ts;
}

export function isOfBot(message: SlackMessage, bot: SlackBot): boolean {
  return message.subtype === 'bot_message' || message.botId !== '' || isOurs(message, bot);
}

/** We wrote it ourselves. */
export function isOurs({ user, botId }: SlackMessage, bot: SlackBot): boolean {
  return (user !== '' && user === bot.userId) || (botId !== '' && botId === bot.botId);
}
