import type { AppDefinition } from "./model.ts";
import { isInside, parentId } from "./path-id.ts";

/**
 * All apps, and the groups that they are in: `/a/b` is the app or the group `b` in the group `/a`. A tree is never
 * changed; a change makes another one. Its version is that of all its groups.
 */
export interface Tree {
  readonly version: string;
  readonly apps: ReadonlyMap<string, AppDefinition>;
  /** By id; that of the root, `/`, is always there. */
  readonly groups: ReadonlyMap<string, GroupFacts>;
}

export interface GroupFacts {
  /** Ids of groups and apps that have to be there before the apps of this group. */
  readonly dependencies: readonly string[];
}

/** A group as the API shows it, with all that is in it. */
export interface Group {
  readonly id: string;
  readonly apps: readonly AppDefinition[];
  readonly groups: readonly Group[];
  readonly dependencies: readonly string[];
  readonly version: string;
}

const noFacts: GroupFacts = { dependencies: [] };

export function emptyTree(version: string): Tree {
  return { version, apps: new Map(), groups: new Map([["/", noFacts]]) };
}

/** A tree with these apps, and no groups but those that they are in. */
export function treeOf(apps: Iterable<AppDefinition>, version: string): Tree {
  return edited(emptyTree(version), (draft) => {
    for (const app of apps) draft.putApp(app);
  });
}

/** What may be done to a tree before it is one. */
export interface Draft {
  readonly apps: Map<string, AppDefinition>;
  readonly groups: Map<string, GroupFacts>;
  /** Puts an app in the place of the one with its id, or of an empty group with its id. */
  putApp(app: AppDefinition): void;
  /** Makes a group and those above it. */
  makeGroup(id: string, facts?: GroupFacts): void;
  /** Removes a group with all that is in it; of the root all that is in it. */
  removeGroup(id: string): void;
}

/** The tree that comes of a change. */
export function edited(tree: Tree, change: (draft: Draft) => void, version = tree.version): Tree {
  const apps = new Map(tree.apps);
  const groups = new Map(tree.groups);
  const makeGroup = (id: string, facts?: GroupFacts) => {
    if (id !== "/") makeGroup(parentId(id));
    groups.set(id, facts ?? groups.get(id) ?? noFacts);
  };
  const isEmpty = (id: string) => ![...apps.keys()].some((other) => isInside(other, id));
  change({
    apps,
    groups,
    makeGroup,
    putApp: (app) => {
      makeGroup(parentId(app.id));
      if (groups.has(app.id) && isEmpty(app.id)) remove(groups, app.id);
      apps.set(app.id, app);
    },
    removeGroup: (id) => {
      remove(groups, id);
      for (const other of [...apps.keys()]) if (isInside(other, id)) apps.delete(other);
      if (id === "/") groups.set("/", noFacts);
    },
  });
  return { version, apps, groups };
}

function remove(groups: Map<string, GroupFacts>, id: string): void {
  for (const other of [...groups.keys()]) if (other === id || isInside(other, id)) groups.delete(other);
}

/** Sorted by id. */
export function appsIn(tree: Tree, groupId: string): readonly AppDefinition[] {
  return [...tree.apps.values()].filter((app) => isInside(app.id, groupId)).sort(byId);
}

/** A group with all that is in it, or undefined where there is none. */
export function groupIn(tree: Tree, id: string): Group | undefined {
  if (!tree.groups.has(id)) return undefined;
  const apps = childrenOf([...tree.apps.values()].map((app) => [app.id, app] as const));
  const groups = childrenOf([...tree.groups.keys()].map((group) => [group, group] as const));
  const view = (group: string): Group => ({
    id: group,
    apps: [...(apps.get(group) ?? [])].sort(byId),
    groups: [...(groups.get(group) ?? [])].sort().map(view),
    dependencies: tree.groups.get(group)?.dependencies ?? [],
    version: tree.version,
  });
  return view(id);
}

function childrenOf<T>(entries: readonly (readonly [id: string, value: T])[]): ReadonlyMap<string, T[]> {
  const found = new Map<string, T[]>();
  for (const [id, value] of entries) {
    if (id === "/") continue;
    const siblings = found.get(parentId(id));
    if (siblings === undefined) found.set(parentId(id), [value]);
    else siblings.push(value);
  }
  return found;
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
