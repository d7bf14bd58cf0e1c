# Runs rendered Vagrantfiles with a Vagrant that notes what it is told, and tells where that is not what was rendered.
# One lab a line on the input: {"vagrantfile": text, "box": {...}, "machines": [...]}. One line each on the output: a list
# of differences.
require "json"

# Takes every call, and keeps what was assigned.
class Notes < BasicObject
  def initialize
    @values = {}
    @parts = ::Hash.new { |parts, name| parts[name] = ::Notes.new }
  end

  def values = @values
  def parts = @parts
  def []=(key, value)
    @values[key] = value
  end

  def network(kind, ip:)
    @values["network"] = [kind, ip]
  end

  def define(name)
    yield @parts["machine #{name}"]
  end

  def provider(name)
    yield @parts["provider #{name}"]
  end

  def synced_folder(*, **) = nil
  def customize(*) = nil

  def method_missing(name, *given)
    return @parts[name.to_s] if given.empty?

    @values[name.to_s.delete_suffix("=")] = given.first
  end
end

# In Vagrant's place.
module Vagrant
  def self.require_version(*) = nil

  def self.configure(_version)
    yield $config
  end
end

def differences(lab)
  $config = Notes.new
  eval(lab["vagrantfile"], TOPLEVEL_BINDING.dup, "/lab/Vagrantfile")
  vm = $config.parts["vm"]
  told = []
  expect = ->(what, seen, wanted) { told << "#{what} is #{seen.inspect}, and not #{wanted.inspect}" if seen != wanted }
  expect["the box", vm.values["box"], lab["box"]["name"]]
  expect["the box's version", vm.values["box_version"], lab["box"]["version"]]
  expect["the box's URL", vm.values["box_url"], lab["box"]["url"]] unless lab["builtHere"]
  names = vm.parts.keys.grep(/^machine /)
  expect["the machines' names", names, lab["machines"].map { |machine| "machine #{machine["name"]}" }]
  lab["machines"].each do |machine|
    made = vm.parts["machine #{machine["name"]}"].parts["vm"]
    expect["the host name", made.values["hostname"], machine["name"]]
    expect["the address", made.values["network"], ["private_network", machine["ip"]]]
    %w[virtualbox libvirt parallels].each do |provider|
      settings = made.parts["provider #{provider}"].values
      expect["#{provider}'s memory", settings["memory"], machine["memory"]]
      expect["#{provider}'s processors", settings["cpus"], machine["cpus"]]
    end
  end
  told
rescue Exception => error # Syntax errors are no StandardError.
  ["Ruby ends with #{error.class}: #{error.message}"]
end

$stdout.sync = true
$stdin.set_encoding("UTF-8")
$stdin.each_line { |line| puts JSON.generate(differences(JSON.parse(line))) }
