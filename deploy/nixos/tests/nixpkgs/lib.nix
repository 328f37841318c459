# As much of nixpkgs' lib as the modules here use, options and their merging included: it stands in where there is no nixpkgs.
# SPDX-License-Identifier: Apache-2.0
let
  inherit (builtins)
    all
    any
    attrNames
    attrValues
    concatLists
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    genList
    getAttr
    hasAttr
    head
    isAttrs
    isBool
    isFloat
    isFunction
    isInt
    isList
    isPath
    isString
    length
    listToAttrs
    map
    mapAttrs
    removeAttrs
    replaceStrings
    split
    stringLength
    substring
    tail
    ;

  nameValuePair = name: value: { inherit name value; };
  filterAttrs =
    keep: set:
    listToAttrs (map (name: nameValuePair name set.${name}) (filter (name: keep name set.${name}) (attrNames set)));
  unique = foldl' (seen: item: if elem item seen then seen else seen ++ [ item ]) [ ];
  show = path: concatStringsSep "." path;
  isType = type: value: isAttrs value && value._type or null == type;
  letters = split "" "abcdefghijklmnopqrstuvwxyz";
  lower = filter (letter: isString letter && letter != "") letters;
  upper = filter (letter: isString letter && letter != "") (split "" "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

  # Definitions, and what is wrapped around them

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };

  # Carries conditions and priorities of a set to its members, without asking whether a condition is true.
  pushDown =
    value:
    if isType "merge" value then
      concatMap pushDown value.contents
    else if isType "if" value then
      map (mapAttrs (_: mkIf value.condition)) (pushDown value.content)
    else if isType "override" value then
      map (mapAttrs (_: mkOverride value.priority)) (pushDown value.content)
    else if isAttrs value then
      [ value ]
    else
      throw "a set was expected, and not ${builtins.typeOf value}";

  # The values that hold, each with its priority.
  discharge =
    value:
    if isType "merge" value then
      concatMap discharge value.contents
    else if isType "if" value then
      if value.condition then discharge value.content else [ ]
    else if isType "override" value then
      map (inner: inner // { inherit (value) priority; }) (discharge value.content)
    else
      [
        {
          priority = 100;
          inherit value;
        }
      ];

  strongest =
    found:
    let
      best = foldl' (least: { priority, ... }: if priority < least then priority else least) 9999 found;
    in
    map (getAttr "value") (filter ({ priority, ... }: priority == best) found);

  # Types: check says whether a value is of the type, merge makes one value of several.

  one =
    path: values:
    if all (value: value == head values) values then
      head values
    else
      throw "The option `${show path}' has conflicting definition values: ${builtins.toJSON values}";
  simple = name: check: {
    inherit name check;
    merge = one;
  };
  checked =
    type: path: values:
    let
      wrong = filter (value: !type.check value) values;
    in
    if wrong == [ ] then
      type.merge path values
    else
      throw "A definition for option `${show path}' is not of type `${type.name}': ${builtins.typeOf (head wrong)}";

  types = rec {
    bool = simple "boolean" isBool;
    int = simple "signed integer" isInt;
    float = simple "floating point number" isFloat;
    str = simple "string" isString;
    port = simple "16 bit unsigned integer" (value: isInt value && value >= 0 && value <= 65535);
    path = simple "path" (value: isPath value || isString value && substring 0 1 value == "/");
    package = simple "package" (value: isAttrs value && value ? outPath);
    anything = simple "anything" (_: true);
    enum = values: simple "one of ${builtins.toJSON values}" (value: elem value values);
    nullOr = type: {
      name = "null or ${type.name}";
      check = value: value == null || type.check value;
      merge = path: values: if all (value: value == null) values then null else type.merge path values;
    };
    either = a: b: {
      name = "${a.name} or ${b.name}";
      check = value: a.check value || b.check value;
      merge = path: values: if all a.check values then a.merge path values else b.merge path values;
    };
    oneOf = alternatives: foldl' either (head alternatives) (tail alternatives);
    listOf = type: {
      name = "list of ${type.name}";
      check = isList;
      merge = path: values: map (value: checked type path [ value ]) (concatLists values);
    };
    attrsOf = type: {
      name = "attribute set of ${type.name}";
      check = isAttrs;
      merge =
        path: values:
        let
          sets = concatMap pushDown values;
          found = name: strongest (concatMap (set: if set ? ${name} then discharge set.${name} else [ ]) sets);
          names = filter (name: found name != [ ]) (unique (concatMap attrNames sets));
        in
        listToAttrs (map (name: nameValuePair name (checked type (path ++ [ name ]) (found name))) names);
    };
    submodule = module: {
      name = "submodule";
      check = value: isAttrs value || isFunction value;
      merge =
        path: values:
        (evalModules {
          prefix = path;
          modules = [ module ] ++ values;
        }).config;
    };
  };

  # Options and modules

  evalModules =
    {
      modules,
      args ? { },
      prefix ? [ ],
    }:
    let
      load =
        module:
        let
          read = if isPath module || isString module then import module else module;
          called = if isFunction read then read (args // { inherit config lib; }) else read;
          isPlain = !(called ? config || called ? options);
        in
        [
          {
            # A module that is imported twice counts once.
            key = if isPath module || isString module then toString module else null;
            options = called.options or { };
            config = if isPlain then removeAttrs called [ "imports" "freeformType" ] else called.config or { };
            freeformType = called.freeformType or null;
          }
        ]
        ++ concatMap load (called.imports or [ ]);

      loaded = foldl' (
        seen: module: if module.key != null && any (other: other.key == module.key) seen then seen else seen ++ [ module ]
      ) [ ] (concatMap load modules);
      freeform = filter (type: type != null) (map (getAttr "freeformType") loaded);

      # The tree of all options; an option that two modules declare is an error.
      options = foldl' (mergeOptions prefix) { } (map (getAttr "options") loaded);
      mergeOptions =
        path: left: right:
        left
        // mapAttrs (
          name: option:
          if !left ? ${name} then
            option
          else if isType "option" option || isType "option" left.${name} then
            throw "The option `${show (path ++ [ name ])}' is declared twice"
          else
            mergeOptions (path ++ [ name ]) left.${name} option
        ) right;

      value =
        path: option: definitions:
        let
          found = concatMap discharge definitions ++ (if option ? default then [ { priority = 1500; value = option.default; } ] else [ ]);
          # Defaults of a list or a set give way as a whole.
          values = strongest found;
        in
        if found == [ ] then
          throw "The option `${show path}' is used but not defined"
        else
          checked option.type path values;

      tree =
        path: declared: definitions:
        let
          sets = concatMap pushDown definitions;
          of = name: map (getAttr name) (filter (hasAttr name) sets);
          unknown = filter (name: !declared ? ${name}) (unique (concatMap attrNames sets));
          known = mapAttrs (
            name: option:
            if isType "option" option then value (path ++ [ name ]) option (of name) else tree (path ++ [ name ]) option (of name)
          ) declared;
        in
        if unknown == [ ] then
          known
        else if freeform != [ ] && path == prefix then
          checked (head freeform) path (map (set: removeAttrs set (attrNames declared)) sets) // known
        else
          throw "The option `${show (path ++ [ (head unknown) ])}' does not exist";

      config = tree prefix options (map (getAttr "config") loaded);
    in
    {
      inherit config options;
    };

  lib = {
    inherit
      all
      any
      attrNames
      attrValues
      concatLists
      concatMap
      concatStringsSep
      elem
      elemAt
      evalModules
      filter
      filterAttrs
      genList
      head
      isAttrs
      isString
      length
      listToAttrs
      mapAttrs
      mkIf
      mkMerge
      mkOverride
      nameValuePair
      replaceStrings
      types
      unique
      ;

    mkDefault = mkOverride 1000;
    mkForce = mkOverride 50;
    mkOption = option: option // { _type = "option"; };
    mkEnableOption =
      what:
      lib.mkOption {
        type = types.bool;
        default = false;
        description = "Whether to enable ${what}.";
      };
    literalExpression = text: { inherit text; };
    literalMD = text: { inherit text; };

    optional = condition: item: if condition then [ item ] else [ ];
    optionals = condition: items: if condition then items else [ ];
    optionalAttrs = condition: set: if condition then set else { };
    optionalString = condition: text: if condition then text else "";
    genAttrs = names: function: listToAttrs (map (name: nameValuePair name (function name)) names);
    mapAttrs' = function: set: listToAttrs (map (name: function name set.${name}) (attrNames set));
    mapAttrsToList = function: set: map (name: function name set.${name}) (attrNames set);
    hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
    splitString = separator: text: filter isString (split (replaceStrings [ "." ] [ "\\." ] separator) text);
    toUpper = replaceStrings lower upper;
    escapeShellArgs = words: concatStringsSep " " (map (word: "'${replaceStrings [ "'" ] [ "'\\''" ] "${toString word}"}'") words);
    getExe' = package: name: "${package}/bin/${name}";
    makeBinPath = packages: concatStringsSep ":" (map (package: "${package}/bin") packages);
    versionOlder = a: b: builtins.compareVersions a b < 0;
    licenses = {
      asl20 = "Apache-2.0";
      gpl2Only = "GPL-2.0";
    };
    sourceTypes = {
      fromSource = "fromSource";
      binaryBytecode = "binaryBytecode";
      binaryNativeCode = "binaryNativeCode";
    };
    # Paths that are there, within a root that is taken as a whole.
    fileset = {
      unions = paths: map (path: if builtins.pathExists path then path else throw "${toString path} does not exist") paths;
      toSource =
        { root, fileset }:
        builtins.path {
          name = "source";
          path = root;
          filter =
            path: _:
            let
              within = a: b: lib.hasPrefix "${toString b}/" "${a}/";
            in
            any (wanted: within path wanted || within (toString wanted) path) fileset;
        };
    };
  };
in
lib
