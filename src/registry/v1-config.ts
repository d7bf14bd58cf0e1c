import { compact, goObject, goString, members } from "./go-json.ts";

/**
 * From the history of a schema 1 manifest to the configuration of an image, in the very bytes that Docker's engine
 * makes of it, so that the image has the same id. Read in moby@v20.10.24 (image/v1/imagev1.go, image/image.go,
 * api/types/container/config.go).
 */

/** One step of the history, as it stands in the new configuration. */
export interface Step {
  /** The step's own JSON of the old form. */
  readonly v1: string;
  /** Nothing was changed in the file system. */
  readonly empty: boolean;
}

/** Before this version engines wrote fields that were never meant to be kept. */
const cleanSince = [1, 8, 3];
/** What has no place in the new form. */
const droppedKeys = ["id", "parent", "Size", "parent_id", "layer_id", "throwaway"];

/**
 * @param steps bottom first; the last one holds the image's own configuration.
 * @param diffIds `sha256:…` of each unpacked layer, bottom first.
 */
export function configFromHistory(steps: readonly Step[], diffIds: readonly string[]): string {
  const top = (steps.at(-1) as Step).v1;
  const parts = isOld(JSON.parse(top)) ? oldImage(JSON.parse(top)) : members(top);
  const config = new Map([...parts].map(([key, value]) => [key, compact(value)]));
  for (const key of droppedKeys) config.delete(key);
  const layers = diffIds.length === 0 ? "" : `,"diff_ids":[${diffIds.map(goString).join(",")}]`;
  config.set("rootfs", `{"type":"layers"${layers}}`);
  config.set("history", `[${steps.map(historyEntry).join(",")}]`);
  return goObject(config);
}

type Json = Readonly<Record<string, unknown>>;

function isOld({ docker_version }: Json): boolean {
  const parts = String(docker_version ?? "").split(".");
  for (let index = 0; index < Math.max(parts.length, cleanSince.length); index += 1) {
    const part = /^[+-]?\d+$/.test(parts[index] ?? "") ? Number(parts[index]) : 0;
    const bound = cleanSince[index] ?? 0;
    if (part !== bound) return part < bound;
  }
  return false;
}

function historyEntry({ v1, empty }: Step): string {
  const image = JSON.parse(v1) as Json;
  const command = strings((image.container_config as Json | undefined)?.Cmd)?.join(" ") ?? "";
  return struct([
    ["created", goTime(image.created)],
    ["author", filled(image.author)],
    ["created_by", command === "" ? undefined : goString(command)],
    ["comment", filled(image.comment)],
    ["empty_layer", empty ? "true" : undefined],
  ]);
}

/** Only the fields that the engine knows, each as it writes it. */
function oldImage(image: Json): Map<string, string> {
  const fields: [string, string | undefined][] = [
    ["comment", filled(image.comment)],
    ["created", goTime(image.created)],
    ["container", filled(image.container)],
    ["container_config", containerConfig((image.container_config ?? {}) as Json)],
    ["docker_version", filled(image.docker_version)],
    ["author", filled(image.author)],
    ["config", image.config ? containerConfig(image.config as Json) : undefined],
    ["architecture", filled(image.architecture)],
    ["variant", filled(image.variant)],
    ["os", filled(image.os)],
  ];
  return new Map(fields.filter((each): each is [string, string] => each[1] !== undefined));
}

function containerConfig(config: Json): string {
  const text = (key: string) => goString(String(config[key] ?? ""));
  const flag = (key: string) => String(config[key] === true);
  const list = (key: string) => goList(strings(config[key]));
  return struct([
    ["Hostname", text("Hostname")],
    ["Domainname", text("Domainname")],
    ["User", text("User")],
    ["AttachStdin", flag("AttachStdin")],
    ["AttachStdout", flag("AttachStdout")],
    ["AttachStderr", flag("AttachStderr")],
    ["ExposedPorts", goSet(config.ExposedPorts, "left out")],
    ["Tty", flag("Tty")],
    ["OpenStdin", flag("OpenStdin")],
    ["StdinOnce", flag("StdinOnce")],
    ["Env", list("Env")],
    ["Cmd", list("Cmd")],
    ["Healthcheck", config.Healthcheck ? healthcheck(config.Healthcheck as Json) : undefined],
    ["ArgsEscaped", config.ArgsEscaped === true ? "true" : undefined],
    ["Image", text("Image")],
    ["Volumes", goSet(config.Volumes, "null")],
    ["WorkingDir", text("WorkingDir")],
    ["Entrypoint", list("Entrypoint")],
    ["NetworkDisabled", config.NetworkDisabled === true ? "true" : undefined],
    ["MacAddress", filled(config.MacAddress)],
    ["OnBuild", list("OnBuild")],
    ["Labels", goLabels(config.Labels)],
    ["StopSignal", filled(config.StopSignal)],
    ["StopTimeout", Number.isInteger(config.StopTimeout) ? String(config.StopTimeout) : undefined],
    ["Shell", strings(config.Shell)?.length ? list("Shell") : undefined],
  ]);
}

function healthcheck(check: Json): string {
  const number = (key: string) => (check[key] ? String(check[key]) : undefined);
  return struct([
    ["Test", strings(check.Test)?.length ? goList(strings(check.Test)) : undefined],
    ["Interval", number("Interval")],
    ["Timeout", number("Timeout")],
    ["StartPeriod", number("StartPeriod")],
    ["Retries", number("Retries")],
  ]);
}

/** Fields in their order; undefined is one that is left out. */
function struct(fields: readonly (readonly [string, string | undefined])[]): string {
  const there = fields.filter(([, value]) => value !== undefined);
  return `{${there.map(([key, value]) => `${goString(key)}:${value}`).join(",")}}`;
}

function filled(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? goString(value) : undefined;
}

/** A command may be one text instead of a list. */
function strings(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.map(String) : undefined;
}

function goList(values: readonly string[] | undefined): string {
  return values === undefined ? "null" : `[${values.map(goString).join(",")}]`;
}

function goSet(value: unknown, none: "null" | "left out"): string | undefined {
  const keys = Object.keys((value ?? {}) as Json);
  if (none === "left out" && keys.length === 0) return undefined;
  if (value === undefined || value === null) return "null";
  return goObject(new Map(keys.map((key) => [key, "{}"])));
}

function goLabels(value: unknown): string {
  if (typeof value !== "object" || value === null) return "null";
  return goObject(new Map(Object.entries(value).map(([key, text]) => [key, goString(String(text))])));
}

/** A time to the nanosecond, without zeros at its end; the year 1 where none is known. */
function goTime(value: unknown): string {
  const [, whole, fraction = "", zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?\d*(Z|[+-]\d\d:\d\d)$/.exec(String(value ?? "")) ?? [];
  if (whole === undefined) return goString("0001-01-01T00:00:00Z");
  const utc = zone === "+00:00" || zone === "-00:00" ? "Z" : zone;
  return goString(`${whole}${fraction.replace(/\.?0+$/, "")}${utc}`);
}
