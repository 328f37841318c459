#!/bin/bash
# Builds agent and collector of an earlier commit into target/older, for OlderIT.
# SPDX-License-Identifier: Apache-2.0
#
# usage: older.sh COMMIT     needs the repository's history
set -euo pipefail
cd "$(dirname "$0")/../.."
commit=$1
repository=${HY300_REPOSITORY:-$HOME/.m2/repository}
git cat-file -e "$commit^{commit}" || {
  echo "older.sh: commit $commit is not in this clone; get it with: git fetch --unshallow" >&2
  exit 1
}
older=target/older
if [ "$(cat $older/commit 2>/dev/null)" != "$commit" ]; then
  rm -rf $older
  mkdir -p $older/source
  git archive "$commit" | tar -x -C $older/source
  # Its own libraries, which may differ from today's.
  while read -r _ _ path _; do
    [ -e "$repository/$path" ] || {
      version=$(basename "$(dirname "$path")") name=$(basename "$(dirname "$(dirname "$path")")")
      group=$(dirname "$(dirname "$(dirname "$path")")" | tr / .)
      classifier=$(basename "$path" .jar)
      classifier=${classifier#"$name-$version"}
      mvn -B -q dependency:get -Dtransitive=false "-Dartifact=$group:$name:$version:jar:${classifier#-}"
    }
  done < <(grep -E '^hy300' $older/source/deploy/nixos/libraries.txt)
  for program in hy300-agent hy300-collector; do
    $older/source/deploy/nixos/build.sh $program "$repository" $older/$program
  done
  echo "$commit" >$older/commit
fi
