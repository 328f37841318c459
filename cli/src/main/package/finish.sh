#!/bin/sh
# Completes the program's directory: manual, completions, and a class data archive, which halves the start time.
# SPDX-License-Identifier: Apache-2.0
set -eu
home=$1
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" -cp "$home/lib/*" org.hy300.cli.Documents "$home/share"
"$java" -XX:+UseSerialGC -Xshare:off -XX:DumpLoadedClassList="$home/lib/hy300.classes" -cp "$home/lib/*" org.hy300.cli.Rehearsal >/dev/null
# The order of loading varies with the threads; sorted, two builds are the same.
LC_ALL=C sort -u -o "$home/lib/hy300.classes" "$home/lib/hy300.classes"
"$(dirname "$0")/archive.sh" "$home/lib" "$home/lib/hy300.jsa"
