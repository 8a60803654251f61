import { KEYWORDS, type Keyword, type Token, type TokenKind, shown } from './token';

const OPEN = '{{';
const CLOSE = '}}';

/**
 * Cuts a template into tokens. Text keeps its spaces but for those that a trim marker takes; comments are gone. What cannot be
 * cut is one last token of kind `error`: the parser may find something else wrong before it gets there.
 */
export function tokenize(text: string): Token[] {
  return new Lexer(text).run();
}

class Lexer {
  private readonly tokens: Token[] = [];
  private at = 0;
  /** The token that opened this action. */
  private openAt = 0;
  private parens = 0;

  public constructor(private readonly text: string) {}

  public run(): Token[] {
    while (this.at < this.text.length) {
      if (!this.lexText() || !this.lexAction()) return this.tokens;
    }
    this.add('end of template', this.at);
    return this.tokens;
  }

  /** Text up to the next action, and whatever opens that. */
  private lexText(): boolean {
    const start = this.at;
    const found = this.text.indexOf(OPEN, start);
    const end = found < 0 ? this.text.length : found;
    const trims = found >= 0 && this.text[end + 2] === '-' && isSpace(this.text[end + 3]);
    let textEnd = end;
    while (trims && textEnd > start && isSpace(this.text[textEnd - 1])) textEnd--;
    this.at = textEnd;
    if (textEnd > start) this.add('text', start);
    this.at = end;
    if (found < 0) return true;
    const inside = end + (trims ? 4 : 2);
    if (this.text.startsWith('/*', inside)) return this.lexComment(end, inside);
    this.at = end + 2;
    this.openAt = this.tokens.length;
    this.add('open', end);
    this.at = inside;
    this.parens = 0;
    return true;
  }

  private lexComment(open: number, inside: number): boolean {
    const end = this.text.indexOf('*/', inside + 2);
    if (end < 0) return this.fail(open, 'the comment is never closed; end it with */}}');
    this.at = end + 2;
    const close = this.closeLength();
    if (close === 0) return this.fail(open, 'a comment has to fill its action; write {{/* … */}}');
    this.skipClose(close);
    return true;
  }

  /** What is between `{{` and `}}`. Does nothing after text that ended the template, or after a comment. */
  private lexAction(): boolean {
    if (this.tokens.at(-1)?.kind !== 'open') return true;
    for (;;) {
      const close = this.closeLength();
      if (close > 0) {
        if (this.parens > 0) return this.fail(this.at, 'a parenthesis is not closed; add )');
        const start = this.at;
        this.at += close;
        this.add('close', start);
        this.at = start;
        this.skipClose(close);
        return true;
      }
      if (!this.lexInside()) return false;
    }
  }

  private lexInside(): boolean {
    const start = this.at;
    if (start >= this.text.length) return this.fail(this.tokens[this.openAt].offset, 'the action is never closed; end it with }}');
    const char = this.text[start];
    this.at++;
    switch (char) {
      case ' ': case '\t': case '\r': case '\n': return this.lexSpace(start);
      case '=': return this.add('assign', start);
      case '|': return this.add('pipe', start);
      case '"': case "'": return this.lexQuoted(start, char);
      case '`': return this.lexRaw(start);
      case '$': return this.lexName(start, 'variable');
      case '(':
        this.parens++;
        return this.add('left paren', start);
      case ')':
        if (this.parens === 0) return this.fail(start, 'there is no ( to this )');
        this.parens--;
        return this.add('right paren', start);
      case ':':
        if (this.text[this.at] !== '=') return this.fail(start, 'a ":" only stands in :=');
        this.at++;
        return this.add('declare', start);
      case '.':
        if (!isDigit(this.text[this.at])) return this.lexName(start, 'field');
    }
    if (char === '.' || char === '+' || char === '-' || isDigit(char)) return this.lexNumber(start);
    this.at = start;
    this.skipWord();
    if (this.at > start) return this.lexWord(start);
    if (char < '!' || char > '~') return this.fail(start, `${JSON.stringify(this.charHere())} means nothing in an action`);
    this.at++;
    return this.add('character', start);
  }

  /** A run of spaces. The last of them may belong to the trim marker of the closing delimiter. */
  private lexSpace(start: number): boolean {
    while (isSpace(this.text[this.at])) this.at++;
    if (this.text.startsWith(`-${CLOSE}`, this.at)) this.at--;
    return this.at === start || this.add('space', start);
  }

  private lexQuoted(start: number, quote: string): boolean {
    for (; this.at < this.text.length; this.at++) {
      if (this.text[this.at] === '\n') break;
      if (this.text[this.at] === quote) {
        this.at++;
        return this.add(quote === '"' ? 'string' : 'character constant', start);
      }
      if (this.text[this.at] === '\\') {
        this.at++;
        if (this.text[this.at] === '\n') break;
      }
    }
    return this.fail(start, `the text is never closed; end it with ${quote} on its line`);
  }

  private lexRaw(start: number): boolean {
    const end = this.text.indexOf('`', this.at);
    if (end < 0) return this.fail(start, 'the text is never closed; end it with `');
    this.at = end + 1;
    return this.add('string', start);
  }

  /** `.Name` or `$name`; on its own, the dot or the root. */
  private lexName(start: number, kind: 'field' | 'variable'): boolean {
    if (!this.isAtTerminator()) this.skipWord();
    if (!this.isAtTerminator()) return this.failName(start);
    return this.add(kind === 'field' && this.at === start + 1 ? 'dot' : kind, start);
  }

  private lexWord(start: number): boolean {
    if (!this.isAtTerminator()) return this.failName(start);
    const word = this.text.slice(start, this.at);
    if (word === 'true' || word === 'false') return this.add('bool', start);
    return this.add(isKeyword(word) ? word : 'identifier', start);
  }

  private failName(start: number): boolean {
    const char = this.charHere();
    const name = this.text.slice(start, this.at);
    const hint = char === '-' && name.startsWith('.') ? '; a name with "-" is read with index: {{index .Deps "task-a" "Name"}}' : '';
    return this.fail(this.at, `${JSON.stringify(char)} cannot follow ${shown(name)}${hint}`);
  }

  private lexNumber(start: number): boolean {
    this.at = start;
    if (!this.skipNumber()) return this.fail(start, `${shown(this.text.slice(start, this.at))} is not a number`);
    if (/[+-]/.test(this.text[this.at] ?? '') && (!this.skipNumber() || this.text[this.at - 1] !== 'i')) {
      return this.fail(start, `${shown(this.text.slice(start, this.at))} is not a number`);
    }
    return this.add('number', start);
  }

  /** Everything that may be a number; the parser says whether it is one. */
  private skipNumber(): boolean {
    NUMBER.lastIndex = this.at;
    NUMBER.test(this.text);
    this.at = NUMBER.lastIndex;
    const end = this.at;
    this.skipWord();
    return this.at === end;
  }

  private skipWord(): void {
    WORD.lastIndex = this.at;
    WORD.test(this.text);
    this.at = WORD.lastIndex;
  }

  private charHere(): string {
    return String.fromCodePoint(this.text.codePointAt(this.at)!);
  }

  private isAtTerminator(): boolean {
    const char = this.text[this.at];
    return char === undefined || isSpace(char) || '.,|:)('.includes(char) || this.text.startsWith(CLOSE, this.at);
  }

  /** How long the closing delimiter here is; 0 when there is none. */
  private closeLength(): number {
    if (this.text.startsWith(CLOSE, this.at)) return 2;
    return isSpace(this.text[this.at]) && this.text.startsWith(`-${CLOSE}`, this.at + 1) ? 4 : 0;
  }

  private skipClose(length: number): void {
    this.at += length;
    while (length === 4 && isSpace(this.text[this.at])) this.at++;
  }

  private add(kind: TokenKind, start: number): true {
    this.tokens.push({ kind, text: this.text.slice(start, this.at), offset: start });
    return true;
  }

  private fail(offset: number, reason: string): false {
    this.tokens.push({ kind: 'error', text: reason, offset });
    return false;
  }
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n';
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

const WORD = /[\w\p{L}\p{Nd}]*/uy;
const NUMBER = /[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/y;

const KEYWORD_SET: ReadonlySet<string> = new Set(KEYWORDS);

function isKeyword(word: string): word is Keyword {
  return KEYWORD_SET.has(word);
}
