import { expect, test } from "vitest";
import { LabError } from "../../../src/errors.ts";
import { causeIn, vagrantFailure } from "../../../src/machines/vagrant/failure.ts";
import { secondsIn } from "../../../src/machines/vagrant/signs-of-life.ts";

/** As Vagrant 2.3.4 and vagrant-libvirt 0.11.2 print them. */
const outputs: readonly [string, string, readonly string[]][] = [
  [
    "a failure of two machines, the same for both",
    `Bringing machine 'master' up with 'libvirt' provider...
==> slave: An error occurred. The error will be shown after all tasks complete.
An error occurred while executing multiple actions in parallel.
Any errors that occurred are shown below.

An error occurred while executing the action on the 'master'
machine. Please handle this error then try again:

Error while connecting to Libvirt: Error making a connection to libvirt URI qemu:///system:
Call to virConnectOpen failed: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory

An error occurred while executing the action on the 'slave'
machine. Please handle this error then try again:

Error while connecting to Libvirt: Error making a connection to libvirt URI qemu:///system:
Call to virConnectOpen failed: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory`,
    [
      "Error while connecting to Libvirt: Error making a connection to libvirt URI qemu:///system:",
      "Call to virConnectOpen failed: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
    ],
  ],
  [
    "a Vagrantfile that Ruby refuses",
    `Vagrant failed to initialize at a very early stage:

There is a syntax error in the following Vagrantfile. The syntax error
message is reproduced below for convenience:

/lab/Vagrantfile:1: syntax error, unexpected end-of-input`,
    [
      "Vagrant failed to initialize at a very early stage:",
      "There is a syntax error in the following Vagrantfile. The syntax error",
      "message is reproduced below for convenience:",
      "/lab/Vagrantfile:1: syntax error, unexpected end-of-input",
    ],
  ],
  [
    "an error that nobody expected, with Ruby's trace",
    `/usr/share/rubygems-integration/all/gems/vagrant-libvirt-0.11.2/lib/vagrant-libvirt/driver.rb:61:in \`connection': undefined method \`foo' for nil:NilClass (NoMethodError)
\tfrom /usr/share/rubygems-integration/all/gems/vagrant-libvirt-0.11.2/lib/vagrant-libvirt/action/x.rb:20:in \`call'
\tfrom /usr/lib/ruby/vendor_ruby/vagrant/action/warden.rb:48:in \`call'
\tfrom /usr/bin/vagrant:231:in \`<main>'`,
    ["undefined method `foo' for nil:NilClass (NoMethodError)"],
  ],
  [
    "a trace above the sentence",
    `/usr/lib/ruby/3.1.0/socket.rb:61:in \`connect_internal'
/usr/lib/ruby/3.1.0/socket.rb:137:in \`connect'
    master: Booting VM...
The guest machine entered an invalid state while waiting for it
to boot. Valid states are 'starting, running'. The machine is in the
'poweroff' state.`,
    [
      "The guest machine entered an invalid state while waiting for it",
      "to boot. Valid states are 'starting, running'. The machine is in the",
      "'poweroff' state.",
    ],
  ],
  [
    "a program that Vagrant ran",
    `==> slave: Booting VM...
There was an error while executing \`VBoxManage\`, a CLI used by Vagrant
for controlling VirtualBox. The command and stderr is shown below.

Command: ["startvm", "01234567", "--type", "headless"]

Stderr: VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)`,
    [
      "There was an error while executing `VBoxManage`, a CLI used by Vagrant",
      "for controlling VirtualBox. The command and stderr is shown below.",
      'Command: ["startvm", "01234567", "--type", "headless"]',
      "Stderr: VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)",
    ],
  ],
  ["nothing but progress", "==> master: Importing base box 'x'...\n    master: SSH address: 1.2.3.4:22", []],
];

test.each(outputs)("the cause in %s", (_, output, cause) => {
  expect(causeIn(output.split("\n"))).toEqual(cause);
});

test("the cause comes first, the log stays; what is no failure of a program is left as it is", () => {
  const [, output] = outputs[2] as (typeof outputs)[number];
  const error = new LabError("program-failed", "vagrant failed with exit code 1", {
    details: [...output.split("\n"), "log: /x"],
  });
  expect((vagrantFailure(error) as LabError).details).toEqual([
    "undefined method `foo' for nil:NilClass (NoMethodError)",
    "log: /x",
  ]);
  const interrupted = new LabError("interrupted", "interrupted");
  expect(vagrantFailure(interrupted)).toBe(interrupted);
});

test("the processor time of a machine is that of what runs it", () => {
  const id = "0c8b0b9e-6f9a-4d7c-8f0a-000000000001";
  const output = `00:00:05 /usr/bin/qemu -uuid ${id} -m 1\n1-02:03:04 VBoxHeadless --startvm ${id}\n99:00:00 other\n`;
  expect(secondsIn(output, [id])).toBe(5 + 86_400 + 2 * 3600 + 3 * 60 + 4);
  expect(secondsIn("  1:30.50 qemu x-id-x", ["x-id-x"])).toBe(90.5);
  expect(secondsIn(output, [])).toBe(0);
});
