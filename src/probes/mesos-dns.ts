import * as z from "zod";
import { askJson } from "./answer.ts";
import type { ProbeContext } from "./context.ts";

const versionSchema = z.object({ Service: z.string(), Version: z.string() });
export type MesosDnsVersion = z.infer<typeof versionSchema>;

const hostsSchema = z.array(z.object({ host: z.string(), ip: z.string() }));

export function askVersion(context: ProbeContext, origin: string): Promise<MesosDnsVersion> {
  return askJson(context, `${origin}/v1/version`, versionSchema);
}

/** The addresses of a name; an unknown one has none, though Mesos-DNS answers it with an entry of empty texts. */
export async function askHosts(context: ProbeContext, origin: string, name: string): Promise<string[]> {
  const found = await askJson(context, `${origin}/v1/hosts/${name}`, hostsSchema);
  return found.map(({ ip }) => ip).filter((ip) => ip !== "");
}
