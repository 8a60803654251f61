import { LineSplitter } from '../../agent/line-splitter.ts';
import { agentEvents, type Happening } from './agent-events.ts';
import { toolActivity } from './tool-activity.ts';

/** What the end of an agent's log tells about its work. */
export interface LogNews {
  /** What the agent said last. Empty: nothing. */
  readonly said: string;
  /** What it does now. Empty: it just spoke, or nobody knows. */
  readonly activity: string;
}

/** A longer line is cut, and says nothing then: an event with a large file in it is some megabytes. */
const LONGEST_LINE_BYTES = 8 * 1024 * 1024;

/** Reads a log of any length in the memory of its longest line. */
export async function readNews(agent: string, log: AsyncIterable<Uint8Array>): Promise<LogNews> {
  const splitter = new LineSplitter(LONGEST_LINE_BYTES);
  const events = new News();
  const readable = new News();
  let isReadable = false;
  const read = (lines: Iterable<{ text: string; cut: boolean }>) => {
    for (const { text, cut } of lines) {
      if (cut) continue;
      const event = eventIn(text);
      if (event) for (const happening of agentEvents(agent, event)) events.take(happening);
      else if (!text.trimStart().startsWith('{')) {
        isReadable ||= /^(?:> |\* started)/.test(text);
        readable.take(happeningIn(text));
      }
    }
  };
  for await (const chunk of log) read(splitter.push(Buffer.from(chunk)));
  read(splitter.end());
  // Other images print events; ours print lines for people, which are taken for nothing else unless one is surely of that kind.
  return events.isEmpty && isReadable ? readable : events;
}

class News implements LogNews {
  said = '';
  activity = '';

  get isEmpty(): boolean {
    return this.said === '' && this.activity === '';
  }

  take(happening: Happening | undefined): void {
    if (happening === undefined) return;
    if ('activity' in happening) this.activity = happening.activity;
    else {
      this.said = happening.said;
      this.activity = '';
    }
  }
}

function eventIn(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** What a line says that our own agent program writes for people: `> Tool argument`, results further in, remarks with a mark of their own, and else what the agent said. */
function happeningIn(line: string): Happening | undefined {
  const used = /^> (\S+) ?(.*)$/.exec(line);
  if (used) return { activity: toolActivity(used[1]!, used[2]!) };
  return line.trim() === '' || /^(?: {2}|[!*] |---)/.test(line) ? undefined : { said: line.trim() };
}
