# The packages that those here are made with: this machine's Java, a standard environment of a few lines, no network.
# SPDX-License-Identifier: Apache-2.0
{ system }:
let
  lib = import ./lib.nix;

  # What a derivation can have: no functions, no sets that are no packages.
  plain = lib.filterAttrs (name: value: name != "meta" && name != "passthru" && (!builtins.isAttrs value || value ? outPath));

  installed = path: {
    outPath = path;
    home = path;
  };

  derivationOf =
    attributes:
    derivation (
      {
        name = attributes.name or "${attributes.pname}-${attributes.version}";
        inherit system;
        builder = "/bin/bash";
        # By its content, which is the same wherever this file is read from.
        args = [ (builtins.toFile "builder.sh" (builtins.readFile ./builder.sh)) ];
      }
      // plain attributes
    )
    // {
      inherit (attributes) meta;
    };

  packages = rec {
    inherit lib;
    stdenv = {
      mkDerivation = attributes: derivationOf ({ meta = { }; } // attributes);
      buildPlatform.canExecute = _: true;
      hostPlatform = { };
    };

    callWith =
      scope: path: given:
      let
        function = import path;
      in
      function (builtins.intersectAttrs (builtins.functionArgs function) scope // given);
    callPackage = callWith packages;

    runCommand =
      name: environment: script:
      stdenv.mkDerivation (
        environment
        // {
          inherit name;
          installPhase = script;
          buildPhase = "";
        }
      );

    linkFarm =
      name: entries:
      runCommand name { } (
        lib.concatStringsSep "\n" (
          map ({ name, path }: "mkdir -p $out/$(dirname ${name}); ln -s ${path} $out/${name}") entries
        )
      );

    # Nix itself compares the hash. The file is Maven's, for it comes from the same place.
    fetchurl =
      { url, hash }:
      derivation {
        name = baseNameOf url;
        inherit system url;
        builder = "/bin/bash";
        # Nix ends a builder that closes its output, which cp does just before its end.
        args = [
          "-c"
          "/bin/cp \"$HY300_REPOSITORY/\${url#https://repo.maven.apache.org/maven2/}\" $out; exit $?"
        ];
        outputHashMode = "flat";
        outputHashAlgo = "sha256";
        outputHash = hash;
        impureEnvVars = [ "HY300_REPOSITORY" ];
      };

    formats.yaml =
      { }:
      {
        type =
          let
            value =
              with lib.types;
              nullOr (oneOf [
                bool
                int
                float
                str
                path
                (attrsOf value)
                (listOf value)
              ])
              // {
                name = "YAML value";
              };
          in
          value;
        # JSON is YAML.
        generate = name: value: builtins.toFile name (builtins.toJSON value);
      };

    testers.runNixOSTest =
      test:
      let
        nodes = lib.mapAttrs (_: node: (import ./nixos.nix { inherit packages; } [ node ]).config) test.nodes;
      in
      runCommand "vm-test-${test.name}" {
        passthru = { inherit nodes; };
        units = lib.concatStringsSep " " (lib.concatMap (node: lib.attrNames node.systemd.services) (lib.attrValues nodes));
        script = test.testScript;
        machines = lib.concatStringsSep " " (lib.attrNames nodes);
      } "mkdir $out; printf '%s' \"$script\" >$out/script.py; echo $machines >$out/machines";

    linuxPackagesFor =
      version:
      let
        scope = packages // {
          kernel = {
            inherit version;
            modDirVersion = version;
            dev = installed "/usr/src/linux-${version}";
            moduleBuildDependencies = [ ];
          };
          kernelModuleMakeFlags = [ "ARCH=x86_64" ];
        };
      in
      {
        inherit (scope) kernel kernelModuleMakeFlags;
        callPackage = callWith scope;
      };
    linuxPackages = linuxPackagesFor "6.12.41";

    makeWrapper = installed "/usr";
    jdk17_headless = installed "/usr/lib/jvm/java-17-openjdk-amd64";
    openssl = installed "/usr";
    mosquitto = installed "/usr";
    curl = installed "/usr";
    runtimeShell = "/bin/bash";
  };
in
packages
