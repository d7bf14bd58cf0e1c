# shellcheck shell=sh
# What there is of images, containers and their configuration files, each a list of words. Of a container everything that
# can be asked for, and whether it runs; not what differs after every start, such as its process. Fails where one is missing.
# shellcheck disable=SC2016,SC2086
found() {
    configs=$1 images=$2 containers=$3
    cat $configs /dev/null &&
        docker image inspect --format '{{.Id}}' $images &&
        docker container inspect --format '{{.Id}} {{.Image}} {{.State.Status}} {{json .Path}} {{json .Args}}
{{json .Config}} {{json .HostConfig}} {{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}' $containers
}
