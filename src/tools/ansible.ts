import { join } from "node:path";
import type { Command } from "./exec.ts";

/** Ansible refuses to start without UTF-8. macOS has no locale C.UTF-8. */
export function utf8Locale(platform: NodeJS.Platform = process.platform): string {
  return platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
}

/** On Linux; unbuffered, so that its lines are told as they come. */
export const ansibleEnv = { ANSIBLE_NOCOLOR: "1", LC_ALL: "C.UTF-8", PYTHONUNBUFFERED: "1" };

/** Tells when a machine begins a task. Where machines go at their own pace, Ansible's headings come with the results. */
export const tellStarts = { ANSIBLE_SHOW_PER_HOST_START: "1" };

/** By name, because Ansible ignores the `ansible.cfg` of a folder that everybody may write to. */
export function ansiblePlaybook(folder: string, playbook = "site.yml"): Command {
  const env = { ...ansibleEnv, LC_ALL: utf8Locale(), ANSIBLE_CONFIG: join(folder, "ansible.cfg") };
  return { file: "ansible-playbook", args: [playbook], cwd: folder, env };
}

export type AnsibleLine =
  | { kind: "play"; name: string }
  | ({ kind: "task" } & AnsibleTask)
  | ({ kind: "start"; machine: string } & AnsibleTask)
  | { kind: "result"; machine: string; status: string }
  | { kind: "failure"; machine: string; message: string }
  | { kind: "warning"; message: string }
  | { kind: "recap"; machine: string; ok: number; changed: number; unreachable: number; failed: number };

export interface AnsibleTask {
  readonly name: string;
  /** Undefined for a task that belongs to no role. */
  readonly role: string | undefined;
}

/** What one line of `ansible-playbook`'s output says, or undefined for lines that carry no news. */
export function parseAnsibleLine(line: string): AnsibleLine | undefined {
  const heading = /^(PLAY|TASK|RUNNING HANDLER) \[(.*)\] \**$/.exec(line);
  if (heading?.[1] === "PLAY") return { kind: "play", name: heading[2] ?? "" };
  if (heading) return { kind: "task", ...taskOf(heading[2] ?? "") };
  const start = /^ \[started TASK: (.*) on (\S+)\]$/.exec(line);
  if (start) return { kind: "start", machine: start[2] ?? "", ...taskOf(start[1] ?? "") };
  const recap = /^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)/.exec(line);
  if (recap) {
    const [ok, changed, unreachable, failed] = recap.slice(2).map(Number) as [number, number, number, number];
    return { kind: "recap", machine: recap[1] ?? "", ok, changed, unreachable, failed };
  }
  const failure = /^(?:fatal|failed): \[([^\]]+)\].*? => (.*)$/.exec(line);
  if (failure)
    return { kind: "failure", machine: failure[1] ?? "", message: failureMessage(failure[2] ?? "") };
  // Long ones go on in the next lines; what they begin with says enough.
  const warning = /^\[WARNING\]: (.*)$|^skipping: (no hosts matched)$/.exec(line);
  if (warning) return { kind: "warning", message: warning[1] ?? warning[2] ?? "" };
  const result = /^(ok|changed|skipping|included): \[([^\]]+)\]/.exec(line);
  if (result) return { kind: "result", machine: result[2] ?? "", status: result[1] ?? "" };
  return undefined;
}

/** Of a role's task Ansible tells the role too, as `docker_engine : Start Docker`. */
function taskOf(text: string): AnsibleTask {
  const [, role, name] = /^(\w+) : (.*)$/.exec(text) ?? [];
  return { name: name ?? text, role };
}

/** Ansible's own sentence out of the JSON that follows `FAILED! =>`. */
function failureMessage(json: string): string {
  try {
    const { msg, stderr } = JSON.parse(json) as { msg?: unknown; stderr?: unknown };
    const said = [msg, stderr].filter((part) => typeof part === "string" && part !== "");
    return said.length > 0 ? said.join(": ") : json;
  } catch {
    return json;
  }
}
