# Runs the trigger of a rendered Vagrantfile with a Vagrant, a network and a machine that note what they are asked.
# Arguments: the Vagrantfile, the provider, whether SSH answers at the address, whether the machine is ready in time.
# Its output: what was done, a line each.
file, provider, answers, ready = ARGV

require "socket"

# In the network's place.
class Socket
  def self.tcp(ip, port, connect_timeout:)
    puts "asks #{ip}:#{port} for #{connect_timeout} s"
    raise Errno::EHOSTUNREACH unless $answers

    Struct.new(:close).new(nil)
  end
end
$answers = answers == "answers"

# No test waits for this.
def sleep(_) = nil

# Takes every word of the configuration, and keeps the triggers.
class Words < BasicObject
  def define(_name)
    yield ::Words.new
  end

  def after(*actions)
    $actions = actions
    yield self
  end

  def ruby(&block)
    $trigger ||= block
  end

  def provider(*) = nil
  def method_missing(*) = self
end

module Vagrant
  module Errors
    class VMBootTimeout < StandardError; end
  end

  def self.require_version(*) = nil

  def self.configure(_version)
    yield Words.new
  end
end

# The machine that Vagrant has made.
class Made
  attr_reader :provider_name

  def initialize(provider, ready)
    @provider_name = provider.to_sym
    @ready = ready == "ready"
  end

  def ui = self
  def config = self
  def vm = self
  def communicate = self
  def guest = self
  def boot_timeout = 600
  def info(text) = puts(text)

  def wait_for_ready(seconds)
    puts "waits #{seconds} s"
    @ready
  end

  def capability(name, given)
    puts "#{name} #{given.inspect.gsub(/:(\w+)=>/, '\1: ')}"
  end
end

load file
puts "after #{$actions.join(", ")}"
begin
  $trigger.call(nil, Made.new(provider, ready))
rescue Vagrant::Errors::VMBootTimeout
  puts "gives up"
end
