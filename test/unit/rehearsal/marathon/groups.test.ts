import { describe, expect, test } from "vitest";
import { groupUpdate } from "../../../../src/rehearsal/marathon/api/group-schema.ts";
import { read } from "../../../../src/rehearsal/marathon/api/play-json.ts";
import {
  applyGroupUpdate,
  groupUpdateViolations,
  restoreGroup,
  scaleGroup,
} from "../../../../src/rehearsal/marathon/apps/group-update.ts";
import { edited, emptyTree, groupIn, type Tree } from "../../../../src/rehearsal/marathon/apps/tree.ts";
import { treeViolations } from "../../../../src/rehearsal/marathon/apps/tree-validation.ts";
import { planOf } from "../../../../src/rehearsal/marathon/deployments/plan.ts";
import { reverted } from "../../../../src/rehearsal/marathon/deployments/revert.ts";
import { versioned } from "../../../../src/rehearsal/marathon/deployments/versions.ts";

const start = emptyTree("2015-12-30T10:00:00.000Z");
const v2 = "2015-12-30T10:00:02.000Z";
const v3 = "2015-12-30T10:00:03.000Z";
const update = (fields: object) => read(groupUpdate, JSON.stringify(fields));
const applied = (tree: Tree, id: string, fields: object) => applyGroupUpdate(tree, id, update(fields));
const app = (id: string, fields: object = {}) => ({ id, cmd: "sleep 1", ...fields });
const definition = (id: string) => {
  const found = made.apps.get(id);
  if (found === undefined) throw new Error(`no app ${id}`);
  return found;
};
const shape = (tree: Tree) => [[...tree.groups.keys()].sort(), [...tree.apps.keys()].sort()];

/** The groups of Marathon's own lesson: a service on a database. */
const product = {
  id: "/product",
  groups: [
    { id: "/product/database", apps: [app("/product/database/mongo"), app("mysql")] },
    {
      id: "service",
      dependencies: ["/product/database"],
      apps: [app("rails-app"), app("play-app", { dependencies: ["rails-app"] })],
    },
  ],
};
const made = versioned(start, applied(start, "/product", product), v2);

describe("an update of a group", () => {
  test("makes groups and apps, whose ids begin at the group that they are in", () => {
    expect(shape(made)).toEqual([
      ["/", "/product", "/product/database", "/product/service"],
      [
        "/product/database/mongo",
        "/product/database/mysql",
        "/product/service/play-app",
        "/product/service/rails-app",
      ],
    ]);
    expect(made.apps.get("/product/service/play-app")?.dependencies).toEqual(["/product/service/rails-app"]);
    expect(groupIn(made, "/product/service")).toMatchObject({
      id: "/product/service",
      version: v2,
      dependencies: ["/product/database"],
      apps: [{ id: "/product/service/play-app", version: v2 }, { id: "/product/service/rails-app" }],
      groups: [],
    });
    expect(groupIn(made, "/nothing")).toBeUndefined();
  });

  test("keeps what it does not name, and removes what it leaves out of a list", () => {
    const less = applied(made, "/product", { groups: [{ id: "service" }] });
    expect(shape(less)).toEqual([
      ["/", "/product", "/product/service"],
      ["/product/service/play-app", "/product/service/rails-app"],
    ]);
    const other = applied(made, "/product/service", { apps: [app("rails-app")], dependencies: [] });
    expect(shape(other)[1]).toEqual([
      "/product/database/mongo",
      "/product/database/mysql",
      "/product/service/rails-app",
    ]);
    expect(other.groups.get("/product/service")?.dependencies).toEqual([]);
  });

  test("leaves the definition of an app that does not differ", () => {
    const again = versioned(made, applied(made, "/product", product), v3);
    for (const [id, definition] of again.apps) expect(definition).toBe(made.apps.get(id));
  });

  test("may ask for another size, rounded up", () => {
    const scaled = scaleGroup(made, "/product/database", 1.5);
    const sizes = [...scaled.apps.values()].map(({ id, instances }) => [id, instances]);
    expect(sizes).toEqual([
      ["/product/database/mongo", 2],
      ["/product/database/mysql", 2],
      ["/product/service/rails-app", 1],
      ["/product/service/play-app", 1],
    ]);
  });

  test("may ask for another time", () => {
    const gone = edited(made, (draft) => draft.removeGroup("/product"));
    expect(shape(gone)).toEqual([["/"], []]);
    expect(shape(restoreGroup(gone, "/product", made, v2))).toEqual(shape(made));
    expect(() => restoreGroup(gone, "/other", made, v2)).toThrow(
      `Group /other not available in version ${v2}`,
    );
  });

  test("is one thing at a time, and of valid parts", () => {
    expect(groupUpdateViolations(update({ scaleBy: 2, apps: [] }))).toEqual([
      { attribute: "scaleBy", error: "not allowed in conjunction with other properties." },
    ]);
    expect(groupUpdateViolations(update({ scaleBy: 2 }))).toEqual([]);
    expect(() => applied(start, "/", { scaleBy: 2 })).toThrow("no scale should be given");
    const nested = update({ id: "/a", groups: [{ id: "B", apps: [{ id: "c" }] }] });
    expect(groupUpdateViolations(nested).map(({ attribute }) => attribute)).toEqual([
      "groups[0].id",
      "groups[0].apps[0].value",
    ]);
    expect(() => applied(start, "/", { groups: [{ apps: [] }] })).toThrow("No group id was given!");
  });
});

describe("all apps and groups together", () => {
  const errors = (tree: Tree) => treeViolations(tree).map(({ attribute, error }) => `${attribute}: ${error}`);

  test("are valid", () => {
    expect(errors(made)).toEqual([]);
  });

  test("must not depend on each other in a circle", () => {
    const circle = applied(made, "/product/database", { dependencies: ["/product/service"] });
    expect(errors(circle)).toEqual([
      "id.isRoot: must be false",
      "dependencies: Dependency graph has cyclic dependencies",
    ]);
    expect(errors(applied(start, "/a", { apps: [app("b", { dependencies: ["b"] })] }))).toHaveLength(2);
  });

  test("must not have the same name, but an app takes the place of an empty group", () => {
    const clash = applied(made, "/", { apps: [app("product")] });
    expect(errors(clash)).toEqual([
      "value: Groups and Applications may not have the same identifier: /product",
    ]);
    const empty = applied(start, "/a/b", {});
    expect(
      shape(
        edited(empty, (draft) => draft.putApp({ ...definition("/product/service/rails-app"), id: "/a" })),
      ),
    ).toEqual([["/"], ["/a"]]);
  });

  test("must not want the same service ports within a group", () => {
    const container = (servicePort: number) => ({
      cmd: null,
      container: { docker: { image: "i", network: "BRIDGE", portMappings: [{ servicePort }] } },
    });
    const clash = applied(start, "/a", { apps: [app("b", container(9000)), app("c", container(9000))] });
    expect(errors(clash)).toEqual([
      "groups[0].value: Requested service port 9000 conflicts with a service port in app /a/c",
      "groups[0].value: Requested service port 9000 conflicts with a service port in app /a/b",
    ]);
  });
});

describe("a plan", () => {
  const steps = (from: Tree, to: Tree, replaced?: Set<string>) =>
    planOf(from, to, replaced).steps.map((step) =>
      step.map(({ action, app: id }) => `${action.replace("Application", "")} ${id}`),
    );

  test("starts what is new, and brings it to its size in the order of its dependencies", () => {
    expect(steps(start, made)).toEqual([
      [
        "Start /product/database/mongo",
        "Start /product/database/mysql",
        "Start /product/service/rails-app",
        "Start /product/service/play-app",
      ],
      ["Scale /product/database/mongo", "Scale /product/database/mysql"],
      ["Scale /product/service/rails-app"],
      ["Scale /product/service/play-app"],
    ]);
  });

  test("stops first, then scales or restarts what differs, and nothing else", () => {
    const changed = versioned(
      made,
      applied(made, "/product", {
        groups: [
          { id: "database", apps: [app("mysql", { instances: 3 })] },
          {
            id: "service",
            apps: [app("rails-app", { cmd: "sleep 2" }), app("play-app", { dependencies: ["rails-app"] })],
          },
        ],
      }),
      v3,
    );
    expect(steps(made, changed)).toEqual([
      ["Stop /product/database/mongo"],
      ["Scale /product/database/mysql"],
      ["Restart /product/service/rails-app"],
    ]);
    const kept = changed.apps.get("/product/database/mysql")?.versionInfo;
    expect(kept).toEqual({ lastScalingAt: v3, lastConfigChangeAt: v2 });
    expect(steps(made, made)).toEqual([]);
  });

  test("replaces the tasks of an app that is restarted", () => {
    const id = "/product/service/rails-app";
    const again = new Set([id]);
    const same = edited(made, ({ apps }) => apps.set(id, { ...definition(id) }));
    const restarted = versioned(made, same, v3, again);
    expect(steps(made, restarted, again)).toEqual([[`Restart ${id}`]]);
    expect(restarted.apps.get(id)).toMatchObject({
      version: v3,
      versionInfo: { lastScalingAt: v3, lastConfigChangeAt: v2 },
    });
  });
});

describe("taking a change back", () => {
  test("restores what it changed and what it removed, and removes what it made", () => {
    const changed = versioned(
      made,
      applied(made, "/product", {
        groups: [{ id: "database", apps: [app("mysql", { instances: 3 })] }, { id: "new" }],
      }),
      v3,
    );
    expect(shape(reverted(changed, made, changed))).toEqual(shape(made));
    expect(reverted(changed, made, changed).apps.get("/product/database/mysql")?.instances).toBe(1);
  });

  test("leaves alone what others have done since", () => {
    const since = applied(made, "/product/service", { apps: [app("other")] });
    expect(shape(reverted(since, start, made))).toEqual([
      ["/", "/product", "/product/service"],
      ["/product/service/other"],
    ]);
  });
});
