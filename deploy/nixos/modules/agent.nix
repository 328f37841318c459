# services.hy300-agent: the agent on a projector. It listens on no port.
# SPDX-License-Identifier: Apache-2.0
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:

let
  cfg = config.services.hy300-agent;
  program = import ./program.nix {
    inherit
      config
      lib
      pkgs
      utils
      ;
    name = "hy300-agent";
    what = "the agent of an HY300 projector";
    secrets = [
      "broker-key"
      "broker-password-file"
    ];
    # Its name comes of the machine, unless it is given.
    checkFlags = lib.optionals (!cfg.settings ? device) [
      "--device"
      "checked"
    ];
  };
in
{
  imports = [ ./drivers.nix ];

  options.services.hy300-agent = program.options;

  config = lib.mkIf cfg.enable (
    lib.mkMerge [
      program.config
      {
        hardware.hy300.enable = lib.mkDefault true;
        # Who may write the drivers' attributes and open their devices.
        services.udev.packages = [ cfg.package ];
        # Programs in this group write to /dev/kmsgpipe.
        users.groups.hy300 = { };
        users.users.hy300-agent.extraGroups = [ "hy300" ];
      }
    ]
  );
}
