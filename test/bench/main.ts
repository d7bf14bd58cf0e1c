/** `npm run bench`: what needs no machines; `npm run bench -- vm`: what needs them. */
await import(process.argv[2] === "vm" ? "./machines.ts" : "./embedded.ts");

export {};
