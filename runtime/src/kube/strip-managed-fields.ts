/** Where the objects are: in the `object` of a watch event, or in the `items` of a list. */
export type Envelope = 'event' | 'list';

/**
 * The text of an answer without the `metadata.managedFields` of its objects, cut out of the bytes before anything is parsed.
 *
 * They are a third of an object and no cache needs them; cutting is faster than parsing them and halves what the cache holds.
 * Never for an object that will be sent back with a PUT.
 *
 * **Guarantee** Parsed, the result equals the parsed input with `metadata.managedFields` left out of each object, and nothing else:
 * a field of that name elsewhere, or in a string, stays. The input is not changed: other readers may share it.
 *
 * **Assumes** Compact JSON, as API servers send it. With blanks between tokens nothing is cut, which is right but slow.
 */
export function stripManagedFields(bytes: Buffer, envelope: Envelope): string {
  const metadataDepth = envelope === 'event' ? 2 : 3;
  let text = '';
  let keptFrom = 0;
  let depth = 0;
  /** Depth of the members of the `metadata` we are in, 0 outside. */
  let inMetadata = 0;

  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      const end = endOfString(bytes, at);
      if (depth === metadataDepth && inMetadata === 0 && isKey(bytes, at, end, METADATA)) inMetadata = depth + 1;
      else if (inMetadata !== 0 && depth === inMetadata && isKey(bytes, at, end, MANAGED_FIELDS)) {
        const after = endOfArray(bytes, end + 1);
        // One of the two commas around it goes too.
        const leading = bytes[at - 1] === COMMA;
        text += bytes.toString('utf8', keptFrom, leading ? at - 1 : at);
        keptFrom = !leading && bytes[after] === COMMA ? after + 1 : after;
        if (envelope === 'event') break;
        at = keptFrom;
        continue;
      }
      at = end;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth < inMetadata) {
        if (envelope === 'event') break;
        inMetadata = 0;
      }
    }
    at += 1;
  }
  return keptFrom === 0 ? bytes.toString() : text + bytes.toString('utf8', keptFrom);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const METADATA = Buffer.from('"metadata":{');
const MANAGED_FIELDS = Buffer.from('"managedFields":[');

/** The string at `start`, together with what follows it, is this key. */
function isKey(bytes: Buffer, start: number, end: number, key: Buffer): boolean {
  if (end - start !== key.length - 2) return false;
  for (let index = 0; index < key.length; index += 1) if (bytes[start + index] !== key[index]) return false;
  return true;
}

/** Behind the closing quote of the string whose opening quote is at `start`. */
function endOfString(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at += 1;
  }
  return bytes.length;
}

/** Behind the bracket that closes the one at `start`. */
function endOfArray(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at) - 1;
    else if (byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return bytes.length;
}
