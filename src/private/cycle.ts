/** The shortest way from `start` back to itself, beginning with it; none if there is no way. */
export function cycleThrough<T>(start: T, nextOf: (node: T) => Iterable<T>): T[] | undefined {
  const cameFrom = new Map<T, T | undefined>([[start, undefined]]);
  for (const node of cameFrom.keys()) {
    for (const next of nextOf(node)) {
      if (next === start) return chain(cameFrom, node);
      if (!cameFrom.has(next)) cameFrom.set(next, node);
    }
  }
  return undefined;
}

/**
 * Those from which a way leads into a circle: what is left when again and again those are taken out that lead nowhere else. In a program without mistakes that is nobody, and
 * nobody has to look for a way back.
 */
export function leadingIntoCycles<T>(starts: Iterable<T>, nextOf: (node: T) => Iterable<T>): ReadonlySet<T> {
  const left = new Map<T, number>();
  const before = new Map<T, T[]>();
  const nodes = new Set(starts);
  for (const node of nodes) {
    const nexts = new Set(nextOf(node));
    left.set(node, nexts.size);
    for (const next of nexts) {
      nodes.add(next);
      const known = before.get(next);
      if (known) known.push(node);
      else before.set(next, [node]);
    }
  }
  const ends = [...nodes].filter((node) => left.get(node) === 0);
  for (const end of ends) {
    left.delete(end);
    for (const node of before.get(end) ?? []) {
      left.set(node, left.get(node)! - 1);
      if (left.get(node) === 0) ends.push(node);
    }
  }
  return new Set(left.keys());
}

function chain<T>(cameFrom: ReadonlyMap<T, T | undefined>, last: T): T[] {
  const nodes: T[] = [];
  for (let node: T | undefined = last; node !== undefined; node = cameFrom.get(node)) nodes.unshift(node);
  return nodes;
}
