# shellcheck shell=bash disable=SC2154,SC2016  # variables of test.sh; text that an inner shell expands
# Part of test.sh: the contents of the packages, including those for other architectures.
# SPDX-License-Identifier: Apache-2.0

lintian_is_content() { lintian --allow-root --tag-display-limit 0 --fail-on none "$debs"/*.changes | grep -v -e '^N:' -e '^[NOMPIX]: ' || true; }

# agent_of ARCHITECTURE NATIVE: the agent for this architecture has exactly this native library
agent_of() {
  local deb
  deb=$(echo "$debs"/hy300-agent_*_"$1".deb)
  same architecture "$1" "$(dpkg-deb -f "$deb" Architecture)"
  same "native library" "$2" "$(files "$deb" | grep -o 'linux-[a-z0-9_]*\.jar$')"
}

# The rules cover exactly the attributes of the subsystems that the kernel's ABI documents as writable.
rules_are_the_abi() {
  # shellcheck disable=SC2086  # a list of words
  same "writable attributes" "$(awk '/^What:/ { split($2, path, "/"); what = path[5] " " path[6] }
      /\((RW|WO)/ && what ~ /^(motor|mips|tvcap) / { print what }' \
    "$root"/kernel/Documentation/ABI/testing/sysfs-class-hy300-* | sort)" \
    "$(sed -n 's/^KERNEL=="\([a-z]*\)\*", ENV{HY300_WRITES}="\(.*\)"$/\1 \2/p' "$here/hy300-agent.udev" |
      while read -r device attributes; do printf "$device %s\n" $attributes; done | sort)"
}

# licensed DEB: the copyright file covers each library
licensed() {
  local patterns jar known
  patterns=$(sed -n '/^Files:/,/^Copyright:/p' "$here/copyright" | grep -o '[a-z]*lib/[^ ]*' | sort -u)
  for jar in $(files "$1" | grep -o '[a-z-]*lib/[^/]*\.jar$'); do
    known=
    for pattern in $patterns; do
      # shellcheck disable=SC2053  # a pattern
      [[ ${jar#broker-} != $pattern ]] || known=1
    done
    [ -n "$known" ] || echo "$jar is in no paragraph of deploy/debian/copyright"
  done
}

contents() {
  check "lintian has no error or warning" lintian_is_content
  check "the agent for amd64" agent_of amd64 linux-x86_64.jar
  check "the agent for arm64" agent_of arm64 linux-aarch_64.jar
  check "the agent for armhf has no native library" agent_of armhf ""
  check "udev gives the agent what the drivers let be written" rules_are_the_abi
  for package in hy300-agent hy300-collector hy300; do
    check "each library of $package has its licence" licensed "$(ls "$debs/$package"_*_{amd64,all}.deb 2>/dev/null)"
  done
}
