import { encode } from "dns-packet";
import { damaged, type Random } from "./random.ts";

/** What a stand-in is asked in earnest; nothing of it would start a program, damaged or not. */
const asked: Readonly<
  Record<string, readonly (readonly [method: string, path: string, body?: object | string])[]>
> = {
  marathon: [
    ...["/v2/apps", "/v2/apps/tomcat", "/v2/apps/tomcat/tasks", "/v2/apps/tomcat/versions", "/v2/groups"].map(
      get,
    ),
    ...[
      "/v2/deployments",
      "/v2/info",
      "/v2/queue",
      "/v2/tasks",
      "/v2/leader",
      "/ping",
      "/metrics",
      "/v2/events",
      "/",
    ].map(get),
    ["POST", "/v2/apps", { id: "/fuzz", mem: 16, instances: 1, uris: ["http://127.0.0.1:1/x"] }],
    ["PUT", "/v2/apps/fuzz?force=true", { instances: 2, healthChecks: [{ protocol: "HTTP", path: "/" }] }],
    ["PUT", "/v2/groups", { id: "/fuzz", apps: [{ id: "a" }], groups: [{ id: "b", dependencies: ["/c"] }] }],
    ["POST", "/v2/tasks/delete?scale=true", { ids: ["fuzz.1"] }],
    ["POST", "/v2/eventSubscriptions?callbackUrl=http://127.0.0.1:1/", ""],
    ["DELETE", "/v2/queue/fuzz/delay"],
  ],
  mesosMaster: [
    ...[
      "/state.json",
      "/master/state-summary",
      "/metrics/snapshot",
      "/slaves",
      "/frameworks",
      "/tasks?limit=2&offset=1",
    ].map(get),
    ...["/redirect", "/health", "/system/stats.json", "/version", "/"].map(get),
    [
      "POST",
      "/api/v1/scheduler",
      { type: "SUBSCRIBE", subscribe: { framework_info: { user: "x", name: "fuzz" } } },
    ],
    [
      "POST",
      "/api/v1/scheduler",
      { type: "DECLINE", framework_id: { value: "f" }, decline: { offer_ids: [{ value: "o" }] } },
    ],
    ["POST", "/teardown", "frameworkId=fuzz"],
  ],
  mesosSlave: [
    ...[
      "/state.json",
      "/slave(1)/state",
      "/metrics/snapshot",
      "/monitor/statistics.json",
      "/health",
      "/",
    ].map(get),
    ...[
      "/files/browse.json?path=/tmp",
      "/files/read.json?path=/x&offset=0&length=9",
      "/files/download?path=/x",
    ].map(get),
  ],
  bamboo: [
    ...["/api/state", "/api/services", "/status", "/"].map(get),
    ["POST", "/api/services", { id: "/fuzz", acl: "path_beg -i /fuzz" }],
    ["PUT", "/api/services//fuzz", { id: "/fuzz", acl: "hdr(host) -i fuzz" }],
    ["DELETE", "/api/services//fuzz"],
    ["POST", "/api/marathon/event_callback", { eventType: "status_update_event" }],
  ],
  mesosDns: [
    "/v1/version",
    "/v1/config",
    "/v1/enumerate",
    "/v1/hosts/leader.mesos",
    "/v1/services/_tomcat._tcp.marathon.mesos",
  ].map(get),
  marathonLbAdmin: ["/_haproxy_getconfig", "/_haproxy_health_check", "/haproxy?stats;csv", "/"].map(get),
};

function get(path: string): readonly [string, string] {
  return ["GET", path];
}

/** The bytes of one or two requests to a service at this `host:port`, most of them wrong somewhere. */
export function request(service: string, host: string, random: Random): Buffer {
  const one = whole(service, host, random);
  const all = random.chance(0.1) ? Buffer.concat([one, whole(service, host, random)]) : one;
  if (random.chance(0.03)) return random.bytes(300);
  return random.chance(0.75) ? damaged(all, random) : all;
}

function whole(service: string, host: string, random: Random): Buffer {
  const [method, path, body] = random.one(asked[service] ?? [get("/"), get("/fuzz")]);
  const text =
    body === undefined
      ? ""
      : typeof body === "string"
        ? body
        : JSON.stringify(random.chance(0.3) ? wrong(body, random) : body);
  const line = random.one([
    () => `${method} ${path} HTTP/1.1`,
    () => `${method} ${path} HTTP/1.1`,
    () => `${method} ${path}?${random.text().replaceAll(/[^\x21-\x7e]/g, "%ff")} HTTP/1.1`,
    () => `${method} http://x${path} HTTP/1.0`,
    () => `${random.one(["HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "M-SEARCH"])} ${path} HTTP/1.1`,
    () =>
      `${method} ${path}${"/%2e%2e".repeat(random.below(4))}/${"a".repeat(random.one([1, 100, 20_000]))} HTTP/1.1`,
  ])();
  const headers = [
    `Host: ${random.chance(0.9) ? host : random.one(["x", "tomcat.lab", "", "a b"])}`,
    ...(text === ""
      ? []
      : [`Content-Type: ${random.one(["application/json", "text/plain", "application/x-protobuf", "x"])}`]),
    ...random.one([
      [],
      [],
      ["Connection: close"],
      ["Upgrade: websocket", "Connection: upgrade"],
      ["Expect: 100-continue"],
    ]),
    ...random.one([
      [],
      [],
      [`Accept: ${random.one(["text/event-stream", "a/b;q=x", "*/*"])}`],
      [`X-Y: ${"z".repeat(30_000)}`],
      ["Authorization: Basic x"],
    ]),
  ];
  const chunks = `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`;
  const [length, sent] = random.one([
    [[`Content-Length: ${Buffer.byteLength(text)}`], text],
    [[`Content-Length: ${Buffer.byteLength(text)}`], text],
    [["Content-Length: 99999"], text],
    [["Content-Length: -1"], text],
    [["Transfer-Encoding: chunked"], chunks],
    [["Transfer-Encoding: chunked", "Content-Length: 3"], chunks],
  ] as const);
  return Buffer.from(
    [line, ...headers, ...(text === "" && random.chance(0.8) ? [] : length), "", sent].join("\r\n"),
  );
}

/** Another type of value here and there, nesting, or many keys. */
function wrong(body: object, random: Random): unknown {
  const values = [
    null,
    -1,
    1e308,
    "",
    random.text(),
    [],
    {},
    [[[[]]]],
    { __proto__: null },
    "a".repeat(5_000),
  ];
  const changed = Object.entries(body).map(([key, value]) => [
    key,
    random.chance(0.5) ? random.one(values) : value,
  ]);
  const deep = () => JSON.parse(`${"[".repeat(3_000)}${"]".repeat(3_000)}`) as unknown;
  return random.one([
    () => Object.fromEntries(changed),
    () => Object.fromEntries(changed),
    () => random.one(values),
    deep,
  ])();
}

const names = [
  "leader.mesos",
  "_tomcat._tcp.marathon.mesos",
  "tomcat.marathon.mesos",
  "x.mesos",
  "example.org",
  "mesos",
  "",
  "a".repeat(63),
];
const types = ["A", "SRV", "AAAA", "NS", "SOA", "TXT", "PTR", "MX"] as const;

/** One DNS message, or what is none. */
export function message(random: Random): Buffer {
  const questions = Array.from({ length: random.one([1, 1, 1, 1, 0, 2, 5]) }, () => ({
    ...{ name: random.one(names), type: random.one(types), class: random.one(["IN", "IN", "CH"] as const) },
  }));
  const query = encode({
    type: "query",
    id: random.below(65_536),
    flags: random.below(65_536) & 0x7fff & (random.chance(0.8) ? 0x0100 : 0xffff),
    questions,
  });
  return random.chance(0.05) ? random.bytes(600) : random.chance(0.75) ? damaged(query, random) : query;
}
