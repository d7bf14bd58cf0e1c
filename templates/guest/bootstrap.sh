#!/bin/sh
# Installs Ansible and its collection community.docker on a Debian or Ubuntu machine, as root.
# Arguments: the versions of ansible-core and of the collection where the release's own package is too old.
set -eu
core=$1
collection=$2
home=/opt/mesos-lab-ansible
export DEBIAN_FRONTEND=noninteractive

install() {
    apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

echo "reading the lists of packages"
apt-get update -q -o APT::Update::Error-Mode=any

# Since version 7 the package has a community.docker that needs no SDK of Docker's.
candidate=$(apt-cache policy ansible | sed -n 's/^ *Candidate: \([0-9].*\)/\1/p')
if [ -n "$candidate" ] && dpkg --compare-versions "$candidate" ge 7; then
    echo "installing the package ansible"
    install ansible
    exit
fi

echo "installing ansible-core $core from PyPI, because this release's package is too old"
install python3-venv
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check "ansible-core==$core"
echo "installing community.docker $collection from galaxy.ansible.com"
"$home/bin/ansible-galaxy" collection install -p /usr/share/ansible/collections "community.docker:$collection"
for program in ansible-playbook ansible-galaxy; do
    ln -sf "$home/bin/$program" "/usr/local/bin/$program"
done
