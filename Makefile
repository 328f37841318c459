# hy300-fleet: the few verbs; `make help` explains each
# SPDX-License-Identifier: Apache-2.0

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAVEN := mvn -B -ntp
E2E := $(MAVEN) -Pe2e verify -pl deploy/e2e -am -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false

AGENT := edge-agent/target/hy300-agent
COLLECTOR := collector/target/hy300-collector
CLI := cli/target/hy300
JAVA_SOURCES := $(shell find common edge-agent collector cli bench -path '*/target' -prune -o -path '*/src/main/*' -type f -print -o -name pom.xml -print) pom.xml
PACKAGE_SOURCES := $(wildcard $(shell git ls-files kernel deploy/debian deploy/grafana deploy/mosquitto deploy/prometheus deploy/vm docs LICENSES))

JAVA_PACKAGES := openjdk-17-jdk-headless maven
GUEST_PACKAGES := qemu-system-arm gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-arm-linux-gnueabihf \
	libc6-dev-armhf-cross gcc make libc6-dev \
	device-tree-compiler cpio kmod bc xz-utils gzip curl git sparse
UPSTREAM_PACKAGES := sparse dt-schema dkms python3 python3-git python3-ply perl prometheus
DEBUG_PACKAGES := flex bison
SOAK_SECONDS := 3600
# The last commit whose programs speak MQTT 3.1.1 only.
OLDER ?= ff1ec25
FAULTS_SECONDS ?= 240
FAULTS_PACKAGES := mosquitto prometheus openssl nftables libfaketime iproute2 util-linux mount
TEST_PACKAGES := mosquitto mosquitto-clients prometheus prometheus-node-exporter victoria-metrics systemd shellcheck openssl gcc libc6-dev man-db zsh python3-prometheus-client
RULES_PACKAGES := prometheus prometheus-alertmanager
BENCH_PACKAGES := prometheus-node-exporter curl perl
DEBIAN_PACKAGES := debhelper dh-dkms dpkg-dev git
NIX_PACKAGES := nix-bin prometheus systemd openssl unzip python3-yaml pyflakes3 git
DEBIAN_TEST_PACKAGES := debootstrap lintian man-db iproute2 util-linux
GUIDES_PACKAGES := mmdebstrap arch-test qemu-user-static debootstrap e2fsprogs openssh-client libnss3-tools iproute2 util-linux mount
DOCS_PACKAGES := mkdocs mkdocs-material python3-yaml
BROWSER_PACKAGES := chromium chromium-driver firefox-esr fonts-dejavu-core
PACKAGES := deploy/vm/packages.sh
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)

# What test-changed compares with.
BASE := origin/main
# Quick stages first. The same faults each time: what is red then is the change.
STAGES := test-scripts docs test-rules test-java test-packages test-nixos test-kernel test-kernel-debug test-e2e test-faults

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## a projector (QEMU, real drivers, real agent), simulated ones and their collector; Ctrl-C ends all
	@$(PACKAGES) $(JAVA_PACKAGES) $(GUEST_PACKAGES) mosquitto-clients
	@$(MAKE) -s --no-print-directory programs
	@exec deploy/demo.sh

test: ## the stages below, red or not, from test-scripts to test-faults; closes with a table and the failing tests
	@FAULTS_SEED=112251 FAULTS_SECONDS=120 deploy/test.sh $(STAGES)

test-changed: ## the stages that a change since BASE=origin/main can turn red; docs and Java leave out the kernel's
	@FAULTS_SEED=112251 FAULTS_SECONDS=120 deploy/test.sh $$(deploy/changed-stages.sh $(BASE) $(STAGES))

test-scripts: ## shell scripts through shellcheck; words, line lengths and commit subjects of what people read
	@$(PACKAGES) shellcheck git python3
	@git ls-files -co --exclude-standard | grep -E '\.sh$$|^\.ci/run$$|/init$$|/hy300-pki$$|/bin/hy300-|/bin/java$$|\.(postinst|prerm|postrm)$$' | xargs shellcheck -x
	@deploy/prose/check.py

test-rules: ## the Prometheus configurations, rules and alerts, each alert firing and not firing, with its runbook
	@$(PACKAGES) $(RULES_PACKAGES)
	@deploy/prometheus/check.sh

test-java: ## build, formatter, static analysis, unit and integration tests of the Java modules
	@$(PACKAGES) $(JAVA_PACKAGES) $(TEST_PACKAGES)
	@mkdir -p target && touch target/test-java.start
	@# A red module must not hide those that need it.
	$(MAVEN) verify -Dmaven.test.failure.ignore
	@touch target/programs
	@deploy/failed-tests.sh --show target/test-java.start

test-packages: ## the Debian packages in a plain Debian 12, from apt and systemd to an upgrade and the purge
	@$(PACKAGES) $(DEBIAN_TEST_PACKAGES)
	@$(MAKE) -s --no-print-directory package
	@deploy/debian/package.sh 99.1 target/packages-next
	$(AS_ROOT) deploy/debian/test.sh

test-nixos: ## the flake with Debian's Nix: packages built and held beside Maven's, modules evaluated, what they make of systemd and Prometheus checked
	@$(PACKAGES) $(JAVA_PACKAGES) $(NIX_PACKAGES)
	@$(MAKE) -s --no-print-directory programs
	@deploy/nixos/tests/check.sh

test-kernel: ## the drivers without a warning (6.1 arm64, amd64; 6.12 arm64), their tests in the booted guests, a reviewer's checks
	@$(PACKAGES) $(GUEST_PACKAGES) $(UPSTREAM_PACKAGES)
	@red=0; for part in deploy/vm/test-drivers.sh deploy/vm/test-hardware.py deploy/vm/check-upstream.sh; do \
		echo "$$part"; $$part || red=1; \
	done; exit $$red

test-kernel-debug: ## the drivers on a kernel that checks all they do: storms, fuzz, failing allocations, leaks, planted bugs, coverage
	@$(PACKAGES) $(GUEST_PACKAGES) $(UPSTREAM_PACKAGES) $(DEBUG_PACKAGES)
	deploy/vm/test-drivers-debug.sh

test-mutations: ## breaks the drivers in one place after the other; the tests on the debug kernel must notice each time
	@$(PACKAGES) $(GUEST_PACKAGES) $(UPSTREAM_PACKAGES) $(DEBUG_PACKAGES)
	deploy/vm/test-mutations.sh

test-e2e: ## guest, collector, mosquitto clients, Prometheus, Chromium and Firefox together; README.md and the demo's guides typed into the demo
	@$(PACKAGES) $(JAVA_PACKAGES) $(GUEST_PACKAGES) $(TEST_PACKAGES) $(BROWSER_PACKAGES) python3-yaml iproute2 util-linux mount
	@$(MAKE) -s --no-print-directory programs
	deploy/vm/build.sh projector
	@red=0; $(E2E) || red=1; $(E2E) -Djvm=$(CURDIR)/deploy/e2e/src/test/isolated/bin/java -Dit.test=ReadmeIT || red=1; exit $$red

test-faults: ## agents, broker, collector and Prometheus on a network of their own where links, disks, clocks and programs fail: FAULTS_SECONDS=240 FAULTS_SEED=
	@$(PACKAGES) $(JAVA_PACKAGES) $(FAULTS_PACKAGES)
	@$(MAKE) -s --no-print-directory programs
	$(E2E) -Djvm=$(CURDIR)/deploy/e2e/src/test/isolated/bin/java -Dit.test=FaultsIT -Dfaults.seconds=$(FAULTS_SECONDS) $(FAULTS_SEED:%=-Dfaults.seed=%)

test-guides: package ## docs/ followed to the letter on fresh Debian machines with systemd: install, upgrade, back up, certificates
	@$(PACKAGES) $(JAVA_PACKAGES) $(GUEST_PACKAGES) $(BROWSER_PACKAGES) $(GUIDES_PACKAGES)
	@deploy/vm/build.sh projector
	@$(AS_ROOT) deploy/vm/debian/disk.sh >/dev/null
	$(E2E) -Djvm=$(CURDIR)/deploy/e2e/src/test/machines/bin/java -Dit.test=GuidesIT

test-older: ## agents and collectors of OLDER=COMMIT beside those of this checkout
	@$(PACKAGES) $(JAVA_PACKAGES) $(TEST_PACKAGES)
	@$(MAKE) -s --no-print-directory programs
	deploy/e2e/older.sh $(OLDER)
	$(E2E) -Dit.test=OlderIT

test-soak: ## a fleet of 2,000 alone, with power cuts and broker restarts: SOAK_SECONDS=3600
	@$(PACKAGES) $(JAVA_PACKAGES) $(TEST_PACKAGES)
	@$(MAKE) -s --no-print-directory programs
	$(E2E) -Dit.test=SoakIT -Dsoak.seconds=$(SOAK_SECONDS)

bench: ## the figures of docs/performance.md, each beside a peer, measured here and now
	@$(PACKAGES) $(JAVA_PACKAGES) $(GUEST_PACKAGES) $(TEST_PACKAGES)
	@$(MAKE) -s --no-print-directory programs
	@$(MAKE) -s --no-print-directory bench-collector
	@$(MAKE) -s --no-print-directory bench-agent
	bench/run.sh

bench-agent: ## what the agent costs here, and how soon it tells: memory, idle CPU, start, a change to a subscriber; five minutes
	@$(PACKAGES) $(JAVA_PACKAGES) $(TEST_PACKAGES) $(BENCH_PACKAGES)
	@$(MAKE) -s --no-print-directory programs
	bench/agent.sh

bench-cli: ## how long `hy300 devices` takes, beside a bare Java
	@$(PACKAGES) $(JAVA_PACKAGES)
	@$(MAKE) -s --no-print-directory programs
	bench/cli.sh

bench-collector: ## the collector in process, beside Micrometer; under load with and without mosquitto, beside prometheus-mqtt-exporter
	@$(PACKAGES) $(JAVA_PACKAGES) $(TEST_PACKAGES) prometheus-mqtt-exporter curl perl
	@$(MAKE) -s --no-print-directory programs
	java -Xmx3g -cp 'bench/collector/target/hy300-bench-collector/lib/*' org.hy300.bench.collector.Main
	bench/collector.sh

bench-push: ## what a pushed sample costs the collector and Prometheus, beside the scraping of the same samples; a minute
	@$(PACKAGES) $(JAVA_PACKAGES) prometheus
	@$(MAKE) -s --no-print-directory programs
	java -Xmx1g -cp 'bench/collector/target/hy300-bench-collector/lib/*' org.hy300.bench.collector.PushCost

bench-size: ## what 100 to 100,000 projectors cost the collector's machine: memory, CPU, page, network (docs/guides/size.md); nine minutes
	@$(PACKAGES) $(JAVA_PACKAGES) $(TEST_PACKAGES) curl perl
	@$(MAKE) -s --no-print-directory programs
	bench/size.sh

bench-kernel: ## what the drivers' mechanisms cost and buy, as ratios, measured in the guest (docs/kernel-mechanisms.md)
	@$(PACKAGES) $(GUEST_PACKAGES)
	@HY300_KERNELS=bookworm HY300_TESTS='*_bench' deploy/vm/test-drivers.sh | grep -E '^(# |ok |not ok )'

docs: ## the documentation site in target/docs, without a warning; links, anchors and generated pages checked
	@$(PACKAGES) $(DOCS_PACKAGES)
	@deploy/docs/reference.py --check
	@rm -rf target/docs && mkdir -p target
	@mkdocs build --quiet --strict 2>target/docs.log || { cat target/docs.log >&2; exit 1; }
	@deploy/docs/check.py target/docs

reference: ## the generated pages of docs/reference: metrics, commands, rights, HTTP API, error codes, options
	@$(PACKAGES) $(JAVA_PACKAGES) $(DOCS_PACKAGES) mosquitto openssl
	@$(MAVEN) -q -pl common/contract test -Dtest=ReferencePageTest -Dreference.write=true
	@$(MAVEN) -q -pl cli,collector -am test -Dtest='CommandLineTest#theReferencePageHasEveryMetric,RightsPageTest' \
	  -Dsurefire.failIfNoSpecifiedTests=false -Dreference.write=true
	@$(MAKE) -s --no-print-directory programs
	@deploy/docs/reference.py --options

pictures: ## the pictures of the fleet page in README and docs: two of the last run of test-e2e, and a moving one
	@$(PACKAGES) $(JAVA_PACKAGES) $(TEST_PACKAGES) $(BROWSER_PACKAGES)
	@$(MAKE) -s --no-print-directory programs
	$(E2E) -Dit.test=FilmIT
	@cd deploy/e2e/target/screenshots && cp page-fleet.png page-device.png demo.gif $(CURDIR)/docs/

package: target/packages/.made ## agent, collector and command line as directories that run from anywhere, and as Debian packages with the drivers
	@echo "$(AGENT)"; echo "$(COLLECTOR)"; echo "$(CLI)"; ls target/packages/*.deb

target/packages/.made: $(JAVA_SOURCES) $(PACKAGE_SOURCES)
	@$(PACKAGES) $(JAVA_PACKAGES) $(GUEST_PACKAGES) $(DEBIAN_PACKAGES)
	@$(MAKE) -s --no-print-directory programs
	@deploy/debian/package.sh
	@touch $@

sbom: ## target/sbom/hy300-fleet.json: what the programs are made of (CycloneDX), and by which licences
	@$(PACKAGES) $(JAVA_PACKAGES) python3
	@$(MAVEN) -q org.cyclonedx:cyclonedx-maven-plugin:2.9.3:makeAggregateBom -DincludeTestScope=false \
	  -DoutputDirectory=$(CURDIR)/target/sbom -DoutputName=hy300-fleet -DoutputFormat=json
	@deploy/sbom.py target/sbom/hy300-fleet.json

clean: ## removes what the build made; the cache in ~/.cache/hy300-fleet stays
	@$(MAVEN) -q clean
	@rm -rf deploy/vm/target

.PHONY: help demo test test-changed test-scripts test-rules test-java test-packages test-nixos test-kernel test-kernel-debug test-mutations test-e2e test-guides test-faults test-older test-soak bench bench-agent bench-cli bench-collector bench-kernel bench-push bench-size docs reference pictures package sbom clean programs

programs: target/programs

target/programs: $(JAVA_SOURCES)
	@echo "== building agent, collector and command line"
	@$(MAVEN) -q -DskipTests package
	@mkdir -p target && touch $@
