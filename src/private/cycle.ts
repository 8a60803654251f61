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

function chain<T>(cameFrom: ReadonlyMap<T, T | undefined>, last: T): T[] {
  const nodes: T[] = [];
  for (let node: T | undefined = last; node !== undefined; node = cameFrom.get(node)) nodes.unshift(node);
  return nodes;
}
