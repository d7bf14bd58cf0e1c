import { isInside } from "../apps/path-id.ts";
import { edited, type Tree } from "../apps/tree.ts";

/** What a tree is after a change is taken back. What others have changed in it since then stays. */
export function reverted(tree: Tree, original: Tree, target: Tree): Tree {
  return edited(tree, (draft) => {
    for (const [id, app] of original.apps) if (target.apps.get(id) !== app) draft.putApp(app);
    for (const id of target.apps.keys()) if (!original.apps.has(id)) draft.apps.delete(id);
    // Inner groups first: a group is empty when those in it are gone.
    for (const id of [...new Set([...original.groups.keys(), ...target.groups.keys()])].sort().reverse()) {
      const [old, made] = [original.groups.get(id)?.dependencies, target.groups.get(id)?.dependencies];
      const now = draft.groups.get(id)?.dependencies ?? [];
      const added = (made ?? []).filter((other) => !old?.includes(other));
      const removed = (old ?? []).filter((other) => !made?.includes(other));
      const isEmpty = () =>
        ![...draft.apps.keys(), ...draft.groups.keys()].some((other) => isInside(other, id));
      if (old === undefined && isEmpty() && now.length === added.length) draft.groups.delete(id);
      else if (draft.groups.has(id) || old !== undefined)
        draft.makeGroup(id, {
          dependencies: [...new Set([...now, ...removed])].filter((other) => !added.includes(other)),
        });
    }
  });
}
