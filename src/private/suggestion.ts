/** The one known word that `word` is a single slip away from (a letter added, left out, replaced or swapped), if there is exactly one. */
export function suggestionFor(word: string, known: Iterable<string>): string | undefined {
  const near = [...known].filter((candidate) => candidate !== word && isOneSlip(word, candidate));
  return near.length === 1 ? near[0] : undefined;
}

function isOneSlip(a: string, b: string): boolean {
  if (a.toLowerCase() === b.toLowerCase()) return true;
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const restOf = (text: string, skip: number) => text.slice(start + skip);
  if (a.length > b.length) return restOf(a, 1) === restOf(b, 0);
  if (a.length < b.length) return restOf(a, 0) === restOf(b, 1);
  const swapped = a[start] === b[start + 1] && a[start + 1] === b[start];
  return restOf(a, 1) === restOf(b, 1) || (swapped && restOf(a, 2) === restOf(b, 2));
}
