import { type Written, written, writtenList, writtenObject, writtenOnce } from "../../json/written.ts";
import type { AppDefinition } from "./model.ts";
import { type Group, groupIn, type Tree } from "./tree.ts";

/** An app's definition as JSON. */
export const appJson = writtenOnce((app: AppDefinition) => written(app));

/** All apps and groups as JSON: both trees are part of each event of a deployment, with each app that there is. */
export const treeJson = writtenOnce((tree: Tree) => {
  const root = groupIn(tree, "/");
  return root === undefined ? written(null) : groupJson(root);
});

function groupJson(group: Group): Written {
  const { apps, groups } = group;
  return writtenObject({
    ...group,
    apps: writtenList(apps.map(appJson)),
    groups: writtenList(groups.map(groupJson)),
  });
}
