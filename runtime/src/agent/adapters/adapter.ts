import type { Env } from '../layout.ts';

/** What an agent is configured from. */
export interface AgentInput {
  readonly env: Env;
  /** The directory it works in. */
  readonly cwd: string;
  /** Absent directory: no plugins. */
  readonly pluginDir: string;
  readonly prompt: string;
  /** The program runs as root. */
  readonly isRoot: boolean;
}

export interface AgentCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** What its standard input is. The prompt belongs here: an argument is limited to 128 KiB, and read as an option when it begins with a dash. */
  readonly input: string;
  /** Added to the environment. */
  readonly env: Env;
}

/** What a run came to. Numbers are text, as the results of a Task are. */
export interface AgentOutcome {
  readonly costUsd?: string;
  readonly inputTokens?: string;
  readonly outputTokens?: string;
  /** The agent's last words. */
  readonly response?: string;
  /** Why the run is not complete, though the agent says how it ended. */
  readonly failure?: string;
}

export interface EventReader {
  /** Takes an event of the agent's stream. Returns what a person should read of it, one entry per line. Never throws, whatever it is given. */
  read(event: unknown): string[];
  /** Undefined until the agent has said how it ended. */
  outcome(): AgentOutcome | undefined;
}

/** What is particular to one agent. Another agent is another file beside this one, and its line in `registry.ts`. */
export interface AgentAdapter {
  /** The value of `KELOS_AGENT_TYPE`. */
  readonly type: string;
  /** Writes the files by which it is configured: instructions, MCP servers, plugins. May run again on what it wrote. */
  configure(input: AgentInput): Promise<void>;
  command(input: AgentInput): Promise<AgentCommand>;
  /** For one run. */
  reader(input: AgentInput): EventReader;
}
