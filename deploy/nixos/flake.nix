# hy300-fleet for NixOS: packages, modules and the test of all of them in virtual machines.
# SPDX-License-Identifier: Apache-2.0
#
# It stands in a subdirectory and takes its sources from above it, so it is called as a part of the whole repository: ?dir=deploy/nixos.
{
  description = "Observability and control of HY300 projectors over MQTT and Prometheus";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      each = function: lib.genAttrs systems (system: function nixpkgs.legacyPackages.${system});
      programs = [
        "hy300-agent"
        "hy300-collector"
        "hy300"
      ];
      packages = pkgs: lib.genAttrs programs (program: pkgs.callPackage ./package.nix { inherit program; });
      drivers = pkgs: pkgs.linuxPackages.callPackage ./drivers.nix { };
    in
    {
      packages = each (pkgs: packages pkgs // {
        default = (packages pkgs).hy300;
        hy300-drivers = drivers pkgs;
      });

      overlays.default = final: _: packages final;

      # By path, so that what two of them import counts once.
      nixosModules = lib.mapAttrs (_: paths: { imports = paths; }) rec {
        hy300-drivers = [ ./modules/drivers.nix ];
        hy300-agent = [ ./modules/agent.nix ];
        hy300-collector = [ ./modules/collector.nix ];
        hy300-node-exporter = [ ./modules/node-exporter.nix ];
        default = hy300-drivers ++ hy300-agent ++ hy300-collector ++ hy300-node-exporter;
      };

      checks = each (pkgs: packages pkgs // {
        hy300-drivers = drivers pkgs;
        vm = pkgs.testers.runNixOSTest (import ./tests/vm.nix { modules = self.nixosModules.default; });
      });
    };
}
