import { randomUUID } from "node:crypto";

const segment =
  /^(?:(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])|(\.|\.\.))$/;

/** The rule for each part of an app's id, as the API quotes it. */
export const segmentRule =
  "^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$";

/**
 * `tomcat`, `/tomcat/` and `//tomcat` are all `/tomcat`; `.` and `..` are resolved.
 * @param base what an id begins at that has no slash at its beginning
 */
export function canonicalId(id: string, base = "/"): string {
  const parts = id.startsWith("/") ? [] : base.split("/").filter((part) => part !== "");
  for (const part of id.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** The parts of an id that are not as Marathon wants them. */
export function invalidSegments(id: string): readonly string[] {
  return id.split("/").filter((part) => part !== "" && !segment.test(part));
}

export function parentId(id: string): string {
  return id.slice(0, id.lastIndexOf("/")) || "/";
}

/** `/a/b` is inside `/a` and `/`. */
export function isInside(id: string, group: string): boolean {
  return group === "/" || id.startsWith(`${group}/`);
}

/** `a_b` for `/a/b`: how ids appear in task ids and in the text form of the task list. */
export function safePath(id: string): string {
  return id.slice(1).replaceAll("/", "_");
}

/** `b.a` for `/a/b`: the name that Mesos sees. */
export function hostname(id: string): string {
  return id.slice(1).split("/").reverse().join(".");
}

export function newTaskId(appId: string): string {
  return `${safePath(appId)}.${randomUUID()}`;
}

/** The app that a task id names, or undefined where it is not a task id. */
export function appIdOf(taskId: string): string | undefined {
  const match = /^(.+)[._]([^_.]+)$/.exec(taskId);
  return match?.[1] === undefined ? undefined : `/${match[1].replaceAll("_", "/")}`;
}
