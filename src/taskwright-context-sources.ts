/** What the operator may fetch for `contextSources` of TaskSpawners. */
export interface TaskwrightContextSources {
  /**
   * What may be fetched although it is not of the internet: blocks of addresses, for example `10.20.0.0/16`, and names, for example `teams.tools` or `*.corp.example.com`. A name is trusted
   * with whatever addresses it has, but for those of the metadata of a cloud.
   *
   * @default - none: names of the cluster, private addresses and the metadata of a cloud are refused
   */
  readonly allow?: string[];
}
