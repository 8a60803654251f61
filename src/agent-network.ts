import { copyOfList } from './private/shape';

/** What agents may reach beside what is public, and what they may not though it is. */
export interface InternetOptions {
  /**
   * Blocks of addresses that every agent may reach: a git host in a private network, for example `10.20.0.0/16`.
   *
   * @default - none; Services of the cluster that a Task names can be reached all the same
   */
  readonly allow?: string[];
  /**
   * Blocks of public addresses that no agent may reach: those of nodes or of the API server, if they are public.
   *
   * @default - none
   */
  readonly deny?: string[];
}

/** What agents may reach beside the hosts of their Tasks. */
export interface NamedHostsOptions {
  /**
   * Hosts that every agent may reach by HTTPS, for example `registry.npmjs.org` or `*.debian.org`, and blocks of addresses.
   *
   * @default - none
   */
  readonly allow?: string[];
}

/**
 * What agents may reach. The operator gives the Pods of each Task a policy of their own, before they start. The network plugin of the cluster has to
 * enforce policies; one that does not ignores them.
 *
 * Nobody can connect to an agent.
 */
export class AgentNetwork {
  /**
   * DNS, everything that is public, and the Services of the cluster that the Task names: as repository, remote, MCP server, or in a
   * variable. Private networks, nodes and the metadata service of a cloud are out of reach.
   *
   * @param options what is allowed and denied beside
   */
  public static internet(options: InternetOptions = {}): AgentNetwork {
    return new AgentNetwork('internet', copyOfList(options.allow, 'AgentNetwork.internet: allow'), copyOfList(options.deny, 'AgentNetwork.internet: deny'));
  }

  /**
   * DNS, and the hosts that the Task names: its repository and remotes, the endpoint of its model, its MCP servers, where its skills come from, and URLs
   * in its variables. It takes Cilium, the network plugin whose policies know hosts by name.
   *
   * @param options what is allowed beside
   */
  public static namedHosts(options: NamedHostsOptions = {}): AgentNetwork {
    return new AgentNetwork('hosts', copyOfList(options.allow, 'AgentNetwork.namedHosts: allow'), []);
  }

  /** Whatever the network of the cluster lets them. The operator makes no policies. */
  public static unrestricted(): AgentNetwork {
    return new AgentNetwork('any', [], []);
  }

  private constructor(
    /** What the operator is told: `internet`, `hosts` or `any`. */
    public readonly reach: string,
    /** Blocks of addresses, and names of hosts, that may be reached. */
    public readonly allow: string[],
    /** Blocks of addresses that may not be reached. */
    public readonly deny: string[],
  ) {}
}
