export type JsonObject = Readonly<Record<string, unknown>>;

/** Enough for any service, and few enough for code that follows a value to its leaves. */
const MOST_LEVELS = 200;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What a body says: JSON in UTF-8. */
export function parseDelivery(body: Buffer): { readonly value: unknown } | 'notJson' | 'tooDeep' {
  if (!isFlatEnough(body)) return 'tooDeep';
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body)) };
  } catch {
    return 'notJson';
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Counts brackets outside texts, before anything is parsed. */
function isFlatEnough(body: Buffer): boolean {
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    switch (body[at]) {
      case QUOTE:
        at = endOfText(body, at + 1);
        break;
      case 0x7b: case 0x5b:
        depth += 1;
        if (depth > MOST_LEVELS) return false;
        break;
      case 0x7d: case 0x5d:
        depth -= 1;
    }
  }
  return true;
}

/** The quote that ends a text: one with an even number of backslashes before it. */
function endOfText(body: Buffer, from: number): number {
  for (let end = body.indexOf(QUOTE, from); end !== -1; end = body.indexOf(QUOTE, end + 1)) {
    let escapes = 0;
    while (end - 1 - escapes >= from && body[end - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return body.length;
}
