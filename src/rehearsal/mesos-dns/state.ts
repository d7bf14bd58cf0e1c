import * as z from "zod";

const label = z.object({ key: z.string(), value: z.string().default("") });
const discoveryPort = z.object({
  number: z.number(),
  name: z.string().default(""),
  protocol: z.string().default(""),
});

const task = z.object({
  id: z.string(),
  name: z.string(),
  slave_id: z.string(),
  state: z.string(),
  resources: z.object({ ports: z.string().default("") }).default({ ports: "" }),
  statuses: z
    .array(
      z.object({
        state: z.string(),
        timestamp: z.number().default(0),
        labels: z.array(label).default([]),
        container_status: z
          .object({
            network_infos: z
              .array(
                z.object({
                  ip_address: z.string().default(""),
                  ip_addresses: z.array(z.object({ ip_address: z.string().default("") })).default([]),
                }),
              )
              .default([]),
          })
          .optional(),
      }),
    )
    .default([]),
  discovery: z
    .object({
      name: z.string().default(""),
      ports: z.object({ ports: z.array(discoveryPort).default([]) }).default({ ports: [] }),
    })
    .optional(),
});
export type StateTask = z.infer<typeof task>;

/** What is read of a Mesos master's state.json; everything else is passed over. */
export const stateSchema = z.object({
  leader: z.string().default(""),
  slaves: z.array(z.object({ id: z.string(), hostname: z.string(), pid: z.string().default("") })),
  frameworks: z.array(
    z.object({
      name: z.string(),
      hostname: z.string().default(""),
      pid: z.string().default(""),
      tasks: z.array(task),
    }),
  ),
});
export type MesosState = z.infer<typeof stateSchema>;

/** Host and port of `slave(1)@192.168.33.19:5051`. */
export function pidAddress(pid: string): { readonly host: string; readonly port: number } | undefined {
  const [, host, port] = /@([^@\s]+):(\d{1,5})$/.exec(pid) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}

/** The numbers of `[31000-31001, 31005-31005]`. */
export function portNumbers(ranges: string): readonly number[] {
  return [...ranges.matchAll(/(\d{1,5})-(\d{1,5})/g)].flatMap(([, begin, end]) => {
    const count = Number(end) - Number(begin) + 1;
    return Array.from({ length: Math.max(0, Math.min(count, 65_536)) }, (_, index) => Number(begin) + index);
  });
}
