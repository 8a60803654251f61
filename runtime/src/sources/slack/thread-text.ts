import { messageText } from './message-text.ts';
import { isOurs, type SlackBot, type SlackMessage } from './slack-event.ts';

/** Longer conversations are cut at their beginning: what was said last is what is asked for. In characters. */
export const LONGEST_THREAD_TEXT = 64 * 1024;

/** A conversation as a prompt has it: from the oldest to the newest, with who of the two sides spoke. */
export function threadText(messages: readonly SlackMessage[], bot: SlackBot, leftOut = 0): string {
  const said = messages.filter(({ text, attachments }) => text !== '' || attachments.length > 0).map((message) => {
    const speaker = message.botId !== '' || isOurs(message, bot) ? 'Agent' : 'User';
    return `${speaker}: ${messageText({ ...message, text: message.text || '[attachment]' })}`;
  });
  const kept: string[] = [];
  let length = 0;
  for (const part of said.toReversed()) {
    length += part.length + 2;
    if (length > LONGEST_THREAD_TEXT && kept.length > 0) break;
    kept.unshift(length > LONGEST_THREAD_TEXT ? part.slice(0, LONGEST_THREAD_TEXT) : part);
  }
  const earlier = leftOut + said.length - kept.length;
  return ['Slack thread conversation:', ...(earlier > 0 ? [`(${earlier} earlier messages are left out)`] : []), ...kept].join('\n\n');
}
