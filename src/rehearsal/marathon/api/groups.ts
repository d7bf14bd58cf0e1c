import { type Context, Hono } from "hono";
import { conflict, notFound } from "../apps/api-error.ts";
import {
  applyGroupUpdate,
  type GroupUpdate,
  groupUpdateViolations,
  restoreGroup,
  scaleGroup,
} from "../apps/group-update.ts";
import { canonicalId, parentId } from "../apps/path-id.ts";
import { timestampOf } from "../apps/timestamp.ts";
import { appsIn, edited, groupIn, type Tree } from "../apps/tree.ts";
import { mustBeValid } from "../apps/validation.ts";
import { stepJson } from "../deployments/deployments.ts";
import type { Runtime } from "../runtime.ts";
import { deploymentResult } from "./deployments.ts";
import { groupUpdate } from "./group-schema.ts";
import { isYes, json, locationOf } from "./http.ts";
import { read } from "./play-json.ts";

/** `/v2/groups` and everything below it. */
export function groupRoutes(current: () => Runtime): Hono {
  const api = new Hono();
  const paths = ["/v2/groups", "/v2/groups/*"];

  api.on(["GET"], paths, (context) => {
    const { registry } = current();
    const path = wordsOf(context);
    const { id, kind, version } = groupPath(path);
    if (kind === "versions")
      return json(
        context,
        registry.treeVersions().filter((one) => registry.treeAt(one)?.groups.has(id)),
      );
    const tree = version === undefined ? registry.tree : registry.treeAt(timestampOf(version));
    const group = tree === undefined ? undefined : groupIn(tree, id);
    if (tree === undefined || group === undefined)
      throw notFound(
        `Group '${id}' does not exist${version === undefined ? "" : ` in version ${timestampOf(version)}`}`,
      );
    return json(context, kind === "apps" ? appsIn(tree, id) : group);
  });

  api.on(["POST"], paths, async (context) => {
    const { registry, groups } = current();
    const update = await updateIn(context);
    const id = groupIdOf(context, update);
    if (registry.tree.groups.has(id))
      throw conflict(`Group ${id} is already created. Use PUT to change this group.`);
    const plan = await groups.update({
      groupId: id,
      change: changeTo(current(), id, update),
      force: isYes(context, "force"),
    });
    return json(context, deploymentResult(plan), 201, locationOf(context, id));
  });

  api.on(["PUT"], paths, async (context) => {
    const { groups } = current();
    const update = await updateIn(context);
    if (isYes(context, "dryRun")) {
      const change = (tree: Tree) => applyGroupUpdate(tree, pathId(context), update);
      const { steps } = await groups.dryRun({ change });
      return json(context, { steps: steps.map(stepJson) });
    }
    const id = groupIdOf(context, update);
    const plan = await groups.update({
      groupId: id,
      change: changeTo(current(), id, update),
      force: isYes(context, "force"),
    });
    return json(context, deploymentResult(plan));
  });

  api.on(["DELETE"], paths, async (context) => {
    const { registry, groups } = current();
    const id = pathId(context);
    if (!registry.tree.groups.has(id)) throw notFound(`Group '${id}' does not exist`);
    const change = (tree: Tree) => edited(tree, (draft) => draft.removeGroup(id));
    const plan = await groups.update({ groupId: parentId(id), change, force: isYes(context, "force") });
    return json(context, deploymentResult(plan));
  });
  return api;
}

/** What an update makes of the tree: a group of another time, another size, or what it says. */
function changeTo(runtime: Runtime, id: string, update: GroupUpdate): (tree: Tree) => Tree {
  const { version, scaleBy } = update;
  return (tree) => {
    if (version !== undefined) return restoreGroup(tree, id, runtime.registry.treeAt(version), version);
    if (scaleBy !== undefined) return scaleGroup(tree, id, scaleBy);
    return applyGroupUpdate(tree, id, update);
  };
}

/** @throws ApiError 400, 422 */
async function updateIn(context: Context): Promise<GroupUpdate> {
  const update = read(groupUpdate, await context.req.text());
  mustBeValid(groupUpdateViolations(update));
  return update;
}

function wordsOf(context: Context): string {
  return decodeURIComponent(context.req.path.slice("/v2/groups".length)).replace(/^\/+/, "");
}

function pathId(context: Context): string {
  return canonicalId(wordsOf(context));
}

/** The group that is meant: an id in the body begins at that of the path. */
function groupIdOf(context: Context, update: GroupUpdate): string {
  const id = pathId(context);
  return update.id === undefined ? id : canonicalId(update.id, id);
}

interface GroupPath {
  readonly id: string;
  readonly kind: "group" | "apps" | "versions";
  readonly version?: string;
}

/** `apps`, `versions` and `versions/<version>` at the end are no names of groups. */
function groupPath(path: string): GroupPath {
  const [, above = "", word, version] =
    /^(.*?)\/?(?:\b(apps|versions)|\bversions\/([^/]+))$/.exec(path) ?? [];
  if (word === "apps" || word === "versions") return { id: canonicalId(above), kind: word };
  if (version !== undefined) return { id: canonicalId(above), kind: "group", version };
  return { id: canonicalId(path), kind: "group" };
}
