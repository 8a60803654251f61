/**
 * A result of a stage as it stands in a text until synth, when it is known what the stage becomes. Whoever holds the text need not know either, and
 * what is left of them at the end was put where nobody fills it in.
 */
export interface StageResult {
  /** The path of the stage. */
  readonly stage: string;
  /** Whether it is among the `outputs` of the stage, or whatever its agent left under that name. */
  readonly kind: 'output' | 'result';
  readonly name: string;
}

/** In the text itself, or as an operand of a template's action; nothing is filled in within quotes or a comment of one. */
export type MarkPlace = 'text' | 'operand' | 'quoted';

const MARK = String.raw`\$\{(output|result) ([^ }]*) of stage ([^ }]*)\}`;
/** What matters outside of actions: a mark, or the beginning of one with the comment that it may be. */
const OUTSIDE = `${MARK}|\\{\\{(?:- )?(?:/\\*[^]*?\\*/)?`;
/** What matters inside: a mark, a quoted text, the end. */
const INSIDE = `${MARK}|"(?:\\\\.|[^"\\\\])*"|\`[^\`]*\`|'(?:\\\\.|[^'\\\\])*'|\\}\\}`;

export function markOf({ stage, kind, name }: StageResult): string {
  return `\${${kind} ${encodeURIComponent(name)} of stage ${stage.split('/').map(encodeURIComponent).join('/')}}`;
}

/** All results that a text holds, quoted or not. */
export function marksIn(text: string): StageResult[] {
  return [...text.matchAll(new RegExp(MARK, 'g'))].map(([, kind, name, stage]) => parsed(kind, name, stage));
}

/** A text with something else in the place of each result. */
export function replaceMarks(text: string, replace: (result: StageResult, place: MarkPlace, mark: string) => string): string {
  if (!new RegExp(MARK).test(text)) return text;
  const outside = new RegExp(OUTSIDE, 'g');
  const inside = new RegExp(INSIDE, 'g');
  let isInside = false;
  let replaced = '';
  for (let end = 0; ;) {
    const reader = isInside ? inside : outside;
    reader.lastIndex = end;
    const found = reader.exec(text);
    if (!found) return replaced + text.slice(end);
    const [token, kind, name, stage] = found;
    replaced += text.slice(end, found.index);
    if (kind !== undefined) replaced += replace(parsed(kind, name, stage), isInside ? 'operand' : 'text', token);
    else replaced += token.replace(new RegExp(MARK, 'g'), (mark: string, ...groups: string[]) => replace(parsed(groups[0], groups[1], groups[2]), 'quoted', mark));
    if (token === '}}') isInside = false;
    else if (token.startsWith('{{')) isInside = true;
    end = reader.lastIndex;
  }
}

function parsed(kind: string, name: string, stage: string): StageResult {
  return { stage: stage.split('/').map(decodeURIComponent).join('/'), kind: kind as StageResult['kind'], name: decodeURIComponent(name) };
}
