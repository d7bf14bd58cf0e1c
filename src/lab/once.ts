/**
 * A look at something that never changes, such as a lab, which is worked out once for each: what is asked for every machine
 * of a lab would otherwise take the square of their number.
 */
export function once<K extends object, T>(work: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, { readonly value: T }>();
  return (of) => {
    const before = known.get(of);
    if (before !== undefined) return before.value;
    const value = work(of);
    known.set(of, { value });
    return value;
  };
}
