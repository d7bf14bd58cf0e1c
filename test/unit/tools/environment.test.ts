import { expect, test } from "vitest";
import { programEnvironment } from "../../../src/tools/environment.ts";

test.each([
  "PATH",
  "HOME",
  "LANG",
  "LC_TIME",
  "http_proxy",
  "HTTPS_PROXY",
  "no_proxy",
  "SSH_AUTH_SOCK",
  "VAGRANT_HOME",
  "VAGRANT_CLOUD_TOKEN",
  "DISPLAY",
  "XDG_RUNTIME_DIR",
  "SystemRoot",
  "ProgramFiles(x86)",
  "Path",
])("%s is passed on", (name) => {
  expect(programEnvironment({}, { [name]: "x" })).toEqual({ [name]: "x" });
});

test.each([
  "VAGRANT_CWD",
  "VAGRANT_VAGRANTFILE",
  "VAGRANT_DOTFILE_PATH",
  "VAGRANT_DEFAULT_PROVIDER",
  "ANSIBLE_CONFIG",
  "ANSIBLE_INVENTORY",
  "ANSIBLE_LIMIT",
  "LIBVIRT_DEFAULT_URI",
  "DOCKER_CONTEXT",
  "DOCKER_TLS_VERIFY",
  "HAPROXY_DEBUG",
  "NODE_OPTIONS",
  "NODE_ENV",
  "RUBYOPT",
  "GEM_HOME",
  "PYTHONPATH",
  "JAVA_TOOL_OPTIONS",
  "LD_PRELOAD",
  "BASH_ENV",
  "MESOS_IP",
  "MARATHON_HTTP_PORT",
])("%s stays behind", (name) => {
  expect(programEnvironment({}, { [name]: "x" })).toEqual({});
});

test("an engine of this host is passed on, one of another computer is not", () => {
  const passed = (value: string) => programEnvironment({}, { DOCKER_HOST: value });
  expect(passed("unix:///run/user/1000/docker.sock")).toEqual({
    DOCKER_HOST: "unix:///run/user/1000/docker.sock",
  });
  expect(passed("tcp://192.0.2.1:2375")).toEqual({});
  expect(passed("ssh://somebody@elsewhere")).toEqual({});
});

test("what a program is told replaces what it would have been passed", () => {
  expect(programEnvironment({ LC_ALL: "C.UTF-8" }, { LC_ALL: "de_DE", A: "x" })).toEqual({
    LC_ALL: "C.UTF-8",
  });
});
