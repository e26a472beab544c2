// Which properties a definition can have.

// What Deno and Bun call two of them.
const FOREIGN_KEYS: ReadonlyMap<string, string> = new Map([
  ['parameters', 'arguments'],
  ['args', 'arguments'],
  ['result', 'return'],
  ['returns', 'return'],
]);

/** What is wrong with one of `keys`, or undefined. `kind` is what has them, in words. */
export function findWrongKey(
  kind: string,
  keys: Iterable<string>,
  known: readonly string[],
): string | undefined {
  for (const key of keys) {
    const ours = FOREIGN_KEYS.get(key);
    if (ours !== undefined) return `"${key}" is named "${ours}" here`;
    if (!known.includes(key)) return `${kind} has no "${key}"; it can have ${known.join(', ')}`;
  }
  return undefined;
}
