import { isInside, parentId } from "./path-id.ts";
import type { Tree } from "./tree.ts";

/** For each app that depends on others those apps: by itself, or by a group that it is in. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

export function dependenciesOf(tree: Tree): Dependencies {
  const meant = new Map<string, readonly string[]>();
  const appsMeantBy = (id: string): readonly string[] => {
    const known = meant.get(id);
    if (known !== undefined) return known;
    const inside = [...tree.apps.keys()].filter((app) => isInside(app, id));
    const found = tree.apps.has(id) ? [id] : tree.groups.has(id) ? inside : [];
    meant.set(id, found);
    return found;
  };
  // What the apps of a group have from it and from those above it: once for all of them.
  const inherited = new Map<string, readonly string[]>();
  const inheritedFrom = (group: string): readonly string[] => {
    const known = inherited.get(group);
    if (known !== undefined) return known;
    const own = tree.groups.get(group)?.dependencies ?? [];
    const found = group === "/" ? own : [...own, ...inheritedFrom(parentId(group))];
    inherited.set(group, found);
    return found;
  };
  const found = new Map<string, ReadonlySet<string>>();
  for (const { id, dependencies } of tree.apps.values()) {
    const wanted = [...dependencies, ...inheritedFrom(parentId(id))];
    if (wanted.length > 0) found.set(id, new Set(wanted.flatMap(appsMeantBy)));
  }
  return found;
}

/**
 * The length of the longest way from each app to one that depends on nothing; that one has 1, or none. Apps of the same length
 * do not depend on each other.
 * @returns undefined where apps depend on each other in a circle.
 */
export function depths(dependencies: Dependencies): ReadonlyMap<string, number> | undefined {
  const found = new Map<string, number>();
  const open = new Set<string>();
  const depth = (id: string): number | undefined => {
    const known = found.get(id);
    if (known !== undefined) return known;
    if (open.has(id)) return undefined;
    open.add(id);
    let longest = 0;
    for (const other of dependencies.get(id) ?? []) {
      const below = depth(other);
      if (below === undefined) return undefined;
      longest = Math.max(longest, below);
    }
    open.delete(id);
    found.set(id, longest + 1);
    return longest + 1;
  };
  for (const id of dependencies.keys()) if (depth(id) === undefined) return undefined;
  return found;
}
