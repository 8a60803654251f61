import type * as l1 from './l1';
import { checkFileName } from './private/names';
import type { Problem } from './private/problem';

/** What a plugin holds. */
export interface PluginOptions {
  /**
   * Skills by name: the text of each `SKILL.md`.
   *
   * @default - none
   */
  readonly skills?: { [name: string]: string };
  /**
   * Sub-agents by name: the text that instructs each.
   *
   * @default - none
   */
  readonly agents?: { [name: string]: string };
}

/** Skills and sub-agents that are given to an agent as one bundle. */
export class Plugin {
  /**
   * A plugin whose content is written here. All plugins of a Task together hold at most 900 KiB.
   *
   * @param name the directory of the plugin and the prefix of its skills
   * @param options what it holds
   */
  public static inline(name: string, options: PluginOptions): Plugin {
    return new Plugin(name, options);
  }

  private constructor(
    /** The directory of the plugin and the prefix of its skills. */
    public readonly name: string,
    private readonly options: PluginOptions,
  ) {}

  /** @internal */
  public _render(): l1.Plugin {
    const { skills, agents } = this.options;
    return { name: this.name, skills: skills && files(skills), agents: agents && files(agents) };
  }

  /** @internal */
  public _check(path: string): Problem[] {
    const { skills = {}, agents = {} } = this.options;
    return [
      ...checkFileName(this.name, `${path}.name`),
      ...Object.keys(skills).flatMap((name) => checkFileName(name, `${path}.skills`)),
      ...Object.keys(agents).flatMap((name) => checkFileName(name, `${path}.agents`)),
    ];
  }

  /** Bytes of its content, which is what the limit counts. @internal */
  public get _bytes(): number {
    const { skills = {}, agents = {} } = this.options;
    return [...Object.values(skills), ...Object.values(agents)].reduce((sum, text) => sum + Buffer.byteLength(String(text)), 0);
  }
}

function files(contents: { [name: string]: string }): { name: string; content: string }[] {
  return Object.entries(contents).map(([name, content]) => ({ name, content }));
}
