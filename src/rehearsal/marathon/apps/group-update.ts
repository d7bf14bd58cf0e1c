import { unprocessable } from "./api-error.ts";
import { newDefinition } from "./app-definition.ts";
import type { AppUpdate } from "./model.ts";
import { canonicalId, isInside, parentId } from "./path-id.ts";
import { type Draft, edited, type Tree } from "./tree.ts";
import { appViolations, idViolations, type Violation } from "./validation.ts";

/** A group as a request describes it; what is absent stays as it is. */
export interface GroupUpdate {
  readonly id?: string | undefined;
  readonly apps?: readonly (AppUpdate & { readonly id: string })[] | undefined;
  readonly groups?: readonly GroupUpdate[] | undefined;
  readonly dependencies?: readonly string[] | undefined;
  readonly scaleBy?: number | undefined;
  readonly version?: string | undefined;
}

/**
 * The tree with a group as the update wants it; made where it was not there.
 * @throws ApiError 422 for an update that is not applied but asks for another version or scale.
 */
export function applyGroupUpdate(tree: Tree, id: string, update: GroupUpdate): Tree {
  return edited(tree, (draft) => apply(draft, id, update));
}

function apply(draft: Draft, id: string, update: GroupUpdate): void {
  const { apps, groups, dependencies, scaleBy, version } = update;
  if (scaleBy !== undefined)
    throw unprocessable("requirement failed: To apply the update, no scale should be given.");
  if (version !== undefined)
    throw unprocessable("requirement failed: To apply the update, no version should be given.");
  const resolved = dependencies?.map((other) => canonicalId(other, id));
  draft.makeGroup(id, resolved === undefined ? undefined : { dependencies: resolved });
  if (groups !== undefined) {
    const wanted = groups.map((group) => [groupIdOf(group, id), group] as const);
    const names = new Set(wanted.map(([group]) => group));
    for (const known of [...draft.groups.keys()])
      if (known !== "/" && parentId(known) === id && !names.has(known)) draft.removeGroup(known);
    for (const [group, inner] of wanted) apply(draft, group, inner);
  }
  if (apps !== undefined) {
    for (const known of [...draft.apps.keys()]) if (parentId(known) === id) draft.apps.delete(known);
    for (const app of apps) draft.putApp(newDefinition(app, id));
  }
}

/** @throws ApiError 422 */
function groupIdOf({ id }: GroupUpdate, base: string): string {
  if (id === undefined) throw unprocessable("No group id was given!");
  return canonicalId(id, base);
}

/** The tree with as many instances of each app of a group, rounded up. */
export function scaleGroup(tree: Tree, id: string, factor: number): Tree {
  return edited(tree, ({ apps }) => {
    for (const app of apps.values())
      if (isInside(app.id, id)) apps.set(app.id, { ...app, instances: Math.ceil(app.instances * factor) });
  });
}

/**
 * The tree with a group as it was in another one.
 * @throws ApiError 422 where it is not in that.
 */
export function restoreGroup(tree: Tree, id: string, old: Tree | undefined, version: string): Tree {
  if (old?.groups.has(id) !== true) throw unprocessable(`Group ${id} not available in version ${version}`);
  return edited(tree, (draft) => {
    draft.removeGroup(id);
    for (const [group, facts] of old.groups)
      if (group === id || isInside(group, id)) draft.makeGroup(group, facts);
    for (const app of old.apps.values()) if (isInside(app.id, id)) draft.putApp(app);
  });
}

/** What is wrong with an update by itself. */
export function groupUpdateViolations(update: GroupUpdate, place = ""): readonly Violation[] {
  const given = Object.values(update).filter((value) => value !== undefined).length;
  const alone = (["version", "scaleBy"] as const).flatMap((name) =>
    update[name] === undefined || given === 1
      ? []
      : [{ attribute: `${place}${name}`, error: "not allowed in conjunction with other properties." }],
  );
  return [
    ...alone,
    ...(update.id === undefined ? [] : idViolations(`${place}id`, update.id)),
    ...(update.apps ?? []).flatMap((app, index) =>
      within(`${place}apps[${index}].`, [...appViolations(newDefinition(app, "/"))]),
    ),
    ...(update.groups ?? []).flatMap((group, index) =>
      groupUpdateViolations(group, `${place}groups[${index}].`),
    ),
  ];
}

function within(place: string, violations: readonly Violation[]): readonly Violation[] {
  return violations.map(({ attribute, error }) => ({ attribute: place + attribute, error }));
}
