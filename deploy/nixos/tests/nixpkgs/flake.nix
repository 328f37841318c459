# Stands in for nixpkgs where there is none: the options and functions that the modules here use, and packages of this machine.
# SPDX-License-Identifier: Apache-2.0
{
  outputs = _: {
    lib = import ./lib.nix;
    legacyPackages = (import ./lib.nix).genAttrs [
      "x86_64-linux"
      "aarch64-linux"
    ] (system: import ./packages.nix { inherit system; });
  };
}
