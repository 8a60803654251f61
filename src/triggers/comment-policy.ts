import { type Problem, quote } from '../private/problem';
import { itemsIn } from '../private/shape';

/** Commands in comments, and who may give them. A command is a line that stands alone. */
export interface CommentPolicy {
  /**
   * The command that has to be there, in the text or in a comment.
   *
   * @default - none has to be
   */
  readonly triggerComment?: string;
  /**
   * Commands that rule it out. With a `triggerComment` the newest command of somebody who may give one counts.
   *
   * @default - none
   */
  readonly excludeComments?: string[];
  /**
   * Logins whose commands count. Who is allowed by one of the three may give commands.
   *
   * @default - nobody by name
   */
  readonly allowedUsers?: string[];
  /**
   * Teams as `org/slug`, whose active members may give commands.
   *
   * @default - no team
   */
  readonly allowedTeams?: string[];
  /**
   * The lowest permission on the repository with which one may give commands.
   *
   * @default - none is enough by itself; and with no user and no team either, everybody may
   */
  readonly minimumPermission?: 'read' | 'triage' | 'write' | 'maintain' | 'admin';
}

/** What policies of every forge have, and the lowest access by the names of each. */
export interface CommandPolicy {
  readonly triggerComment?: string;
  readonly excludeComments?: readonly string[];
  readonly allowedUsers?: readonly string[];
  readonly allowedTeams?: readonly string[];
  readonly minimumPermission?: string;
  readonly minimumAccessLevel?: string;
}

/** What makes a policy say nothing. */
export function checkCommentPolicy(policy: CommandPolicy | undefined, path: string): Problem[] {
  if (!policy) return [];
  const { triggerComment, minimumPermission = policy.minimumAccessLevel } = policy;
  const excludeComments = itemsIn<unknown>(policy.excludeComments);
  const allowed = [...itemsIn(policy.allowedUsers), ...itemsIn(policy.allowedTeams)];
  const commands = [...(triggerComment === undefined ? [] : [['triggerComment', triggerComment]]), ...excludeComments.map((command, index) => [`excludeComments[${index}]`, command])];
  const problems = commands.filter(([, command]) => typeof command === 'string' && !/^\S([^\r\n]*\S)?$/.test(command)).map(([name, command]): Problem => ({
    code: 'never-matches', path: `${path}.${name}`, got: quote(command), allowed: 'a command is one line, without spaces around it',
  }));
  if (commands.length === 0) {
    const whom = allowed.length > 0 || minimumPermission !== undefined;
    problems.push({ code: 'required', path: `${path}.triggerComment`, allowed: whom ? 'who may give commands says nothing without a command' : undefined, fix: 'set triggerComment or excludeComments' });
  }
  if (triggerComment !== undefined && excludeComments.includes(triggerComment)) {
    problems.push({ code: 'ambiguous', path: `${path}.excludeComments`, got: quote(triggerComment), allowed: 'it is the triggerComment too', fix: 'choose another word for one of them' });
  }
  return problems;
}
