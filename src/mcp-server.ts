import type { EnvValue } from './env-value';
import type * as l1 from './l1';
import { checkFileName } from './private/names';
import { type Problem, quote } from './private/problem';
import { checkMade } from './private/shape';
import type { ISecretRef } from './secret-ref';

/** An MCP server that runs as a process beside the agent. */
export interface StdioMcpServerOptions {
  /** The program to run. It has to be in the image of the agent. */
  readonly command: string;
  /**
   * Its arguments.
   *
   * @default - none
   */
  readonly args?: string[];
  /**
   * Its environment.
   *
   * @default - that of the agent
   */
  readonly env?: { [name: string]: EnvValue };
  /**
   * A Secret whose every key is a variable. It wins over `env`, unlike in a Pod.
   *
   * @default - none
   */
  readonly envFrom?: ISecretRef;
}

/** An MCP server that is reached over the network. */
export interface RemoteMcpServerOptions {
  /** Where it is: `http://` or `https://`. */
  readonly url: string;
  /**
   * Headers to send with each request, in plain text.
   *
   * @default - none
   */
  readonly headers?: { [name: string]: string };
  /**
   * A Secret whose every key is a header. It wins over `headers`.
   *
   * @default - none
   */
  readonly headersFrom?: ISecretRef;
}

/** A server that gives an agent tools, by the Model Context Protocol. */
export abstract class McpServer {
  /**
   * A process beside the agent.
   *
   * @param name what the agent calls it; of two with one name in the configs of a Task the later wins
   * @param options how it is started
   */
  public static stdio(name: string, options: StdioMcpServerOptions): McpServer {
    return new StdioMcpServer(name, options);
  }

  /**
   * A server that speaks streamable HTTP.
   *
   * @param name what the agent calls it; of two with one name in the configs of a Task the later wins
   * @param options where it is
   */
  public static http(name: string, options: RemoteMcpServerOptions): McpServer {
    return new RemoteMcpServer(name, 'http', options);
  }

  /**
   * A server that speaks server-sent events, the older of the two protocols over HTTP.
   *
   * @param name what the agent calls it; of two with one name in the configs of a Task the later wins
   * @param options where it is
   */
  public static sse(name: string, options: RemoteMcpServerOptions): McpServer {
    return new RemoteMcpServer(name, 'sse', options);
  }

  protected constructor(
    /** What the agent calls it. */
    public readonly name: string,
  ) {}

  /** @internal */
  public abstract _render(): l1.McpServer;

  /** What cannot be rendered, because a factory was passed by. @internal */
  public _checkShape(_path: string): Problem[] {
    return [];
  }

  /** @internal */
  public abstract _check(path: string): Problem[];
}

class StdioMcpServer extends McpServer {
  public constructor(name: string, private readonly options: StdioMcpServerOptions) {
    super(name);
  }

  public _render(): l1.McpServer {
    const { command, args, env, envFrom } = this.options;
    return {
      name: this.name,
      type: 'stdio',
      command,
      args,
      env: env && Object.entries(env).map(([name, value]) => value._render(name)),
      envFrom: envFrom && { secretRef: { name: envFrom.name } },
    };
  }

  public _checkShape(path: string): Problem[] {
    return Object.entries(this.options.env ?? {}).flatMap(([name, value]) => checkMade(value, '_render', 'EnvValue.fromValue(text), .fromSecret(…) or .fromConfigMap(…)', `${path}.env.${name}`));
  }

  public _check(path: string): Problem[] {
    const { command, env = {} } = this.options;
    const problems = checkFileName(this.name, `${path}.name`);
    if (command === '') problems.push({ code: 'required', path: `${path}.command`, fix: 'name the program to run' });
    for (const name of Object.keys(env)) {
      if (name === '' || name.includes('=')) problems.push({ code: 'invalid-name', path: `${path}.env`, got: quote(name), allowed: 'it must not be empty nor hold =' });
    }
    return problems;
  }
}

class RemoteMcpServer extends McpServer {
  public constructor(name: string, private readonly type: 'http' | 'sse', private readonly options: RemoteMcpServerOptions) {
    super(name);
  }

  public _render(): l1.McpServer {
    const { url, headers, headersFrom } = this.options;
    return { name: this.name, type: this.type, url, headers, headersFrom: headersFrom && { secretRef: { name: headersFrom.name } } };
  }

  public _check(path: string): Problem[] {
    const { url } = this.options;
    const problems = checkFileName(this.name, `${path}.name`);
    const isUrl = typeof url !== 'string' || url.includes('${Token[') || /^https?:\/\/[^/\s]+/.test(url);
    if (!isUrl) problems.push({ code: 'invalid-url', path: `${path}.url`, got: quote(url), allowed: 'it has to begin with http:// or https://' });
    return problems;
  }
}
