/** What the policy of any forge says: the lowest access by the name that the forge has for it. */
export interface CommandPolicy {
  readonly triggerComment?: string;
  readonly excludeComments?: readonly string[];
  readonly allowedUsers?: readonly string[];
  readonly allowedTeams?: readonly string[];
  readonly minimumPermission?: string;
}

/** Something that somebody wrote. */
export interface Remark {
  readonly body: string;
  /** The login; empty for an account that there is no more. */
  readonly author: string;
  /** When it was written, RFC 3339. What was edited later was still written then. */
  readonly at?: string;
}

export interface Discussion {
  /** The text that it began with. */
  readonly opening: Remark;
  /** In the order in which GitHub lists them. */
  readonly comments: readonly Remark[];
}

export type PolicyVerdict =
  | { readonly is: 'allowed'; /** What asked for it, and when; the opening has no time. */ readonly command?: Remark }
  | { readonly is: 'ruled-out'; readonly field: 'triggerComment' | 'excludeComments' | ''; readonly seen: string };

/** Whether comments have to be known to tell. */
export function hasCommands(policy: CommandPolicy | undefined): boolean {
  return triggerOf(policy) !== undefined || excludesOf(policy).length > 0;
}

/** Whether not everybody may give commands. */
export function restrictsActors({ allowedUsers = [], allowedTeams = [], minimumPermission }: CommandPolicy = {}): boolean {
  return allowedUsers.length + allowedTeams.length > 0 || minimumPermission !== undefined;
}

/** Those whose words matter, so that nobody else is asked about. */
export function actorsOf(policy: CommandPolicy, { opening, comments }: Discussion): string[] {
  if (!restrictsActors(policy)) return [];
  const speaks = ({ body }: Remark) => [triggerOf(policy), ...excludesOf(policy)].some((command) => command !== undefined && hasLine(body, command));
  const those = hasCommands(policy) ? [opening, ...comments].filter(speaks) : [opening];
  return [...new Set(those.map(({ author }) => author))];
}

/**
 * What the commands in a discussion come to: of those that may be given by who gave them, the newest. Where nobody has to give one, whoever opened it
 * has to be somebody who might.
 */
export function judgeComments(policy: CommandPolicy, { opening, comments }: Discussion, isAuthorized: (login: string) => boolean): PolicyVerdict {
  const [trigger, excludes] = [triggerOf(policy), excludesOf(policy)];
  const mayCommand = ({ author }: Remark) => !restrictsActors(policy) || isAuthorized(author);
  if (!hasCommands(policy)) {
    return mayCommand(opening) ? { is: 'allowed' } : { is: 'ruled-out', field: '', seen: `opened by ${opening.author}` };
  }
  const started = latest(comments, (remark) => trigger !== undefined && hasLine(remark.body, trigger) && mayCommand(remark));
  const stopped = latest(comments, (remark) => excludes.some((command) => hasLine(remark.body, command)) && mayCommand(remark));
  const stops = ({ author }: Remark) => ({ is: 'ruled-out', field: 'excludeComments', seen: `a comment of ${author}` }) as const;
  if (stopped && (!started || isLater(comments, stopped, started))) return stops(stopped);
  if (started) return { is: 'allowed', command: started };
  if (excludes.some((command) => hasLine(opening.body, command)) && mayCommand(opening)) return { ...stops(opening), seen: `its text, of ${opening.author}` };
  if (trigger === undefined) return { is: 'allowed' };
  if (hasLine(opening.body, trigger) && mayCommand(opening)) return { is: 'allowed', command: { ...opening, at: undefined } };
  const others = [opening, ...comments].filter(({ body }) => hasLine(body, trigger)).map(({ author }) => author);
  return { is: 'ruled-out', field: 'triggerComment', seen: others.length > 0 ? `only from ${[...new Set(others)].join(', ')}` : 'no such comment' };
}

/** A command stands alone on its line. */
function hasLine(text: string, command: string): boolean {
  return text.split('\n').some((line) => line.trim() === command);
}

/** The newest of them. Those without a time count only where none has one; of equals the later in the list. */
function latest(comments: readonly Remark[], isMeant: (remark: Remark) => boolean): Remark | undefined {
  const meant = comments.filter(isMeant);
  const timed = meant.filter((remark) => !Number.isNaN(timeOf(remark)));
  return (timed.length > 0 ? timed : meant).reduce<Remark | undefined>((best, remark) => (best && timeOf(best) > timeOf(remark) ? best : remark), undefined);
}

/** Whether `one` was written after `other`, or is the same comment: what stops is then what counts. */
function isLater(comments: readonly Remark[], one: Remark, other: Remark): boolean {
  const [oneMs, otherMs] = [timeOf(one), timeOf(other)];
  if (!Number.isNaN(oneMs) && !Number.isNaN(otherMs) && oneMs !== otherMs) return oneMs > otherMs;
  return comments.indexOf(one) >= comments.indexOf(other);
}

function timeOf({ at }: Remark): number {
  return Date.parse(at ?? '');
}

function triggerOf(policy: CommandPolicy | undefined): string | undefined {
  return policy?.triggerComment || undefined;
}

function excludesOf(policy: CommandPolicy | undefined): readonly string[] {
  return (policy?.excludeComments ?? []).filter((command) => command !== '');
}
