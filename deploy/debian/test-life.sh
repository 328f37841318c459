# shellcheck shell=bash disable=SC2154,SC2016  # variables of test.sh; text that an inner shell expands
# Part of test.sh: from the first install with apt over an upgrade to the purge, in a tree that is not booted.
# SPDX-License-Identifier: Apache-2.0

ours=(hy300-agent hy300-collector hy300 hy300-dkms)

# listing: every file of the tree except those of apt, dpkg and the machine
listing() {
  (cd "$tree" && find . -xdev \( -path ./debs -o -path ./var/cache/apt -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \
    -o -path ./var/cache/ldconfig -o -path ./var/cache/debconf -o -path './var/lib/dkms/mok.*' -o -path ./var/lib/systemd/timers -o -path ./run -o -path ./tmp -o -path ./var/tmp \) -prune -o -print) | sort
}

# resolve: the packages that apt would install besides ours on a plain Debian
resolve() { enter sh -c 'apt-get install -q -s --no-install-recommends /debs/old/*.deb' | sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -v '^hy300'; }

# Dependencies are installed first, so that the listings before and after show only our files.
prepare() {
  mkdir -p "$tree/debs/old" "$tree/debs/new"
  cp "$debs"/*_{amd64,all}.deb "$tree/debs/old/"
  resolve >"$work/needed" || return 1
  grep -qx openjdk-17-jre-headless "$work/needed" || echo "apt takes no openjdk-17-jre-headless to run them"
  # shellcheck disable=SC2046  # words
  quietly enter apt-get install -q -y --no-install-recommends $(cat "$work/needed") linux-headers-amd64 openssl
  # Like next to a kernel, whose modules are missing here
  enter depmod "$(kernel_release)" 2>/dev/null
  listing >"$work/before"
}

kernel_release() { (cd "$tree/usr/src" && echo linux-headers-*-amd64) | sed 's/linux-headers-//'; }

install() { quietly enter sh -c 'apt-get install -q -y --no-install-recommends /debs/old/*.deb'; }

owners() {
  same owners "root:hy300-agent 2750 /etc/hy300/agent
root:root 644 /etc/hy300/agent.yaml
root:hy300-collector 2750 /etc/hy300/collector
root:root 644 /etc/hy300/collector.yaml
root:root 755 /usr/bin/hy300
root:root 755 /usr/bin/hy300-agent
root:root 755 /usr/bin/hy300-collector
root:root 755 /usr/bin/hy300-pki
root:root 755 /usr/bin/hy300-simulator" "$(enter sh -c "stat -L -c '%U:%G %a %n' /etc/hy300/* /usr/bin/hy300*")"
}

users() {
  same users "hy300-agent:/var/lib/hy300-agent:/usr/sbin/nologin
hy300-collector:/var/lib/hy300-collector:/usr/sbin/nologin" "$(enter getent passwd | sort | sed -n 's/^\(hy300[^:]*\):x:[1-9][0-9]\{2\}:[0-9]*:[^:]*/\1/p')"
  same "groups of the agent" "hy300-agent hy300" "$(enter id -nG hy300-agent)"
}

units() {
  local unit
  for unit in hy300-agent hy300-collector; do
    same "$unit" enabled "$(enter systemctl is-enabled $unit)"
    quietly enter systemd-analyze verify --man=no /lib/systemd/system/$unit.service
    quietly enter systemd-analyze security --offline=true --threshold=20 --no-pager /lib/systemd/system/$unit.service
  done
}

manuals() {
  local page
  for page in man8/hy300-agent.8 man1/hy300-simulator.1 man8/hy300-collector.8 man1/hy300.1 man8/hy300-pki.8; do
    # shellcheck disable=SC2069  # only its complaints are read
    MANWIDTH=100 LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 "$tree/usr/share/man/$page.gz" 2>&1 >"$work/page" || echo "$page does not format"
    [ "$(wc -l <"$work/page")" -gt 20 ] || echo "$page has little text"
    lexgrog "$tree/usr/share/man/$page.gz" >/dev/null || echo "$page has no name that apropos finds"
  done
}

versions() {
  local program
  for program in hy300 hy300-agent hy300-collector hy300-simulator; do
    enter $program --version | grep -qx "$program [0-9].*" || echo "$program --version does not print it"
  done
  enter hy300-pki --help | grep -q '^  init ' || echo "hy300-pki --help does not list init"
}

archive=var/cache/hy300/hy300.jsa

# uses_archive: whether Java starts the command line with it
uses_archive() {
  enter java -Xshare:on -XX:SharedArchiveFile=/$archive -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '/usr/share/hy300/lib/*' \
    org.hy300.cli.Main --version >/dev/null 2>&1
}

class_archive() {
  uses_archive || echo "postinst has made no /$archive that Java takes"
  # Simulates an archive that was made for another jar, or by another Java
  touch -d 2026-01-01 "$tree"/usr/share/hy300/lib/hy300-0*.jar
  ! uses_archive || echo "Java takes an archive of another jar"
  enter hy300 --version 2>&1 | grep -vx 'hy300 [0-9].*' || true
  enter dpkg-trigger --no-await --by-package=hy300 /usr/lib/jvm
  quietly enter dpkg --configure -a
  uses_archive || echo "a change of Java does not rebuild the archive"
}

# Every option of --help with a value is in the file, and the whole file is valid.
options() {
  local program
  enter sh -c 'umask 027; cd /etc/hy300/agent
    HY300_PKI=/root/pki; export HY300_PKI
    hy300-pki init && hy300-pki broker broker.example && hy300-pki device projector-7
    for to in agent collector; do
      cp /root/pki/ca.pem /etc/hy300/$to/
      echo secret >/etc/hy300/$to/password
    done
    cp /root/pki/issued/projector-7.pem device.pem; cp /root/pki/issued/projector-7.key device.key
    cd ../collector
    for as in client collector; do cp /root/pki/issued/broker.example.pem $as.pem; cp /root/pki/issued/broker.example.key $as.key; done
    hy300-collector token tokens anna operate
    echo "Authorization: Bearer secret" >push-headers
    chmod g+r ../*/*.key' >/dev/null 2>"$work/log" || cat "$work/log"
  for program in agent collector; do
    same "options of hy300-$program" "$(enter hy300-$program --help | sed -n 's/^ *\(-., \)\{0,1\}--\([a-z-]*\)\[\{0,1\}=.*/\2/p' | grep -vx config | sort)" \
      "$(sed -n 's/^#\([a-z-]*\): .*/\1/p' "$tree/etc/hy300/$program.yaml" | sort)"
    sed 's/^#\([a-z-]*: \)/\1/' "$tree/etc/hy300/$program.yaml" >"$tree/tmp/$program.yaml"
    enter setpriv --reuid=hy300-$program --regid=hy300-$program --init-groups hy300-$program --config /tmp/$program.yaml --check-config |
      grep -vx "hy300-$program: the configuration is sound" || true
  done
}

modules() {
  local release version
  release=$(kernel_release)
  version=$(dpkg-deb -f "$debs"/hy300-dkms_*.deb Version)
  quietly enter dkms install -m hy300 -v "$version" -k "$release" || return 0
  same modules "$(sed -n 's/^BUILT_MODULE_NAME.*="\(.*\)"/\1/p' "$root/kernel/dkms.conf" | sort)" \
    "$(find "$tree/lib/modules/$release/updates" -name '*.ko*' -printf '%f\n' | sed 's/\.ko.*//' | sort)"
  grep -vxF -f <(sed -n 's/^BUILT_MODULE_NAME.*="\(.*\)"/\1/p' "$root/kernel/dkms.conf") <(grep -v '^#' "$tree/usr/lib/modules-load.d/hy300.conf") || true
}

install_packages() {
  check "apt finds what they need" prepare
  check "apt installs them" install
  check "owners and modes" owners
  check "users and groups" users
  check "units are enabled, sound and at most 2.0 exposed" units
  check "manual pages" manuals
  check "each program says its version" versions
  check "the command line's class archive" class_archive
  check "files of options hold each option, and are sound" options
  check "dkms builds and installs each module" modules
}

# The next version has a different agent.yaml; the modified one stays.
upgrade() {
  local version
  version=$(dpkg-deb -f "$next"/hy300_*.deb Version)
  cp "$next"/*.deb "$tree/debs/new/"
  dpkg-deb -R "$tree"/debs/new/hy300-agent_*.deb "$work/agent"
  echo "# This version has more." >>"$work/agent/etc/hy300/agent.yaml"
  dpkg-deb --root-owner-group -z1 -b "$work/agent" "$tree/debs/new/" >/dev/null
  sha256sum "$tree/etc/hy300"/{agent,collector}.yaml "$tree/etc/hy300/agent/device.key" "$(kept)" >"$work/changed"
  quietly enter sh -c 'apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-confold /debs/new/*.deb'
  sha256sum --quiet -c "$work/changed" 2>&1
  tail -n 1 "$tree/etc/hy300/agent.yaml.dpkg-dist" | grep -q 'has more' || echo "the new agent.yaml is not beside the changed one"
  same versions "$(printf "%s $version\n" "${ours[@]}" | sort)" "$(enter dpkg-query -W -f '${Package} ${Version}\n' "${ours[@]}" | sort)"
  same "sources for dkms" "hy300-$version" "$(cd "$tree/usr/src" && echo hy300-*)"
  [ -s "$tree/$archive" ] || echo "the upgrade has made no class archive"
}

# kept: a file of the agent's state
kept() { find "$tree/var/lib/hy300-agent" -type f | sort | head -n 1; }

removal() {
  quietly enter apt-get remove -q -y "${ours[@]}"
  sha256sum --quiet -c "$work/changed" 2>&1
}

purge() {
  quietly enter apt-get purge -q -y "${ours[@]}"
  rm -rf "$tree/root/pki"
  listing >"$work/after"
  diff "$work/before" "$work/after"
}

leave() {
  check "an upgrade keeps changed options and what the agent has kept" upgrade
  check "removal keeps both" removal
  check "purging leaves nothing" purge
}
