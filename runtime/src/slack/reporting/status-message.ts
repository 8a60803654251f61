import type { Task } from '@taskwright/schema';
import { codeSpan, escaped } from '../mrkdwn.ts';
import type { Posting } from '../slack-api.ts';
import { type Block, context, LONGEST_SECTION, MOST_BLOCKS, section } from './blocks.ts';
import { markdownBlocks } from './markdown-blocks.ts';
import { cutTo } from './runes.ts';

/** What Slack takes as the text of a message. */
const LONGEST_TEXT = 40_000;
/** What a status says of a failure is a line, and of what is waited for as well. */
const LONGEST_STATUS = 1_000;

/** A Task that is on its way: what it waits for, or that it is worked on. */
export function acceptedMessage(task: Task): Posting {
  const { phase, message } = task.status ?? {};
  const isWaiting = phase === 'Waiting' && !!message;
  const waiting = escaped(cutTo(message ?? '', LONGEST_STATUS));
  return {
    text: `${isWaiting ? `Waiting: ${waiting}` : 'Working on your request...'}${suffix(task)}`,
    blocks: [section(isWaiting ? `:hourglass_flowing_sand: *Waiting:* ${waiting}` : ':hourglass_flowing_sand: *Working on your request...*'), context(taskLine(task))],
  };
}

/** What the agent said last, while it works. */
export function progressMessage(task: Task, said: string): Posting {
  return { text: `${escaped(said)}${suffix(task)}`, blocks: [...markdownBlocks(said).slice(0, MOST_BLOCKS - 1), context(taskLine(task))] };
}

/**
 * What a finished Task has to say, in as many messages as it takes: its response, its pull request, what went wrong. In the last message they end with what it cost, where that is known.
 */
export function finalMessages(task: Task): Posting[] {
  const { phase, message = '', results = {}, usage } = task.status ?? {};
  const hasFailed = phase === 'Failed';
  const response = decoded(results['response'] ?? '').trim();
  const pullRequest = results['pr'] ?? '';
  const error = hasFailed ? message : '';

  const head: Block[] = hasFailed ? [section(':x: *Something went wrong*')] : [];
  const cost = usage?.costUSD === undefined ? '' : ` · $${usage.costUSD}`;
  const tail: Block[] = [
    ...(pullRequest === '' ? [] : [section(`:link: *Pull Request:* ${linkTo(pullRequest)}`)]),
    ...(error === '' ? [] : [section(`:warning: *Error:* ${escaped(cutTo(error, LONGEST_STATUS))}`)]),
    context(`${taskLine(task)}${cost}`),
  ];
  const text = fallbackText(task, { response, pullRequest, error, hasFailed });
  return inParts(task, head, markdownBlocks(response), tail).map((blocks, index, all) => ({ text: index === 0 ? text : `(continued, part ${index + 1}/${all.length})${suffix(task)}`, blocks }));
}

/** Every part but the last leaves as much room as the last one's end takes, as the reference has it. */
function inParts(task: Task, head: readonly Block[], body: readonly Block[], tail: readonly Block[]): Block[][] {
  if (head.length + body.length + tail.length <= MOST_BLOCKS) return [[...head, ...body, ...tail]];
  const room = MOST_BLOCKS - Math.max(1, tail.length);
  const chunks = [body.slice(0, room - head.length)];
  for (let from = room - head.length; from < body.length; from += room) chunks.push(body.slice(from, from + room));
  return chunks.map((chunk, index) => [
    ...(index === 0 ? head : []),
    ...chunk,
    ...(index === chunks.length - 1 ? tail : [context(`${taskLine(task)} · Part ${index + 1}/${chunks.length}`)]),
  ]);
}

interface Said {
  readonly response: string;
  readonly pullRequest: string;
  readonly error: string;
  readonly hasFailed: boolean;
}

function fallbackText(task: Task, { response, pullRequest, error, hasFailed }: Said): string {
  const request = pullRequest === '' ? '' : `PR: ${pullRequest}`;
  // Without a response one line has to do.
  const lines = [response, request, error === '' || (response === '' && request !== '') ? '' : `Error: ${error}`].filter((line) => line !== '');
  const text = lines.length === 0 ? (hasFailed ? 'Failed.' : 'Done!') : escaped(lines.join('\n'));
  return cutTo(`${text}${suffix(task)}`, LONGEST_TEXT);
}

/** An agent names its pull request; only what is an address becomes a link. */
function linkTo(address: string): string {
  const isLink = /^https?:\/\/[^\s<>]+$/i.test(address) && address.length < LONGEST_SECTION / 2;
  return isLink ? `<${escaped(address.replaceAll('|', '%7C'))}>` : escaped(cutTo(address, LONGEST_STATUS / 2));
}

/** The reference has the response in base64, and takes what is none for the text itself. */
function decoded(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
}

function taskLine(task: Task): string {
  return `Task: ${codeSpan(task.metadata.name!)}`;
}

function suffix(task: Task): string {
  return ` (Task: ${escaped(task.metadata.name!)})`;
}
