import type * as l1 from './l1';
import { duplicatesOf } from './private/names';
import { type Problem, listOf, quote } from './private/problem';

/** Who shares what an agent remembers, or may read it. */
export enum MemoryScope {
  /** The agent, in all its sessions. */
  AGENT = 'agent',
  /** All that speak for one user. */
  USER = 'user',
  /** All that speak for one group of users. */
  GROUP = 'group',
  /** One session. */
  SESSION = 'session',
}

/** Which tools for its memory a model gets. */
export enum MemoryTools {
  /** Those that read and those that write. */
  ALL = 'all',
  /** Those that read. */
  READ = 'read',
  /** Those that write. */
  WRITE = 'write',
}

/** How much is kept of sessions, and how much of that a request recalls. */
export interface SessionMemoryOptions {
  /**
   * The newest events of a session that a request recalls: 1 to 100.
   *
   * @default 6
   */
  readonly contextLimit?: number;
  /**
   * The sessions that are kept, 1 to 100,000. The oldest one makes room.
   *
   * @default 1000
   */
  readonly maxSessions?: number;
  /**
   * The events that are kept of a session: 1 to 10,000.
   *
   * @default 500
   */
  readonly maxSessionEvents?: number;
}

/** How an agent uses a MemoryStore. */
export interface StoredMemoryOptions {
  /**
   * Who shares what the agent remembers.
   *
   * @default MemoryScope.AGENT
   */
  readonly scope?: MemoryScope;
  /**
   * What is read when a request names no scope. It has to be among `readScopes`, where those are given.
   *
   * @default - as the store has it
   */
  readonly defaultReadScope?: MemoryScope;
  /**
   * All scopes that a request may read. More than one needs tools that read.
   *
   * @default - as the store has it
   */
  readonly readScopes?: MemoryScope[];
  /**
   * The tools for the store that the model gets.
   *
   * @default - none
   */
  readonly tools?: MemoryTools;
  /**
   * The tokens of a session that a request recalls.
   *
   * @default - as many as the store has for it
   */
  readonly tokenBudget?: number;
  /**
   * Sum up what no longer fits.
   *
   * @default - as the store does it
   */
  readonly rollingSummary?: boolean;
  /**
   * Fail a request while the store is away, instead of going on without memory.
   *
   * @default - as the store has it
   */
  readonly required?: boolean;
}

/** Where a service agent keeps its sessions. */
export class AgentMemory {
  /** In its Pod, until that ends. */
  public static local(options: SessionMemoryOptions = {}): AgentMemory {
    return new AgentMemory({ type: 'local', ...limitsOf(options) });
  }

  /** In the Redis that the operator is set up with. */
  public static redis(options: SessionMemoryOptions = {}): AgentMemory {
    return new AgentMemory({ type: 'redis', ...limitsOf(options) });
  }

  /**
   * In a MemoryStore.
   *
   * @param name the name of the store, in the namespace of the agent
   * @param options how it is used
   */
  public static store(name: string, options: StoredMemoryOptions = {}): AgentMemory {
    const { scope, defaultReadScope, readScopes, tools, tokenBudget, rollingSummary, required } = options;
    const clientParams = tokenBudget === undefined && rollingSummary === undefined ? undefined : { tokenBudget, rollingSummary };
    const failureMode = required === undefined ? undefined : required ? 'strict' : 'soft';
    return new AgentMemory({ type: 'remote', memoryStore: name, scope, defaultReadScope, readScopes, tools, clientParams, failureMode });
  }

  /** Nowhere: each request stands alone. */
  public static none(): AgentMemory {
    return new AgentMemory({ enabled: false });
  }

  private constructor(private readonly settings: l1.AgentMemory) {}

  /** @internal */
  public _render(): l1.AgentMemory {
    return this.settings;
  }

  /** @internal */
  public _check(path: string): Problem[] {
    const { memoryStore, defaultReadScope, readScopes, tools } = this.settings;
    const problems: Problem[] = [];
    if (memoryStore === '') problems.push({ code: 'required', path: `${path}.name`, fix: 'name the MemoryStore' });
    if (!Array.isArray(readScopes)) return problems;
    problems.push(...duplicatesOf(readScopes).map((scope): Problem => ({ code: 'duplicate', path: `${path}.readScopes`, got: quote(scope), fix: 'keep one of them' })));
    if (defaultReadScope !== undefined && !readScopes.includes(defaultReadScope)) {
      problems.push({ code: 'enum', path: `${path}.defaultReadScope`, got: quote(defaultReadScope), allowed: `readScopes allow ${listOf(readScopes)}` });
    }
    if (readScopes.length > 1 && tools !== MemoryTools.ALL && tools !== MemoryTools.READ) {
      problems.push({ code: 'required', path: `${path}.tools`, allowed: 'a model that may read several scopes needs MemoryTools.READ or .ALL to do so', fix: 'set it' });
    }
    return problems;
  }
}

function limitsOf({ contextLimit, maxSessions, maxSessionEvents }: SessionMemoryOptions): l1.AgentMemory {
  return { contextLimit, maxSessions, maxSessionEvents };
}
