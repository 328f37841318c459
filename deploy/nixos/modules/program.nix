# What services.hy300-agent and services.hy300-collector have in common: the options, the file of settings, and the unit that the package brings.
# SPDX-License-Identifier: Apache-2.0
{
  config,
  lib,
  pkgs,
  utils,
  # hy300-agent or hy300-collector
  name,
  # what stands after "Whether to enable"
  what,
  # the settings that name a secret
  secrets,
  # flags without which the settings cannot be checked on a machine that they are not for
  checkFlags,
}:

let
  cfg = config.services.${name};
  format = pkgs.formats.yaml { };
  settings = lib.filterAttrs (_: value: value != null) cfg.settings;
  written = format.generate "${name}.yaml" settings;

  # The machine's files are not there when its system is built.
  isFile = value: lib.isString value && lib.hasPrefix "/" value;
  checked = pkgs.runCommand "${name}-checked.yaml" { } ''
    ${lib.getExe' cfg.package name} ${
      lib.escapeShellArgs (
        [
          "--check-config"
          "--config"
          (format.generate "${name}-without-files.yaml" (lib.filterAttrs (_: value: !isFile value) settings))
        ]
        ++ checkFlags
      )
    }
    cp ${written} $out
  '';
  canRun = pkgs.stdenv.buildPlatform.canExecute pkgs.stdenv.hostPlatform;
in
{
  options = {
    enable = lib.mkEnableOption what;

    package = lib.mkOption {
      type = lib.types.package;
      default = pkgs.callPackage ../package.nix { program = name; };
      defaultText = lib.literalExpression ''pkgs.callPackage ./package.nix { program = "${name}"; }'';
      description = ''
        The package with `bin/${name}` and the unit `${name}.service`.
      '';
    };

    settings = lib.mkOption {
      type = lib.types.submodule { freeformType = format.type; };
      default = { };
      example = {
        keep-alive = 60;
      };
      description = ''
        The options of {command}`${name} --help` without their dashes; what is wrong in them is said when the system is built. They
        stand in the Nix store, where all can read them: secrets belong into {option}`services.${name}.credentials`.
      '';
    };

    credentials = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      example = {
        broker-key = "/run/secrets/device.key";
      };
      description = ''
        Options that name a file, and where that file is. systemd hands it to the service (`LoadCredential=`), which need not have the
        right to read it there.
      '';
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      example = "/run/secrets/${name}.env";
      description = ''
        A file with lines such as `HY300_BROKER_USERNAME=projector-7`, which go before the settings.
      '';
    };

    extraFlags = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      description = ''
        Flags for the command line, which go before all else.
      '';
    };
  };

  config = {
    assertions =
      lib.mapAttrsToList (setting: file: {
        assertion = !lib.hasPrefix builtins.storeDir file;
        message = ''
          services.${name}.credentials.${setting} is in the Nix store, where all can read it. Name its file by a string, such as "/run/secrets/${setting}".
        '';
      }) cfg.credentials
      ++ lib.mapAttrsToList (setting: _: {
        assertion = !settings ? ${setting};
        message = ''
          services.${name}.settings.${setting} has no effect beside services.${name}.credentials.${setting}; leave out one of them.
        '';
      }) cfg.credentials
      ++ map (secret: {
        # A path, not a string, would be copied to the store.
        assertion = !settings ? ${secret} || isFile settings.${secret} && !lib.hasPrefix builtins.storeDir settings.${secret};
        message = ''
          services.${name}.settings.${secret} would be in the Nix store, where all can read it. Name it in services.${name}.credentials.${secret}.
        '';
      }) secrets;

    environment.systemPackages = [ cfg.package ];

    users.users.${name} = {
      isSystemUser = true;
      group = name;
    };
    users.groups.${name} = { };

    # The unit is Debian's (deploy/debian), with its sandbox; what follows is added to it.
    systemd.packages = [ cfg.package ];
    systemd.services.${name} = {
      wantedBy = [ "multi-user.target" ];
      environment = lib.mapAttrs' (
        setting: _: lib.nameValuePair "HY300_${lib.toUpper (lib.replaceStrings [ "-" ] [ "_" ] setting)}" "%d/${setting}"
      ) cfg.credentials;
      serviceConfig = {
        ExecStart = [
          ""
          (utils.escapeSystemdExecArgs (
            [
              (lib.getExe' cfg.package name)
              "--config"
              (if canRun then checked else written)
            ]
            ++ cfg.extraFlags
          ))
        ];
        LoadCredential = lib.mapAttrsToList (setting: file: "${setting}:${file}") cfg.credentials;
      }
      // lib.optionalAttrs (cfg.environmentFile != null) { EnvironmentFile = cfg.environmentFile; };
    };
  };
}
