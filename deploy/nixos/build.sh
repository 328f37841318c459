#!/usr/bin/env bash
# Builds one program from its sources and local libraries, like Maven's package phase, but without Maven and its network.
# SPDX-License-Identifier: Apache-2.0
#
# usage: build.sh PROGRAM LIBRARIES HOME
# PROGRAM is hy300-agent, hy300-collector or hy300, LIBRARIES a directory like a Maven repository, HOME the output: bin and lib.
# libraries.txt lists a program's libraries. Nix runs this in its sandbox; `make test-nixos` compares the result with Maven's.
set -euo pipefail
program=$1 libraries=$(cd "$2" && pwd) home=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}
version=$(sed -n '/<artifactId>hy300-fleet</,/<version>/s|.*<version>\(.*\)</version>|\1|p' "$root/pom.xml")
release=$(sed -n 's|.*<maven.compiler.release>\(.*\)</maven.compiler.release>|\1|p' "$root/pom.xml")
date=$(sed -n 's|.*<project.build.outputTimestamp>\(.*\)</project.build.outputTimestamp>|\1|p' "$root/pom.xml")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# module SOURCES NAME DIRECTORY: compiles a module with the directory's libraries and those for building only; adds its jar there
module() {
  mkdir -p "$work/$2"
  find "$root/$1/src/main/java" -name '*.java' >"$work/$2.sources"
  "${java}javac" -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -g -encoding UTF-8 -proc:none -nowarn --release "$release" -cp "$3/*:$work/build/*" -d "$work/$2" "@$work/$2.sources"
  [ ! -d "$root/$1/src/main/resources" ] || cp -r "$root/$1/src/main/resources/." "$work/$2/"
  printf 'Implementation-Title: %s\nImplementation-Version: %s\n' "$2" "$version" >"$work/$2.manifest"
  "${java}jar" --create --date="$date" --file="$3/$2-$version.jar" --manifest="$work/$2.manifest" -C "$work/$2" .
  # The Nix store sets this time, which the class data archive below records.
  touch -d @1 "$3/$2-$version.jar"
}

mkdir -p "$home"
while read -r of directory library _; do
  [ "$of" = "$program" ] || continue
  [ -e "$libraries/$library" ] || {
    echo "build.sh: $libraries has no $library, which libraries.txt names" >&2
    exit 1
  }
  to=$home/$directory
  [ "$directory" != build ] || to=$work/build
  mkdir -p "$to"
  # Outside the common directory, so that libraries for building only are not installed.
  ln -s "$(readlink -f "$libraries/$library")" "$to/$(basename "$library")"
done <"$here/libraries.txt"

case $program in
hy300-agent) sources=edge-agent ;;
hy300-collector)
  sources=collector
  manual=$work/hy300-collector/org/hy300/collector/docs
  mkdir -p "$manual"
  (cd "$root/docs" && cp --parents ./*.md guides/*.md reference/*.md runbooks/*.md "$manual")
  module collector/embedded-broker hy300-embedded-broker "$home/broker-lib"
  ;;
hy300) sources=cli ;;
*)
  echo "build.sh: there is no program '$program'; there are hy300-agent, hy300-collector and hy300" >&2
  exit 2
  ;;
esac
module common/contract hy300-contract "$home/lib"
module common/runtime hy300-runtime "$home/lib"
module "$sources" "$program" "$home/lib"
cp -r "$root/$sources/src/main/dist/bin" "$home/bin"
chmod 755 "$home"/bin/*
[ ! -e "$root/$sources/src/main/package/finish.sh" ] || sh "$root/$sources/src/main/package/finish.sh" "$home"
