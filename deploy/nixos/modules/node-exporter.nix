# services.hy300-node-exporter: a projector without an agent, and the Prometheus that scrapes such projectors.
# SPDX-License-Identifier: Apache-2.0
{
  config,
  lib,
  ...
}:

let
  cfg = config.services.hy300-node-exporter;
  directory = "/var/lib/hy300-node-exporter";

  # The links of deploy/node-exporter, in a directory that is root's.
  lines = lib.splitString "\n" (builtins.readFile ../../node-exporter/hy300.conf);
  rules = map (lib.replaceStrings [ "/var/lib/prometheus/node-exporter" "0755 prometheus prometheus" ] [ directory "0755 root root" ]) (
    lib.filter (line: line != "" && !lib.hasPrefix "#" line) lines
  );
in
{
  imports = [
    ./drivers.nix
    ./collector.nix
  ];

  options.services.hy300-node-exporter = {
    enable = lib.mkEnableOption "the drivers' metrics on this machine's node_exporter, without an agent";

    targets = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      example = [ "projector-7.example:9100" ];
      description = ''
        Projectors with node_exporter, which this machine's Prometheus scrapes, with the rules and alerts that they can have.
      '';
    };
  };

  config = lib.mkMerge [
    (lib.mkIf cfg.enable {
      hardware.hy300.enable = lib.mkDefault true;
      systemd.tmpfiles.rules = rules;
      services.prometheus.exporters.node = {
        enable = true;
        extraFlags = [ "--collector.textfile.directory=${directory}" ];
      };
    })
    (lib.mkIf (cfg.targets != [ ]) {
      services.prometheus = {
        enable = lib.mkDefault true;
        scrapeConfigs = [
          {
            job_name = "hy300-node";
            static_configs = [ { inherit (cfg) targets; } ];
            metric_relabel_configs = [
              {
                source_labels = [
                  "__name__"
                  "instance"
                ];
                regex = "hy300_[^;]+;(.+):[0-9]+";
                target_label = "device";
              }
            ];
          }
        ];
        # The collector's Prometheus has them already.
        ruleFiles = lib.mkIf (!config.services.hy300-collector.prometheus.enable) [
          ../../prometheus/rules/recording.yml
          ../../prometheus/rules/devices.yml
        ];
        globalConfig = {
          scrape_interval = lib.mkDefault "15s";
          evaluation_interval = lib.mkDefault "15s";
          # Links in alerts begin with it: a collector as a browser reaches it.
          external_labels.fleet_url = lib.mkDefault "http://localhost:8080";
        };
      };
    })
  ];
}
