import { createServer } from "node:http";

/** What the image `tomcat` is in an embedded lab without Docker: a page on the port that Mesos gave the task. */

const [uid, gid] = (process.env.MESOS_LAB_BECOME ?? "").split(":").map(Number);
if (uid && gid) {
  process.setgroups?.([]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

const { HOST = "127.0.0.1", PORT0 = "8080", MESOS_TASK_ID = "no task" } = process.env;

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Apache Tomcat — mesos-lab's stand-in</title>
<style>
  body { font: 17px/1.6 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; color: #23303b; }
  p.notice { background: #fff3cd; padding: .6rem 1rem; border-radius: .4rem; }
  code { background: #eef1f4; padding: .1rem .4rem; border-radius: .3rem; }
</style>
<h1>It works!</h1>
<p>This is where the welcome page of <b>Apache Tomcat</b> would be.</p>
<p class="notice">mesos-lab's stand-in for Tomcat: a page and nothing else, since no Docker engine runs the image here.</p>
<p>Task <code>${escaped(MESOS_TASK_ID)}</code> on <code>${escaped(HOST)}:${escaped(PORT0)}</code></p>
</html>
`;

const server = createServer((request, response) => {
  const found = request.url === "/" || request.url?.startsWith("/?") || request.url === "/index.jsp";
  response.writeHead(found ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
  response.end(request.method === "HEAD" ? undefined : found ? page : "<h1>404</h1>not here\n");
});
server.listen(Number(PORT0), HOST, () => {
  process.stdout.write(`listening on http://${HOST}:${PORT0}/\n`);
});
