#!/bin/sh
# Makes the command line's class data archive for this machine's Java; another Java ignores it.
# SPDX-License-Identifier: Apache-2.0
#
# usage: archive.sh LIB ARCHIVE    LIB has the jars and hy300.classes, the list of used classes
set -eu
lib=$1
archive=$2
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -Xshare:dump -XX:SharedClassListFile="$lib/hy300.classes" \
  -XX:SharedArchiveFile="$archive.new" -Xlog:disable -Xlog:all=off -cp "$lib/*"
# A truncated archive would crash Java. The sync makes it complete or absent, even after a power cut.
sync "$archive.new"
mv -f "$archive.new" "$archive"
