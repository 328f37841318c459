# The options of NixOS that the modules here set, with NixOS' types, and an evaluation of modules with them.
# SPDX-License-Identifier: Apache-2.0
{ packages }:
modules:
let
  lib = import ./lib.nix;
  inherit (lib) mkOption types;
  inherit (types)
    anything
    attrsOf
    bool
    enum
    int
    listOf
    nullOr
    package
    path
    port
    str
    submodule
    ;

  of =
    type: default:
    mkOption {
      inherit type default;
    };
  must = type: mkOption { inherit type; };
  isOne = options: submodule { inherit options; };
  words = types.either str (types.either int (types.either bool (listOf str)));

  scrapeConfig = isOne {
    job_name = must str;
    honor_labels = of (nullOr bool) null;
    metrics_path = of (nullOr str) null;
    scheme = of (nullOr (enum [ "http" "https" ])) null;
    authorization = of (nullOr (attrsOf str)) null;
    static_configs = of (nullOr (listOf (isOne { targets = must (listOf str); }))) null;
    http_sd_configs = of (nullOr (
      listOf (isOne {
        url = must str;
        refresh_interval = of (nullOr str) null;
        authorization = of (nullOr (attrsOf str)) null;
      })
    )) null;
    metric_relabel_configs = of (nullOr (
      listOf (isOne {
        source_labels = of (nullOr (listOf str)) null;
        regex = of (nullOr str) null;
        target_label = of (nullOr str) null;
      })
    )) null;
  };

  options = {
    assertions = of (listOf (isOne {
      assertion = must bool;
      message = must str;
    })) [ ];
    boot.extraModulePackages = of (listOf package) [ ];
    boot.kernelModules = of (listOf str) [ ];
    boot.kernelPackages = of anything packages.linuxPackages;
    environment.systemPackages = of (listOf package) [ ];
    networking.firewall.allowedTCPPorts = of (listOf port) [ ];
    services.mosquitto.enable = of bool false;
    services.mosquitto.listeners = of (listOf (isOne {
      acl = of (listOf str) [ ];
      omitPasswordAuth = of bool false;
      settings = of (attrsOf anything) { };
    })) [ ];
    services.prometheus.enable = of bool false;
    services.prometheus.checkConfig = of (types.either bool (enum [ "syntax-only" ])) true;
    services.prometheus.exporters.node.enable = of bool false;
    services.prometheus.exporters.node.extraFlags = of (listOf str) [ ];
    services.prometheus.exporters.node.openFirewall = of bool false;
    services.prometheus.globalConfig.scrape_interval = of (nullOr str) null;
    services.prometheus.globalConfig.evaluation_interval = of (nullOr str) null;
    services.prometheus.globalConfig.external_labels = of (attrsOf str) { };
    services.prometheus.ruleFiles = of (listOf path) [ ];
    services.prometheus.scrapeConfigs = of (listOf scrapeConfig) [ ];
    services.udev.packages = of (listOf package) [ ];
    systemd.packages = of (listOf package) [ ];
    systemd.services = of (attrsOf (isOne {
      environment = of (attrsOf str) { };
      serviceConfig = of (attrsOf words) { };
      wantedBy = of (listOf str) [ ];
    })) { };
    systemd.tmpfiles.rules = of (listOf str) [ ];
    users.groups = of (attrsOf (isOne { })) { };
    users.users = of (attrsOf (isOne {
      extraGroups = of (listOf str) [ ];
      group = must str;
      isSystemUser = of bool false;
    })) { };
  };
in
lib.evalModules {
  modules = [ { inherit options; } ] ++ modules;
  args = {
    inherit lib;
    pkgs = packages;
    utils.escapeSystemdExecArgs = words: lib.concatStringsSep " " (map (word: builtins.toJSON "${toString word}") words);
  };
}
