import { type Task, taskResource } from '@taskwright/schema';
import type { KubeClient } from '../../kube/client.ts';
import { type Place, type Posting, type SlackApi, SlackError } from '../slack-api.ts';
import { LONGEST_SECTION } from './blocks.ts';
import { cutTo } from './runes.ts';

export interface TaskReportOptions {
  readonly api: SlackApi;
  readonly client: KubeClient;
  /** Another process may have told of a Task that was made before this. */
  readonly since: Date;
  /** Hears of the Task as it was written. */
  readonly remember: (task: Task) => void;
}

export interface Posted {
  readonly ts: string;
  /** Left by somebody who died before it was written down: what it says may be of then. */
  readonly isNew: boolean;
}

/** The API server's clock and ours may differ by this. */
const MOST_SKEW_MS = 60_000;
/** What Slack says of a message that cannot be changed any more. */
const GONE = ['message_not_found', 'cant_update_message', 'edit_window_closed'];
/** What it says of blocks that it does not take, whatever we know of its limits. */
const REFUSED_BLOCKS = ['invalid_blocks', 'invalid_blocks_format', 'invalid_attachments', 'msg_blocks_too_long'];

/**
 * The messages of one Task, each posted once.
 *
 * **Guarantee** A message is posted at most once, however often its post is asked for and whatever dies in between: what was posted is written on the Task, and what may have been posted
 * without that is looked for in the thread first, by the marker that it carries.
 */
export class TaskReport {
  readonly #options: TaskReportOptions;
  readonly #place: Place;
  #task: Task;
  /** By their marker: posted, though it may not be written on the Task yet. */
  readonly #posted = new Map<string, string>();
  /** Markers whose post was not answered. */
  readonly #doubtful = new Set<string>();

  constructor(task: Task, place: Place, options: TaskReportOptions) {
    this.#task = task;
    this.#place = place;
    this.#options = options;
  }

  /** The Task as it is known now. */
  set task(task: Task) {
    this.#task = task;
  }

  get task(): Task {
    return this.#task;
  }

  /** Posts a message, unless that was done, and writes down what `note` makes of its `ts`. */
  async post(name: string, message: Posting, note: (ts: string) => Record<string, string>, signal: AbortSignal): Promise<Posted> {
    const marker = this.#markerOf(name);
    const known = this.#posted.get(marker) ?? (await this.#found(marker));
    const ts = known ?? (await this.#send(marker, message));
    this.#posted.set(marker, ts);
    await this.note(note(ts), signal);
    return { ts, isNew: known === undefined };
  }

  /** It was taken away: it may be posted anew. */
  forget(name: string): void {
    this.#posted.delete(this.#markerOf(name));
  }

  /** Changes a message. False: it is gone. */
  async update(ts: string, message: Posting): Promise<boolean> {
    const { api } = this.#options;
    try {
      await withPlainText(message, (posting) => api.update(this.#place, ts, posting));
      return true;
    } catch (error) {
      if (error instanceof SlackError && GONE.includes(error.code)) return false;
      throw error;
    }
  }

  /** Writes on the Task what was told. Nothing is written that is there. */
  async note(annotations: Readonly<Record<string, string | null>>, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid, annotations: before = {} } = this.#task.metadata;
    if (Object.entries(annotations).every(([key, value]) => (before[key] ?? null) === value)) return;
    // The uid: another Task of that name is not meant.
    const written = await this.#options.client.patchMerge<Task>(taskResource, { namespace, name: name! }, { metadata: { uid, annotations } }, { signal });
    this.#task = { ...this.#task, metadata: written.metadata };
    this.#options.remember(written);
  }

  #markerOf(name: string): string {
    return `${this.#task.metadata.uid}/${name}`;
  }

  /** The first message of this process about a Task that may be from before it is looked for, and so is one whose answer was lost. */
  async #found(marker: string): Promise<string | undefined> {
    const { api, since } = this.#options;
    const isOurs = Date.parse(this.#task.metadata.creationTimestamp ?? '') > since.getTime() + MOST_SKEW_MS;
    return isOurs && !this.#doubtful.has(marker) ? undefined : api.find(this.#place, marker);
  }

  async #send(marker: string, message: Posting): Promise<string> {
    const { api } = this.#options;
    try {
      return await withPlainText(message, (posting) => api.post(this.#place, posting, marker));
    } catch (error) {
      this.#doubtful.add(marker);
      throw error;
    }
  }
}

/** Where Slack refuses the blocks of an agent's text, the text alone says as much. */
async function withPlainText<T>(message: Posting, send: (message: Posting) => Promise<T>): Promise<T> {
  try {
    return await send(message);
  } catch (error) {
    if (!(error instanceof SlackError) || !REFUSED_BLOCKS.includes(error.code)) throw error;
    return send({ text: message.text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: cutTo(message.text, LONGEST_SECTION) } }] });
  }
}
