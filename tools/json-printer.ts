/** A part that occurs at least twice is written once, from this length on: the Pod types of a Task would be there four times. */
const SHARED_FROM_LENGTH = 100;

/** Prints expressions that come to the JSON of a value; what occurs several times in the values is a constant. */
export class JsonPrinter {
  private readonly uses = new Map<string, number>();
  private readonly shared = new Map<string, { name: string; expression: string }>();

  constructor(values: readonly unknown[]) {
    values.forEach((value) => this.count(value));
  }

  expression(value: unknown): string {
    return this.pieces(value)
      .map((piece) => (typeof piece === 'string' ? JSON.stringify(piece) : piece.name))
      .join(' + ');
  }

  constants(): string {
    return [...this.shared.values()].map(({ name, expression }) => `  const ${name} = ${expression};\n`).join('');
  }

  private count(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const text = JSON.stringify(value);
    const uses = (this.uses.get(text) ?? 0) + 1;
    this.uses.set(text, uses);
    if (uses === 1) Object.values(value).forEach((member) => this.count(member));
  }

  /** The JSON of a value, cut where a constant stands for a part of it. */
  private pieces(value: unknown): (string | { name: string })[] {
    if (typeof value !== 'object' || value === null) return [JSON.stringify(value)];
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    const inner = members.flatMap(([name, member], index) => [
      `${index > 0 ? ',' : ''}${Array.isArray(value) ? '' : `${JSON.stringify(name)}:`}`,
      ...this.part(member),
    ]);
    return joined([open!, ...inner, close!]);
  }

  private part(value: unknown): (string | { name: string })[] {
    const text = JSON.stringify(value);
    if ((this.uses.get(text) ?? 0) < 2 || text.length < SHARED_FROM_LENGTH) return this.pieces(value);
    const known = this.shared.get(text);
    if (known) return [known];
    // Its own parts come first, so that no constant is used before it is there.
    const expression = this.expression(value);
    const constant = { name: `part${this.shared.size + 1}`, expression };
    this.shared.set(text, constant);
    return [constant];
  }
}

/** Neighbouring texts as one. */
function joined(pieces: (string | { name: string })[]): (string | { name: string })[] {
  const result: (string | { name: string })[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') result[result.length - 1] = last + piece;
    else result.push(piece);
  }
  return result;
}
