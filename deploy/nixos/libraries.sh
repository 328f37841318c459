#!/bin/sh
# Writes libraries.txt: the libraries that Maven has put into each program, with their hashes. Run `make programs` first.
# SPDX-License-Identifier: Apache-2.0
#
# usage: libraries.sh >libraries.txt
set -eu
cd "$(dirname "$0")/../.."
repository=${HY300_REPOSITORY:-$HOME/.m2/repository}
index=$(mktemp)
trap 'rm -f "$index"' EXIT
(cd "$repository" && find . -name '*.jar') | sed 's|^\./||' >"$index"

echo "# Which library each program has, where, and its hash: written by libraries.sh, read by build.sh and package.nix."
echo "# SPDX-License-Identifier: Apache-2.0"
while read -r program as directory; do
  [ -d "$directory" ] || {
    echo "libraries.sh: there is no $directory; make programs makes it" >&2
    exit 1
  }
  for jar in "$directory"/*.jar; do
    name=$(basename "$jar")
    # Our own are built, not downloaded.
    case $name in hy300-*SNAPSHOT.jar | hy300-*[0-9].jar) continue ;; esac
    # The command line is compiled with the agent's libraries as well, except for the native parts.
    case $as/$name in build/*-linux-*.jar) continue ;; esac
    [ "$as" != build ] || [ ! -e "cli/target/hy300/lib/$name" ] || continue
    path=$(grep "/$name\$" "$index") || {
      echo "libraries.sh: $name of $directory is not in $repository" >&2
      exit 1
    }
    echo "$program $as $path sha256-$(openssl dgst -sha256 -binary "$jar" | base64)"
  done
done <<'END'
hy300-agent lib edge-agent/target/hy300-agent/lib
hy300-collector lib collector/target/hy300-collector/lib
hy300-collector broker-lib collector/target/hy300-collector/broker-lib
hy300 lib cli/target/hy300/lib
hy300 build edge-agent/target/hy300-agent/lib
END
