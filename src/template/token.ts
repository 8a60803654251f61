/** What a template is made of, as the parser sees it. Keywords are of their own kind: `if`, `end`. */
export type TokenKind =
  | 'text' | 'open' | 'close' | 'space' | 'assign' | 'declare' | 'pipe' | 'left paren' | 'right paren' | 'character'
  | 'field' | 'variable' | 'identifier' | 'dot' | 'bool' | 'number' | 'character constant' | 'string' | 'end of template' | 'error'
  | Keyword;

export const KEYWORDS = ['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'nil', 'range', 'template', 'with'] as const;
export type Keyword = (typeof KEYWORDS)[number];

/** What a message repeats of a template: enough to find it, too little to carry a prompt. */
const LONGEST_SHOWN = 40;

export function shown(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

export interface Token {
  readonly kind: TokenKind;
  /** As it is written; of an error, what is wrong. */
  readonly text: string;
  /** Where it begins, in UTF-16 units. */
  readonly offset: number;
}
