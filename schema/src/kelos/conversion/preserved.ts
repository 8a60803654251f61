import type { Content } from './record.ts';

/** An annotation of the reference, on objects of the older version only: what it keeps, and how that is put back. */
export interface Preserved {
  readonly annotation: string;
  /** Of the hub object: what there is to keep as a text. Nothing: the annotation is removed, whoever wrote it. */
  readonly keep: (newer: Content) => string | undefined;
  /** Into the hub object: what fits of it. It may throw: who wrote what cannot be read gets nothing back. */
  readonly restore: (newer: Content, kept: string) => Content;
}

/** Written on the way down, before the older version is made. */
export function keepAll(newer: Content, older: Content, preserved: readonly Preserved[]): Content {
  const annotations = { ...older.annotations };
  for (const { annotation, keep } of preserved) {
    const kept = keep(newer);
    if (kept === undefined) delete annotations[annotation];
    else annotations[annotation] = kept;
  }
  return { ...older, annotations };
}

/** Put back on the way up, in this order, and taken from the annotations. */
export function restoreAll(newer: Content, preserved: readonly Preserved[]): Content {
  const restored = preserved.reduce<Content>((content, { annotation, restore }) => {
    const kept = newer.annotations[annotation];
    if (kept === undefined) return content;
    try {
      return restore(content, kept);
    } catch {
      return content;
    }
  }, newer);
  const known = new Set(preserved.map(({ annotation }) => annotation));
  return { ...restored, annotations: Object.fromEntries(Object.entries(newer.annotations).filter(([name]) => !known.has(name))) };
}
