/**
 * Replaces `$(NAME)` by the value of that variable. `$$(NAME)` stays, as `$(NAME)`; so does a reference to a variable that
 * is not set, since a shell in the container may mean something by it.
 */
export function expandVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (match, name: string | undefined) => (match === '$$' ? '$' : (variables.get(name!) ?? match)));
}
