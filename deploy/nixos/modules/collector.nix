# services.hy300-collector: the collector of a fleet, and the Prometheus that scrapes it.
# SPDX-License-Identifier: Apache-2.0
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:

let
  cfg = config.services.hy300-collector;
  rules = ../../prometheus/rules;
  isLoopback = cfg.listenAddress == "localhost" || lib.hasPrefix "127." cfg.listenAddress || cfg.listenAddress == "::1";
  has = setting: cfg.settings.${setting} or null != null || cfg.credentials ? ${setting};

  program = import ./program.nix {
    inherit
      config
      lib
      pkgs
      utils
      ;
    name = "hy300-collector";
    what = "the collector of a fleet of HY300 projectors";
    secrets = [
      "broker-key"
      "broker-password-file"
      "http-key"
      "http-tokens"
    ];
    # Certificates and tokens are files of the machine.
    checkFlags = [ "--allow-insecure" ];
  };

  # The jobs of deploy/prometheus, with this collector's name.
  access =
    lib.optionalAttrs (cfg.prometheus.scheme != "http") { inherit (cfg.prometheus) scheme; }
    // lib.optionalAttrs (cfg.prometheus.tokenFile != null) {
      # Prometheus 2.42 takes no type for granted in http_sd_configs.
      authorization = {
        type = "Bearer";
        credentials_file = cfg.prometheus.tokenFile;
      };
    };
  targets = [ { targets = [ cfg.prometheus.target ]; } ];
  fleetJob = access // {
    job_name = "hy300-fleet";
    honor_labels = true;
    static_configs = targets;
  };
  devicesJob = access // {
    job_name = "hy300-devices";
    honor_labels = true;
    http_sd_configs = [
      (
        removeAttrs access [ "scheme" ]
        // {
          url = "${cfg.prometheus.scheme}://${cfg.prometheus.target}/sd";
          refresh_interval = "30s";
        }
      )
    ];
  };
  collectorJob = access // {
    job_name = "hy300-collector";
    metrics_path = "/internal/metrics";
    static_configs = targets;
  };
in
{
  options.services.hy300-collector = program.options // {
    listenAddress = lib.mkOption {
      type = lib.types.str;
      default = "127.0.0.1";
      description = ''
        Name or address to serve on. Any that other machines reach needs `http-certificate`, `http-key` and `http-tokens` among
        {option}`services.hy300-collector.credentials`, or the flag `--allow-insecure`.
      '';
    };

    port = lib.mkOption {
      type = lib.types.port;
      default = 8080;
      description = ''
        Port to serve on.
      '';
    };

    openFirewall = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = ''
        Whether to open the port in the firewall.
      '';
    };

    # Also where the collector is on another machine, and not enabled here.
    prometheus = {
      enable = lib.mkEnableOption "scraping of the collector by this machine's Prometheus, with the rules and alerts of the fleet";

      perDevice = lib.mkOption {
        type = lib.types.bool;
        default = false;
        description = ''
          Whether each projector is a target of its own, found by service discovery, and not all one page.
        '';
      };

      target = lib.mkOption {
        type = lib.types.str;
        default = "localhost:${toString cfg.port}";
        defaultText = lib.literalExpression ''"localhost:''${toString config.services.hy300-collector.port}"'';
        description = ''
          The name and port by which Prometheus calls the collector. It has to be one that the certificate names, if there is one.
        '';
      };

      scheme = lib.mkOption {
        type = lib.types.enum [
          "http"
          "https"
        ];
        default = if has "http-certificate" then "https" else "http";
        defaultText = lib.literalMD "`https` where the collector is given a certificate";
        description = ''
          How Prometheus calls the collector.
        '';
      };

      tokenFile = lib.mkOption {
        type = lib.types.nullOr lib.types.str;
        default = null;
        example = "/run/secrets/prometheus-hy300-token";
        description = ''
          A file with a token of the role `read`, for where the collector asks for one. Prometheus has to be able to read it.
        '';
      };
    };
  };

  config = lib.mkMerge [
    (lib.mkIf cfg.enable (
      lib.mkMerge [
        program.config
        {
          assertions = [
            {
              assertion = cfg.openFirewall -> !isLoopback;
              message = ''
                services.hy300-collector.openFirewall opens a port on which nobody listens: listenAddress is ${cfg.listenAddress}.
              '';
            }
            {
              assertion =
                isLoopback
                || lib.elem "--allow-insecure" cfg.extraFlags
                || cfg.environmentFile != null
                || lib.all has [
                  "http-certificate"
                  "http-key"
                  "http-tokens"
                ];
              message = ''
                services.hy300-collector does not serve other machines without TLS and tokens: give http-certificate, http-key and
                http-tokens in credentials, or "--allow-insecure" in extraFlags.
              '';
            }
          ];

          # Given otherwise in the settings, these are in conflict, which keeps the firewall right.
          services.hy300-collector.settings = {
            http-host = cfg.listenAddress;
            http-port = cfg.port;
          };

          networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall [ cfg.port ];
        }
      ]
    ))
    (lib.mkIf cfg.prometheus.enable {
      services.prometheus = {
        enable = lib.mkDefault true;
        ruleFiles = map (file: rules + "/${file}") (lib.attrNames (builtins.readDir rules));
        scrapeConfigs = [
          (if cfg.prometheus.perDevice then devicesJob else fleetJob)
          collectorJob
        ];
        globalConfig = {
          scrape_interval = lib.mkDefault "15s";
          evaluation_interval = lib.mkDefault "15s";
          # Links in alerts begin with it.
          external_labels.fleet_url = lib.mkDefault "${cfg.prometheus.scheme}://${cfg.prometheus.target}";
        };
        # The token is not there when the system is built.
        checkConfig = lib.mkIf (cfg.prometheus.tokenFile != null) (lib.mkDefault "syntax-only");
      };
    })
  ];
}
