import { openHosts } from "./hosts.ts";

// Makes one host, tells where, and stays: for a test that ends it.
const { key } = await openHosts([{ name: "lonely", address: "192.168.33.11", docker: false }]);
console.log(key);
setInterval(() => undefined, 60_000);
