import { inspect } from "node:util";
import { type ErrorId, errorIds } from "./error-ids.ts";
import { cleanLines } from "./untrusted.ts";

/** Exit codes, as documented in the README. */
export const exitCodes = {
  ok: 0,
  /** A fault of this tool: please report it. */
  bug: 1,
  /** A wrong flag, command or lab file; nothing was changed. */
  usage: 2,
  /** The host lacks something; nothing was changed. */
  preflight: 3,
  /** Vagrant, Ansible, Docker or another program failed. */
  tool: 4,
  /** The lab does not do what it should. */
  verify: 5,
  /** A drill's lab did not recover by the deadline. */
  notRecovered: 6,
  /** Interrupted with Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitCodeOf = new Map<string, ExitCode>(
  Object.entries(errorIds).flatMap(([kind, ids]) =>
    ids.map((id) => [id, exitCodes[kind as keyof typeof errorIds]] as const),
  ),
);

export interface LabErrorOptions {
  /** What to do next: sentences or commands, one per entry. */
  remedy?: readonly string[];
  /** Facts that help to understand the failure: a log's tail, the last answer seen. */
  details?: readonly string[];
  cause?: unknown;
}

/** A failure that the user can understand and act upon. Its message is one sentence without a stop. */
export class LabError extends Error {
  readonly id: ErrorId;
  readonly exitCode: ExitCode;
  readonly remedy: readonly string[];
  readonly details: readonly string[];

  constructor(id: ErrorId, message: string, options: LabErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "LabError";
    this.id = id;
    this.exitCode = exitCodeOf.get(id) ?? exitCodes.bug;
    this.remedy = options.remedy ?? [];
    this.details = options.details ?? [];
  }
}

/** Failures that a host's state may be behind: each of them ends by pointing to the report on it. */
const hostMayBeAtFault: readonly ExitCode[] = [exitCodes.preflight, exitCodes.tool, exitCodes.verify];

/** What to do next, most helpful first. */
export function remedies(error: LabError): readonly string[] {
  return hostMayBeAtFault.includes(error.exitCode)
    ? [...new Set([...error.remedy, "npx mesos-lab doctor"])]
    : error.remedy;
}

/** All that is known of what was thrown: it may be anything. */
function toldWhole(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.stack || thrown.message;
  return typeof thrown === "string" ? thrown : inspect(thrown);
}

/** The text shown for any error: message, facts, and what to do next. */
export function formatError(error: unknown, verbose = false): string {
  if (!(error instanceof LabError)) {
    return `✖ internal error, please report it\n${cleanLines(toldWhole(error))}\n  error: internal-error`;
  }
  const lines = [`✖ ${error.message}`];
  for (const detail of error.details) lines.push(...detail.split("\n").map((line) => `  ${line}`));
  for (const step of remedies(error)) lines.push(`  try: ${step}`);
  lines.push(`  error: ${error.id}`);
  if (verbose && error.cause instanceof Error && error.cause.stack) lines.push(error.cause.stack);
  return lines.join("\n");
}
