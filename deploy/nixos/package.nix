# One of the programs as a package: its libraries as libraries.txt has them, each with its hash, its own sources compiled by build.sh.
# SPDX-License-Identifier: Apache-2.0
#
# Maven would ask for one hash over all that it fetches, its own plugins included, which changes with each version of Maven.
{
  lib,
  stdenv,
  fetchurl,
  linkFarm,
  makeWrapper,
  jdk17_headless,
  openssl,
  runtimeShell,
  # hy300-agent, hy300-collector or hy300
  program,
}:

let
  root = ../..;

  version = lib.head (lib.splitString "</version>" (lib.elemAt (lib.splitString "<version>" (builtins.readFile (root + "/pom.xml"))) 1));

  # Each line: program, directory, path in a Maven repository, hash. The collector and its broker share some.
  lines = map (lib.splitString " ") (
    lib.filter (line: lib.hasPrefix "${program} " line) (lib.splitString "\n" (builtins.readFile ./libraries.txt))
  );
  hashes = lib.listToAttrs (map (line: lib.nameValuePair (lib.elemAt line 2) (lib.elemAt line 3)) lines);

  libraries = linkFarm "${program}-libraries" (
    lib.mapAttrsToList (name: hash: {
      inherit name;
      path = fetchurl {
        url = "https://repo.maven.apache.org/maven2/${name}";
        inherit hash;
      };
    }) hashes
  );

  sources =
    {
      hy300-agent = [
        "edge-agent/src/main"
        "deploy/debian"
      ];
      hy300-collector = [
        "collector/src/main"
        "docs"
        "collector/embedded-broker/src/main"
        "deploy/debian"
      ];
      hy300 = [
        "cli/src/main"
        "deploy/mosquitto"
      ];
    }
    .${program};
  mainClass =
    {
      hy300-agent = "org.hy300.agent.Main";
      hy300-collector = "org.hy300.collector.Main";
    }
    .${program};
in
stdenv.mkDerivation {
  pname = program;
  inherit version;

  src = lib.fileset.toSource {
    inherit root;
    fileset = lib.fileset.unions (
      map (path: root + "/${path}") (
        [
          "pom.xml"
          "common/contract/src/main"
          "common/runtime/src/main"
          "deploy/nixos/build.sh"
          "deploy/nixos/libraries.txt"
        ]
        ++ sources
      )
    );
  };

  nativeBuildInputs = [
    jdk17_headless
    makeWrapper
  ];

  dontConfigure = true;

  buildPhase = ''
    runHook preBuild
    bash deploy/nixos/build.sh ${program} ${libraries} $out/share/${program}
    runHook postBuild
  '';

  # The programs find their libraries beside themselves, and Java by JAVA_HOME.
  installPhase = ''
    runHook preInstall
    for command in $out/share/${program}/bin/*; do
      makeWrapper $command $out/bin/$(basename $command) --set JAVA_HOME ${jdk17_headless.home}
    done
  ''
  # Its manual, and Debian's unit with its sandbox.
  + lib.optionalString (program != "hy300") ''
    java -cp "$out/share/${program}/lib/*" org.hy300.program.Documents ${mainClass} 8 $out/share/man/man8
    install -D -m 644 -t $out/lib/systemd/system deploy/debian/${program}.service
    substituteInPlace $out/lib/systemd/system/${program}.service --replace-fail /usr/bin/ $out/bin/
  ''
  # Debian's rules for the drivers' attributes.
  + lib.optionalString (program == "hy300-agent") ''
    install -D -m 644 deploy/debian/hy300-agent.udev $out/lib/udev/rules.d/60-hy300-agent.rules
    substituteInPlace $out/lib/udev/rules.d/60-hy300-agent.rules --replace-fail /bin/sh ${runtimeShell}
  ''
  + lib.optionalString (program == "hy300") ''
    for directory in man bash-completion zsh; do
      ln -s $out/share/${program}/share/$directory $out/share/$directory
    done
    install deploy/mosquitto/hy300-pki $out/share/${program}/hy300-pki
    makeWrapper $out/share/${program}/hy300-pki $out/bin/hy300-pki --prefix PATH : ${lib.makeBinPath [ openssl ]}
  ''
  + ''
    runHook postInstall
  '';

  meta = {
    description = "HY300 projectors: " + {
      hy300-agent = "state and events over MQTT, commands back";
      hy300-collector = "the fleet for Prometheus, a page, commands";
      hy300 = "the fleet's command line, and its certificates";
    }.${program};
    license = lib.licenses.asl20;
    mainProgram = program;
    platforms = [
      "x86_64-linux"
      "aarch64-linux"
    ];
    sourceProvenance = with lib.sourceTypes; [
      fromSource
      binaryBytecode
      binaryNativeCode
    ];
  };
}
