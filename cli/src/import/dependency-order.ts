/** An order, and where nothing else is possible the first things that need each other in a circle: the last needs the first, which comes after it all the same. */
export interface DependencyOrder {
  readonly order: readonly string[];
  readonly circle?: readonly string[];
}

/** Each key after those it needs, else as they come. What is needed and not among the keys is left out. A chain may be as long as the files allow, so there is no recursion. */
export function dependencyOrder(keys: readonly string[], needsOf: (key: string) => readonly string[]): DependencyOrder {
  const isKnown = new Set(keys);
  const done = new Set<string>();
  let circle: readonly string[] | undefined;
  for (const start of keys) {
    const path = done.has(start) ? [] : [step(start)];
    const onPath = new Set(path.map(({ key }) => key));
    for (let last = path.at(-1); last; last = path.at(-1)) {
      const next = last.left.pop();
      if (next === undefined) {
        path.pop();
        onPath.delete(last.key);
        done.add(last.key);
      } else if (onPath.has(next)) {
        circle ??= path.slice(path.findIndex(({ key }) => key === next)).map(({ key }) => key);
      } else if (isKnown.has(next) && !done.has(next)) {
        path.push(step(next));
        onPath.add(next);
      }
    }
  }
  return { order: [...done], ...circle && { circle } };

  /** What it still needs, the first at the end. */
  function step(key: string): { readonly key: string; readonly left: string[] } {
    return { key, left: [...needsOf(key)].reverse() };
  }
}
