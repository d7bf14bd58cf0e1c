import type { Finding, Level } from "../lab/finding.ts";
import { paint } from "../ui/color.ts";
import { wrap } from "../ui/text.ts";

const signs: Readonly<Record<Level, { sign: string; color: "green" | "yellow" | "red" }>> = {
  ok: { sign: "✔", color: "green" },
  warn: { sign: "!", color: "yellow" },
  error: { sign: "✖", color: "red" },
};

/** The report for people: a line for each finding, below it what to do, and how it stands at the end. */
export function hostReport(findings: readonly Finding[], options: { width: number; color: boolean }): string {
  const subjectWidth = Math.max(...findings.map(({ subject }) => subject.length));
  const indent = " ".repeat(subjectWidth + 4);
  const room = Math.max(30, options.width - indent.length);
  const lines = findings.flatMap(({ level, subject, seen, remedy }) => {
    const { sign, color } = signs[level];
    const [first = "", ...more] = wrap(seen, room);
    return [
      `${paint(options.color, color, sign)} ${subject.padEnd(subjectWidth)}  ${first}`,
      ...more.map((text) => indent + text),
      // Never wrapped: a command with line breaks in it cannot be pasted.
      ...(remedy === undefined ? [] : [`${indent}→ ${remedy}`]),
    ];
  });
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const worst = worstLevel(findings);
  const words = {
    ok: "this host is ready",
    warn: `this host is ready, with ${plural(count("warn"), "warning")}`,
    error: `this host is not ready: ${plural(count("error"), "error")}, ${plural(count("warn"), "warning")}`,
  };
  return [...lines, "", paint(options.color, signs[worst].color, words[worst])].join("\n");
}

export function worstLevel(findings: readonly Finding[]): Level {
  const levels = new Set(findings.map(({ level }) => level));
  return levels.has("error") ? "error" : levels.has("warn") ? "warn" : "ok";
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
