# Runs the trigger of the box's Vagrantfile with a machine that notes what it is given.
# Arguments: the Vagrantfile, a folder for the machine's data, and what is unusual about the machine, as Ruby's words of `Made`.
# Its output: what the machine has then, a line each.
require "pathname"
require "ostruct"

# In the place of Vagrant's own, which needs time for a key.
$LOADED_FEATURES << "vagrant/util/keypair.rb"
module Vagrant
  module Util
    module Keypair
      def self.create = %w[unused private public]
    end
  end

  # Takes every word of the configuration, and keeps the trigger.
  class Words < BasicObject
    def before(*actions)
      $actions = actions
      yield self
    end

    def ruby(&block) = $trigger = block
    def method_missing(*) = self
  end

  def self.configure(_version)
    yield Words.new
  end
end

file, data, unusual = ARGV
usual = {
  id: nil,
  provider: :libvirt,
  sysinfo: {},
  hostname: "master",
  networks: [[:forwarded_port, { guest: 22 }], [:private_network, { ip: "192.168.33.18" }]],
  insert_key: true,
  private_key_path: nil,
}
facts = OpenStruct.new(usual.merge(eval("{#{unusual}}")))
libvirt = facts.sysinfo.nil? ? Object.new : Struct.new(:sysinfo).new(facts.sysinfo)
machine = OpenStruct.new(
  id: facts.id,
  provider_name: facts.provider,
  provider_config: libvirt,
  data_dir: Pathname.new(data),
  config: OpenStruct.new(
    vm: OpenStruct.new(hostname: facts.hostname, networks: facts.networks),
    ssh: OpenStruct.new(insert_key: facts.insert_key, private_key_path: facts.private_key_path),
  ),
)

load file
$trigger.call(nil, machine)
puts "before #{$actions.join(", ")}"
facts.networks.each { |type, options| puts "#{type} left to Vagrant: #{options[:auto_config] != false}" }
libvirt.sysinfo.each_value { |strings| strings.each { |string| puts string } } if libvirt.respond_to?(:sysinfo)
key = machine.data_dir.join("private_key")
puts format("%<text>s %<mode>o", text: key.read, mode: key.stat.mode & 0o777) if key.exist?
