import { describe, expect, test } from "vitest";
import { aclCheckConfig, aclFault } from "../../../src/demo/acl.ts";
import { absoluteId, isAsWanted, progressOf } from "../../../src/demo/app.ts";
import { isWelcomePage, tomcatApp } from "../../../src/lab/demo.ts";
import { tutorialLab } from "../../helpers/labs.ts";

const running = {
  id: "/tomcat",
  cpus: 0.5,
  mem: 200,
  disk: 0,
  instances: 1,
  cmd: null,
  ports: [10_000],
  container: {
    type: "DOCKER",
    volumes: [],
    docker: {
      image: "tomcat:8.0",
      network: "BRIDGE",
      portMappings: [{ containerPort: 8080, hostPort: 0, servicePort: 10_000, protocol: "tcp" }],
      privileged: false,
    },
  },
};

describe("an app that runs", () => {
  test("is as wanted when Marathon only filled in what was left open", () => {
    expect(isAsWanted(tomcatApp(tutorialLab), running)).toBe(true);
  });

  test.each([
    ["more instances", { instances: 2 }],
    ["another image", { container: { docker: { ...running.container.docker, image: "tomcat:9" } } }],
    ["a port that is not any", { container: { docker: { portMappings: [{ servicePort: 80 }] } } }],
    ["a field that Marathon does not tell", { labels: { a: "b" } }],
    ["more ports", { ports: [0, 0] }],
    ["another id", { id: "tomcat2" }],
  ])("is not as wanted with %s", (_, change) => {
    expect(isAsWanted({ ...tomcatApp(tutorialLab), ...change }, running)).toBe(false);
  });

  test("ids become absolute", () => {
    expect(["tomcat", "/tomcat", "a/b"].map(absoluteId)).toEqual(["/tomcat", "/tomcat", "/a/b"]);
  });

  test("tells its progress and its last failure", () => {
    const app = { instances: 2, tasksRunning: 1, tasksStaged: 1, deployments: [], tasks: [] };
    expect(progressOf(app)).toBe("1 of 2 tasks run, 1 are starting");
    expect(progressOf({ ...app, lastTaskFailure: { state: "TASK_FAILED", message: "no image" } })).toContain(
      "last failure: TASK_FAILED no image",
    );
    // An agent may say what it likes.
    const hostile = { state: "TASK_FAILED\n", message: "\u001b]0;x\u0007\u001b[2J\u202egone" };
    expect(progressOf({ ...app, lastTaskFailure: hostile })).toMatch(/; last failure: TASK_FAILED gone$/);
  });
});

describe("an ACL", () => {
  test.each(["path_beg -i /", "hdr(host) -i example.org", "path_reg ^/a\\ b$", 'path "/a b"', "path '/a#b'"])(
    "%s is left to HAProxy",
    (acl) => {
      expect(aclFault(acl)).toBeUndefined();
      expect(aclCheckConfig(acl)).toContain(`  acl checked ${acl}\n`);
    },
  );

  test.each([
    ["", "empty"],
    ["  ", "empty"],
    ["path /\n  server evil 1.2.3.4:80", "line break"],
    ["path \u0000", "control character"],
    ['path "/a', "double quote"],
    ["path '/a", "single quote"],
    ["path / # all", "comment"],
  ])("%j is refused", (acl, why) => {
    expect(aclFault(acl)).toContain(why);
  });
});

test("the welcome page is told from others", () => {
  expect(isWelcomePage("<h1>Apache Tomcat/8.0.53</h1>", 200)).toBe(true);
  expect(isWelcomePage("It works ! … Tomcat10", 200)).toBe(true);
  expect(isWelcomePage("<h1>Apache Tomcat/8.0.53</h1>", 404)).toBe(false);
  expect(isWelcomePage("<h1>503 Service Unavailable</h1>", 503)).toBe(false);
});
