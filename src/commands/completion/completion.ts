import type { CommandText } from "../../command-line.ts";
import type { Context } from "../context.ts";
import { bash } from "./bash.ts";
import { fish } from "./fish.ts";
import { powershell } from "./powershell.ts";
import { zsh } from "./zsh.ts";

const scripts: Readonly<Record<string, (commands: readonly CommandText[]) => string>> = {
  bash,
  zsh,
  fish,
  powershell,
};

/** `completion SHELL`: prints what the shell has to read. */
export async function completion(
  shell: string,
  commands: readonly CommandText[],
  context: Context,
): Promise<void> {
  context.print(scripts[shell]?.(commands).trimEnd() ?? "");
}
