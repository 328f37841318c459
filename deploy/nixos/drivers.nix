# The drivers as a package, for one kernel: called by the callPackage of its linuxPackages.
# SPDX-License-Identifier: GPL-2.0
{
  lib,
  stdenv,
  kernel,
  kernelModuleMakeFlags,
}:

stdenv.mkDerivation {
  pname = "hy300-drivers";
  version = "0.1.0-${kernel.version}";

  src = ../../kernel;

  nativeBuildInputs = kernel.moduleBuildDependencies;

  # The kernel's build sets its own flags.
  hardeningDisable = [
    "pic"
    "format"
  ];

  makeFlags = kernelModuleMakeFlags ++ [
    "KDIR=${kernel.dev}/lib/modules/${kernel.modDirVersion}/build"
    "INSTALL_MOD_PATH=${placeholder "out"}"
  ];
  buildFlags = [ "modules" ];
  installTargets = [ "modules_install" ];
  enableParallelBuilding = true;

  meta = {
    description = "Linux drivers of the HY300 projector, and a virtual board for where there is none";
    license = lib.licenses.gpl2Only;
    platforms = [
      "x86_64-linux"
      "aarch64-linux"
    ];
    broken = lib.versionOlder kernel.version "6.1";
  };
}
