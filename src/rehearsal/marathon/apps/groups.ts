import type { AppDefinition } from "./model.ts";
import { isInside, parentId } from "./path-id.ts";

export interface Group {
  readonly id: string;
  readonly apps: readonly AppDefinition[];
  readonly groups: readonly Group[];
  readonly dependencies: readonly string[];
  readonly version: string;
}

/** The apps as a tree of groups: `/a/b` is the app of that id in the group `/a`. */
export function groupTree(apps: readonly AppDefinition[], version: string, id = "/"): Group {
  const inside = apps.filter((app) => isInside(app.id, id));
  const prefix = id === "/" ? "/" : `${id}/`;
  const names = inside
    .filter((app) => parentId(app.id) !== id)
    .map((app) => prefix + (app.id.slice(prefix.length).split("/")[0] ?? ""));
  return {
    id,
    apps: inside.filter((app) => parentId(app.id) === id),
    groups: [...new Set(names)].map((name) => groupTree(inside, version, name)),
    dependencies: [],
    version,
  };
}
