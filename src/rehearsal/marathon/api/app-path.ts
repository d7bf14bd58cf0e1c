import { canonicalId } from "../apps/path-id.ts";

/** What a path below `/v2/apps/` means. */
export type AppPath =
  | { readonly kind: "app" | "group" | "tasks" | "groupTasks" | "versions" | "restart"; readonly id: string }
  | { readonly kind: "task"; readonly id: string; readonly taskId: string }
  | { readonly kind: "version"; readonly id: string; readonly version: string };

/** App ids contain slashes, so the last words of the path decide. */
export function parseAppPath(path: string): AppPath {
  const words = path
    .split("/")
    .filter((word) => word !== "")
    .map(decodeURIComponent);
  const last = words.at(-1) ?? "";
  const before = words.at(-2);
  const id = (count: number) => canonicalId(words.slice(0, words.length - count).join("/"));
  if (last === "*") return { kind: "group", id: id(1) };
  if (last === "tasks" && words.length > 1)
    return before === "*" ? { kind: "groupTasks", id: id(2) } : { kind: "tasks", id: id(1) };
  if (before === "tasks" && words.length > 2) return { kind: "task", id: id(2), taskId: last };
  if (last === "versions" && words.length > 1) return { kind: "versions", id: id(1) };
  if (before === "versions" && words.length > 2) return { kind: "version", id: id(2), version: last };
  if (last === "restart" && words.length > 1) return { kind: "restart", id: id(1) };
  return { kind: "app", id: id(0) };
}
