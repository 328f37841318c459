#!/bin/sh
# Lays the command line's classes out as this machine's Java has them in memory; another Java passes the archive over.
# SPDX-License-Identifier: Apache-2.0
#
# usage: archive.sh LIB ARCHIVE    LIB has the jars and hy300.classes, the list of the classes that are used
set -eu
lib=$1
archive=$2
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -Xshare:dump -XX:SharedClassListFile="$lib/hy300.classes" \
  -XX:SharedArchiveFile="$archive.new" -Xlog:disable -Xlog:all=off -cp "$lib/*"
# Java would crash over one that is cut short: it is there as a whole, or not at all, also after a power cut.
sync "$archive.new"
mv -f "$archive.new" "$archive"
