/** What git has against a name of a branch, as `git check-ref-format --branch` has it; `undefined` when it takes it. */
export function branchProblem(name: string): string | undefined {
  return RULES.find(({ broken }) => broken.test(name))?.says;
}

const RULES: readonly { readonly broken: RegExp; readonly says: string }[] = [
  { broken: /[\p{Cc} ~^:?*[\\]/u, says: 'it must not have spaces, control characters or any of ~ ^ : ? * [ \\' },
  { broken: /^-|^(@|HEAD)$|@\{|\.\./, says: 'it must not begin with -, be @ or HEAD, nor have @{ or ..' },
  { broken: /^\/|\/\/|\/$|\.$/, says: 'it must not begin or end with /, end with ., nor have //' },
  { broken: /(^|\/)\.|\.lock(\/|$)/, says: 'no part of it may begin with . or end with .lock' },
  { broken: /\p{Cs}/u, says: 'it must be text' },
  { broken: /^.{245}/su, says: 'it must have at most 244 characters' },
];
