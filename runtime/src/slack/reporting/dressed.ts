import type { Posting } from '../slack-api.ts';
import type { Block, Mrkdwn } from './blocks.ts';

/** The message with what the agent does just now, in small print below it. The message itself stays as it is. */
export function dressed(message: Posting, activity: string): Posting {
  if (activity === '' || message.blocks.length === 0) return message;
  const element: Mrkdwn = { type: 'mrkdwn', text: activity };
  const blocks = message.blocks as readonly Block[];
  const last = blocks.at(-1)!;
  const end: Block = last.type === 'context' ? { ...last, elements: [...last.elements, element] } : { type: 'context', elements: [element] };
  return { ...message, blocks: [...(last.type === 'context' ? blocks.slice(0, -1) : blocks), end] };
}
