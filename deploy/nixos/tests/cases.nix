# Systems made of the modules, and what must hold of them. `make test-nixos` asks for `failures`, and builds what is `sound` and `unsound`.
# SPDX-License-Identifier: Apache-2.0
{
  # modules that the documentation shows
  examples ? [ ],
}:

let
  lib = import ./nixpkgs/lib.nix;
  packages = import ./nixpkgs/packages.nix { system = builtins.currentSystem; };
  nixos = import ./nixpkgs/nixos.nix { inherit packages; };
  all = [
    ../modules/drivers.nix
    ../modules/agent.nix
    ../modules/collector.nix
    ../modules/node-exporter.nix
  ];

  system = module: (nixos (all ++ [ module ])).config;
  complaints = config: map ({ message, ... }: message) (lib.filter ({ assertion, ... }: !assertion) config.assertions);
  isRefused = module: (builtins.tryEval (builtins.deepSeq (describe (system module)) null)).success == false;
  isComplained = words: module: lib.any (has words) (complaints (system module));
  has = words: text: lib.length (builtins.split (lib.replaceStrings [ "." ] [ "\\." ] words) text) > 1;

  # What of a system is looked at, without packages to be built.
  describe = config: {
    inherit (config.boot) kernelModules;
    inherit (config.networking.firewall) allowedTCPPorts;
    inherit (config.users) users groups;
    inherit (config.systemd.tmpfiles) rules;
    inherit (config.services.prometheus) scrapeConfigs ruleFiles globalConfig;
    units = config.systemd.services;
  };

  agent = settings: { services.hy300-agent = { enable = true; } // settings; };
  collector = settings: { services.hy300-collector = { enable = true; } // settings; };

  nothing = describe (system { });
  plainAgent = system (agent { });
  plainCollector = system (collector { });
  secure = {
    listenAddress = "0.0.0.0";
    credentials = {
      http-certificate = "/run/secrets/a";
      http-key = "/run/secrets/b";
      http-tokens = "/run/secrets/c";
    };
  };
  open = system (collector (secure // { openFirewall = true; port = 9443; }));
  withCredentials = system (
    agent {
      credentials.broker-password-file = "/run/secrets/password";
      environmentFile = "/run/secrets/env";
      extraFlags = [ "--keep-alive=7" ];
    }
  );
  unit = config: name: config.systemd.services.${name}.serviceConfig;
  start = config: name: lib.elemAt (unit config name).ExecStart 1;
  jobs = config: map (job: job.job_name) config.services.prometheus.scrapeConfigs;
  scraped = system (collector { prometheus.enable = true; });
  scrapedByDevice = system (collector { prometheus.enable = true; prometheus.perDevice = true; });
  scrapedSecurely = system (collector (secure // { prometheus.enable = true; prometheus.perDevice = true; prometheus.tokenFile = "/run/t"; }));
  scrapedElsewhere = system {
    services.hy300-collector.prometheus = {
      enable = true;
      target = "collector.example:8080";
      scheme = "https";
    };
  };
  bare = system { services.hy300-node-exporter.enable = true; };
  bareScraped = system { services.hy300-node-exporter.targets = [ "projector-7.example:9100" ]; };
  both = system {
    services.hy300-node-exporter.targets = [ "projector-7.example:9100" ];
    services.hy300-collector = { enable = true; prometheus.enable = true; };
  };
  files = map baseNameOf;
  ruleFiles = config: files (map toString config.services.prometheus.ruleFiles);
  links = lib.length (builtins.split "/sys/class/hy300/" (builtins.readFile ../../node-exporter/hy300.conf)) / 2;

  cases = {
    "nothing is done unless it is enabled" =
      nothing.units == { } && nothing.kernelModules == [ ] && nothing.users == { } && nothing.scrapeConfigs == [ ] && nothing.rules == [ ];
    "the agent brings the drivers" =
      plainAgent.boot.kernelModules == [ "daedalus-v4l2" "kmsgpipe" ] && lib.length plainAgent.boot.extraModulePackages == 1;
    "the drivers are built for the system's kernel" =
      has "6.6.7" (lib.head (system {
        hardware.hy300.enable = true;
        boot.kernelPackages = packages.linuxPackagesFor "6.6.7";
      }).boot.extraModulePackages).version;
    "they are built with the flags of that kernel, and install beside it" =
      let
        package = lib.head plainAgent.boot.extraModulePackages;
      in
      lib.elem "ARCH=x86_64" package.makeFlags
      && lib.elem "KDIR=/usr/src/linux-6.12.41/lib/modules/6.12.41/build" package.makeFlags
      && lib.any (has "^INSTALL_MOD_PATH=") package.makeFlags
      && builtins.pathExists "${package.src}/Kbuild";
    "the agent does without them when it is told to" =
      (system { imports = [ (agent { }) ]; hardware.hy300.enable = false; }).boot.extraModulePackages == [ ];
    "the virtual board is loaded only when asked for" =
      lib.elem "hy300-virtual-board" (system { hardware.hy300.enable = true; hardware.hy300.virtualBoard = true; }).boot.kernelModules;
    "the drivers alone run nothing" = (system { hardware.hy300.enable = true; }).systemd.services == { };
    "the agent has a user, and is in the group of the message pipe" =
      plainAgent.users.users.hy300-agent == { isSystemUser = true; group = "hy300-agent"; extraGroups = [ "hy300" ]; }
      && plainAgent.users.groups ? hy300 && plainAgent.users.groups ? hy300-agent;
    "its package brings the unit and the rules for the attributes" =
      map (package: package.pname) plainAgent.systemd.packages == [ "hy300-agent" ]
      && map (package: package.pname) plainAgent.services.udev.packages == [ "hy300-agent" ];
    "the units are started" =
      plainAgent.systemd.services.hy300-agent.wantedBy == [ "multi-user.target" ]
      && plainCollector.systemd.services.hy300-collector.wantedBy == [ "multi-user.target" ];
    "what is added to Debian's unit takes away nothing of its sandbox" =
      lib.attrNames (unit withCredentials "hy300-agent") == [ "EnvironmentFile" "ExecStart" "LoadCredential" ]
      && lib.attrNames (unit plainCollector "hy300-collector") == [ "ExecStart" "LoadCredential" ];
    "the command replaces Debian's" =
      lib.head (unit plainAgent "hy300-agent").ExecStart == "" && has "/bin/hy300-agent\" \"--config\"" (start plainAgent "hy300-agent");
    "flags come last" = has "\"--keep-alive=7\"$" (start withCredentials "hy300-agent");
    "a credential is handed over, and named to the program" =
      (unit withCredentials "hy300-agent").LoadCredential == [ "broker-password-file:/run/secrets/password" ]
      && withCredentials.systemd.services.hy300-agent.environment == { HY300_BROKER_PASSWORD_FILE = "%d/broker-password-file"; };
    "the environment comes from its file" = (unit withCredentials "hy300-agent").EnvironmentFile == "/run/secrets/env";
    "a credential in the store is refused" =
      isComplained "credentials.broker-key is in the Nix store" (agent { credentials.broker-key = "${./cases.nix}"; });
    "a secret among the settings is refused when it is in the store" =
      isComplained "settings.broker-key would be" (agent { settings.broker-key = ./cases.nix; })
      && isComplained "settings.http-tokens would be" (collector { settings.http-tokens = "${./cases.nix}"; });
    "a secret outside of the store may be among the settings" =
      complaints (system (agent { settings.broker-key = "/etc/hy300/key"; })) == [ ];
    "what is given twice is refused" =
      isComplained "has no effect" (agent { settings.broker-key = "/etc/key"; credentials.broker-key = "/run/key"; });
    "no complaint without a reason" = lib.all (config: complaints config == [ ]) [
      plainAgent plainCollector open withCredentials scraped scrapedSecurely scrapedElsewhere bare both
    ];
    "settings are freeform" = (system (agent { settings.labels.site = "berlin"; })).services.hy300-agent.settings.labels.site == "berlin";
    "settings of several modules come together" =
      (system {
        imports = [ (agent { settings.labels.site = "berlin"; }) { services.hy300-agent.settings.labels.room = "a2"; } ];
      }).services.hy300-agent.settings.labels == { site = "berlin"; room = "a2"; };
    "a setting can be overridden" =
      (system {
        imports = [ (agent { settings.keep-alive = 20; }) { services.hy300-agent.settings.keep-alive = lib.mkForce 30; } ];
      }).services.hy300-agent.settings.keep-alive == 30;
    "a function is no setting" = isRefused (agent { settings.broker = x: x; });
    "an unknown option is refused" = isRefused (agent { setings = { }; });
    "the agent has no port" = isRefused (agent { port = 1; });
    "the collector serves this machine only" =
      plainCollector.services.hy300-collector.settings == { http-host = "127.0.0.1"; http-port = 8080; }
      && plainCollector.networking.firewall.allowedTCPPorts == [ ];
    "port and address reach the program and the firewall" =
      open.services.hy300-collector.settings == { http-host = "0.0.0.0"; http-port = 9443; }
      && open.networking.firewall.allowedTCPPorts == [ 9443 ];
    "the port is that of the firewall, or in conflict" = isRefused (collector { settings.http-port = 9000; });
    "a number that is no port is refused" = isRefused (collector { port = 65536; });
    "an opened port on which nobody listens is refused" = isComplained "on which nobody listens" (collector { openFirewall = true; });
    "other machines are served with TLS and tokens, or by a word" =
      isComplained "without TLS and tokens" (collector { listenAddress = "0.0.0.0"; })
      && isComplained "without TLS and tokens" (collector { listenAddress = "0.0.0.0"; credentials.http-key = "/run/k"; })
      && complaints (system (collector { listenAddress = "0.0.0.0"; extraFlags = [ "--allow-insecure" ]; })) == [ ];
    "Prometheus is left alone unless asked" = !plainCollector.services.prometheus.enable && jobs plainCollector == [ ];
    "the fleet is scraped as one page" = scraped.services.prometheus.enable && jobs scraped == [ "hy300-fleet" "hy300-collector" ];
    "or projector by projector" = jobs scrapedByDevice == [ "hy300-devices" "hy300-collector" ];
    "jobs name the port" =
      (lib.head (lib.head (system (collector { port = 81; prometheus.enable = true; })).services.prometheus.scrapeConfigs).static_configs).targets
      == [ "localhost:81" ];
    "with certificate and token the jobs have both" =
      let
        job = lib.head scrapedSecurely.services.prometheus.scrapeConfigs;
        discovery = lib.head job.http_sd_configs;
        bearer = {
          type = "Bearer";
          credentials_file = "/run/t";
        };
      in
      job.scheme == "https" && job.authorization == bearer && discovery.url == "https://localhost:8080/sd"
      && discovery.authorization == bearer && scrapedSecurely.services.prometheus.checkConfig == "syntax-only";
    "a collector elsewhere is scraped without one here" =
      scrapedElsewhere.systemd.services == { }
      && (lib.head scrapedElsewhere.services.prometheus.scrapeConfigs).scheme == "https"
      && (lib.head (lib.head scrapedElsewhere.services.prometheus.scrapeConfigs).static_configs).targets == [ "collector.example:8080" ];
    "all rules are loaded" = ruleFiles scraped == [ "collector.yml" "devices.yml" "recording.yml" ];
    "every rule file is there" =
      lib.all (config: lib.all builtins.pathExists config.services.prometheus.ruleFiles) [ scraped bareScraped both ];
    "without an agent the rules are those that can fire" = ruleFiles bareScraped == [ "recording.yml" "devices.yml" ];
    "no rule is loaded twice" =
      ruleFiles both == [ "collector.yml" "devices.yml" "recording.yml" ] && jobs both == [ "hy300-fleet" "hy300-collector" "hy300-node" ];
    "node_exporter reads every link, in a directory that is root's" =
      bare.services.prometheus.exporters.node.enable
      && bare.services.prometheus.exporters.node.extraFlags == [ "--collector.textfile.directory=/var/lib/hy300-node-exporter" ]
      && lib.length bare.systemd.tmpfiles.rules == links + 1
      && lib.head bare.systemd.tmpfiles.rules == "d /var/lib/hy300-node-exporter 0755 root root -"
      && lib.all (rule: has "/var/lib/hy300-node-exporter" rule && !has "prometheus" rule) bare.systemd.tmpfiles.rules;
    "node_exporter's projector has the drivers and no agent" =
      bare.boot.kernelModules != [ ] && bare.systemd.services == { };
  };

  optionsOf =
    path: options:
    lib.concatMap (
      name:
      let
        option = options.${name};
        here = path ++ [ name ];
      in
      if option._type or null == "option" then [ (lib.concatStringsSep "." here) ] else optionsOf here option
    ) (lib.attrNames options);
  declared = (nixos all).options;

  # What NixOS writes beside a unit of a package.
  dropIn =
    { environment, serviceConfig, ... }:
    lib.concatStringsSep "\n" (
      [ "[Service]" ]
      ++ lib.mapAttrsToList (name: value: "Environment=${builtins.toJSON "${name}=${value}"}") environment
      ++ lib.concatMap (
        key: map (value: "${key}=${toString value}") (if builtins.isList serviceConfig.${key} then serviceConfig.${key} else [ serviceConfig.${key} ])
      ) (lib.attrNames serviceConfig)
    )
    + "\n";
  unitsOf =
    configs:
    packages.runCommand "units" {
      units = lib.concatMap (config: map dropIn (lib.attrValues config.systemd.services)) configs;
    } "echo \"$units\" >$out";
  prometheusOf = config: {
    global = config.services.prometheus.globalConfig;
    rule_files = map toString config.services.prometheus.ruleFiles;
    scrape_configs = map (
      job: lib.filterAttrs (_: value: value != null) (job // {
        http_sd_configs = if job.http_sd_configs == null then null else map (lib.filterAttrs (_: value: value != null)) job.http_sd_configs;
      })
    ) config.services.prometheus.scrapeConfigs;
  };
in
{
  failures = lib.filter (name: !cases.${name}) (lib.attrNames cases);
  count = lib.length (lib.attrNames cases);

  options = lib.filter (name: has "hy300" name) (optionsOf [ ] declared);

  prometheus = lib.mapAttrs (_: prometheusOf) {
    "prometheus/prometheus.yml" = scraped;
    "prometheus/prometheus-devices.yml" = scrapedByDevice;
    "node-exporter/prometheus.yml" = bareScraped;
  };
  examples = map (example: complaints (system example)) examples;
  dropIns = lib.mapAttrs (name: config: dropIn config.systemd.services.${name}) {
    hy300-agent = withCredentials;
    hy300-collector = open;
  };

  # To be built, upon which the programs look at their settings.
  sound = unitsOf (map system examples ++ [
    plainAgent
    plainCollector
    open
    withCredentials
  ]);
  unsound = lib.mapAttrs (_: module: unitsOf [ (system module) ]) {
    brocker = agent { settings.brocker = "mqtt://127.0.0.1"; };
    fleet = agent { settings.device = "fleet"; };
    http-prt = collector { settings.http-prt = 1; };
  };
}
