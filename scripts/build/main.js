/** `npm run build`: the build itself, or one sentence where npm has left out what it needs. */
try {
  await import("./build.js");
} catch (error) {
  if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
  const [, name = "a library"] = /^Cannot find (?:package|module) '([^']+)'/.exec(error.message) ?? [];
  console.error(`✖ ${name} is missing, which the build needs: npm leaves such libraries out in production`);
  console.error("  try: npm ci --include=dev");
  process.exitCode = 3;
}
