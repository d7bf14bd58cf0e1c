import { dependenciesOf, depths } from "./dependencies.ts";
import type { AppDefinition } from "./model.ts";
import { portMappings } from "./service-ports.ts";
import { type Group, groupIn, type Tree } from "./tree.ts";
import { appViolations, type Violation } from "./validation.ts";

/** What is wrong with all apps and groups together, each with its place: `groups[0].apps[1].value`. */
export function treeViolations(tree: Tree): readonly Violation[] {
  const root = groupIn(tree, "/");
  if (root === undefined) return [];
  const circle = depths(dependenciesOf(tree)) === undefined;
  return [
    ...groupViolations(root, ""),
    ...(circle
      ? [
          { attribute: "id.isRoot", error: "must be false" },
          { attribute: "dependencies", error: "Dependency graph has cyclic dependencies" },
        ]
      : []),
  ];
}

function groupViolations(group: Group, place: string): readonly Violation[] {
  const names = new Set(group.groups.map(({ id }) => id));
  const clashing = group.apps.filter(({ id }) => names.has(id)).map(({ id }) => id);
  const whole = (error: string): Violation => ({ attribute: `${place}value`, error });
  return [
    ...group.apps.flatMap((app, index) =>
      violationsOnce(app).map(({ attribute, error }) => ({
        attribute: `${place}apps[${index}].${attribute}`,
        error,
      })),
    ),
    ...group.groups.flatMap((inner, index) => groupViolations(inner, `${place}groups[${index}].`)),
    ...(clashing.length === 0
      ? []
      : [whole(`Groups and Applications may not have the same identifier: ${clashing.join(", ")}`)]),
    ...portClashes(group).map(whole),
  ];
}

/** Definitions are never changed: what was valid once is valid for ever. */
const valid = new WeakSet<AppDefinition>();

function violationsOnce(app: AppDefinition): readonly Violation[] {
  if (valid.has(app)) return [];
  const found = appViolations(app);
  if (found.length === 0) valid.add(app);
  return found;
}

/** Of the apps that are in a group itself with all that are below it. */
function portClashes(group: Group): readonly string[] {
  const owners = new Map<number, string[]>();
  const note = (app: AppDefinition) => {
    for (const { servicePort } of portMappings(app) ?? [])
      if (servicePort !== 0) owners.set(servicePort, [...(owners.get(servicePort) ?? []), app.id]);
  };
  const visit = ({ apps, groups }: Group): void => {
    apps.forEach(note);
    groups.forEach(visit);
  };
  if (group.apps.length === 0) return [];
  visit(group);
  return group.apps.flatMap((app) =>
    (portMappings(app) ?? []).flatMap(({ servicePort }) =>
      (owners.get(servicePort) ?? [])
        .filter((other) => other !== app.id)
        .map(
          (other) => `Requested service port ${servicePort} conflicts with a service port in app ${other}`,
        ),
    ),
  );
}
