# hardware.hy300: the drivers, built for the system's kernel and loaded.
# SPDX-License-Identifier: Apache-2.0
{
  config,
  lib,
  ...
}:

let
  cfg = config.hardware.hy300;
  # Those that no device tree names, as Debian's package loads them.
  always = lib.filter (line: line != "" && !lib.hasPrefix "#" line) (
    lib.splitString "\n" (builtins.readFile ../../debian/hy300.conf)
  );
in
{
  options.hardware.hy300 = {
    enable = lib.mkEnableOption "the drivers of the HY300 projector";

    virtualBoard = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = ''
        Whether to load `hy300-virtual-board`, which plays the hardware where there is no projector.
      '';
    };

    package = lib.mkOption {
      type = lib.types.package;
      default = config.boot.kernelPackages.callPackage ../drivers.nix { };
      defaultText = lib.literalExpression "config.boot.kernelPackages.callPackage ./drivers.nix { }";
      description = ''
        The drivers. They have to be built for {option}`boot.kernelPackages`.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    boot.extraModulePackages = [ cfg.package ];
    boot.kernelModules = always ++ lib.optional cfg.virtualBoard "hy300-virtual-board";
  };
}
