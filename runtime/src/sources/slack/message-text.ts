import type { SlackAttachment, SlackMessage } from './slack-event.ts';

/** What was written with what is attached below it, as text for an agent. */
export function messageText({ text, attachments }: Pick<SlackMessage, 'text' | 'attachments'>): string {
  return [text, ...attachments.map(attachmentText)].filter((part) => part !== '').join('\n');
}

/** What an app attached to its message: quoted, with the words that introduce it. */
export function attachmentText({ pretext, text, fallback }: SlackAttachment): string {
  const quoted = (text || fallback) === '' ? [] : (text || fallback).split('\n').map((line) => `> ${line}`);
  return [...(pretext === '' ? [] : [pretext]), ...quoted].join('\n');
}
