import type { EnvValue } from './env-value';
import type { Problem } from './private/problem';
import { checkMade } from './private/shape';

/** What the tools of Slack need. */
export interface SlackToolsOptions {
  /** The token of the bot. */
  readonly botToken: EnvValue;
  /** The team that the bot belongs to. */
  readonly teamId: EnvValue;
}

/** What is known of a runtime by its name. */
export interface NamedRuntimeOptions {
  /**
   * Text for the runtime, handed on as it is to one that takes it.
   *
   * @default - none
   */
  readonly params?: string;
}

/** What serves the tools of an McpService. */
export class McpRuntime {
  /**
   * Functions of Python, each a tool.
   *
   * @param source their source: annotations say what a tool takes, its first comment what it does
   */
  public static python(source: string): McpRuntime {
    return new McpRuntime('python-string', { params: source });
  }

  /** What `kubectl` can do, with the rights of the service account of the McpService. */
  public static kubernetes(): McpRuntime {
    return new McpRuntime('kubernetes');
  }

  /** Channels and messages of Slack. */
  public static slack(options: SlackToolsOptions): McpRuntime {
    return new McpRuntime('slack', { env: { SLACK_BOT_TOKEN: options.botToken, SLACK_TEAM_ID: options.teamId } });
  }

  /**
   * Another runtime that the operator is set up with.
   *
   * @param name its name there
   * @param options what it is given
   */
  public static fromName(name: string, options: NamedRuntimeOptions = {}): McpRuntime {
    return new McpRuntime(name, { params: options.params });
  }

  /**
   * An image that serves MCP by streamable HTTP on port 8000, at `/mcp`.
   *
   * @param image the image; its command and arguments are those of the McpService
   */
  public static custom(image: string): McpRuntime {
    return new McpRuntime('custom', { image });
  }

  private constructor(
    /** The name of the runtime, `custom` for an image. */
    public readonly name: string,
    private readonly settings: { readonly params?: string; readonly image?: string; readonly env?: { readonly [name: string]: EnvValue } } = {},
  ) {}

  /** @internal */
  public get _params(): string | undefined {
    return this.settings.params;
  }

  /** @internal */
  public get _image(): string | undefined {
    return this.settings.image;
  }

  /** @internal */
  public get _env(): { readonly [name: string]: EnvValue } {
    return this.settings.env ?? {};
  }

  /** What cannot be rendered, because a factory was passed by. @internal */
  public _checkShape(path: string): Problem[] {
    return Object.entries(this._env).flatMap(([name, value]) => checkMade(value, '_render', 'EnvValue.fromSecret(secret, key)', `${path}.${name === 'SLACK_TEAM_ID' ? 'teamId' : 'botToken'}`));
  }

  /** @internal */
  public _check(image: string | undefined, path: string): Problem[] {
    const { name, settings } = this;
    if (name === '') return [{ code: 'required', path: `${path}.name`, fix: 'name a runtime that the operator is set up with' }];
    if (name !== 'custom') return [];
    if (settings.image === undefined && image === undefined) return [{ code: 'required', path: 'image', allowed: 'the runtime custom has none of its own', fix: 'pass McpRuntime.custom(image)' }];
    if (settings.image === '') return [{ code: 'required', path: `${path}.image`, fix: 'name the image that serves the tools' }];
    return settings.image === undefined || image === undefined ? [] : [{ code: 'ambiguous', path: 'image', allowed: 'McpRuntime.custom(image) sets it too', fix: 'keep one of them' }];
  }
}
