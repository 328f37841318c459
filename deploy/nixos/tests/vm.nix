# Two machines: a broker with its collector and Prometheus, and a projector with the virtual board and its agent. A motor is moved over HTTP.
# SPDX-License-Identifier: Apache-2.0
{
  # the modules of the flake
  modules,
}:

{
  name = "hy300";

  nodes = {
    fleet = {
      imports = [ modules ];
      services.mosquitto = {
        enable = true;
        listeners = [
          {
            acl = [ "pattern readwrite #" ];
            omitPasswordAuth = true;
            settings.allow_anonymous = true;
          }
        ];
      };
      services.hy300-collector = {
        enable = true;
        settings.broker = "mqtt://127.0.0.1:1883";
        settings.keep-alive = 5;
        prometheus.enable = true;
      };
      networking.firewall.allowedTCPPorts = [ 1883 ];
    };

    projector = {
      imports = [ modules ];
      hardware.hy300.virtualBoard = true;
      services.hy300-agent = {
        enable = true;
        settings = {
          broker = "mqtt://fleet:1883";
          device = "projector-1";
          keep-alive = 5;
          labels.site = "test";
          # The machines of a test have the host's clock and no time server.
          clock-marker = "none";
        };
      };
    };

    # A projector that is read without an agent.
    bare = {
      imports = [ modules ];
      hardware.hy300.virtualBoard = true;
      services.hy300-node-exporter.enable = true;
    };
  };

  testScript = ''
    import json

    start_all()
    fleet.wait_for_unit("mosquitto.service")
    fleet.wait_for_unit("hy300-collector.service")
    fleet.wait_for_unit("prometheus.service")
    projector.wait_for_unit("hy300-agent.service")

    metrics = "curl -sf http://127.0.0.1:8080/metrics"
    series = 'device="projector-1"'


    def command(name, body):
        url = f"http://127.0.0.1:8080/api/v1/devices/projector-1/commands/{name}"
        return json.loads(fleet.succeed(f"curl -sf -d '{json.dumps(body)}' {url}"))


    with subtest("the projector is on the collector's page, with its labels"):
        fleet.wait_until_succeeds(f"{metrics} | grep -F 'hy300_device_up{{{series}}} 1'")
        fleet.succeed(f"{metrics} | grep '^hy300_device_info{{.*site=\"test\"'")

    with subtest("the agent, which is not root, homes and moves the motor"):
        assert command("motor/home", {})["status"] == "done"
        assert command("motor/move", {"args": {"position": 120}})["result"]["position"] == 120
        fleet.wait_until_succeeds(f"{metrics} | grep -F 'hy300_motor_position_steps{{{series}}} 120'")
        projector.succeed("grep -q 120 /sys/class/hy300/motor/current_position")

    with subtest("Prometheus scrapes it, and has the rules"):
        query = "http://127.0.0.1:9090/api/v1/query?query=hy300_motor_position_steps"
        fleet.wait_until_succeeds(f"curl -sf '{query}' | grep -F '\"120\"'")
        fleet.succeed("curl -sf http://127.0.0.1:9090/api/v1/rules | grep -F DeviceDown")

    with subtest("a projector that loses its power loses its series"):
        projector.crash()
        fleet.wait_until_succeeds(f"{metrics} | grep -F 'hy300_device_up{{{series}}} 0'")
        fleet.fail(f"{metrics} | grep -F 'hy300_motor_position_steps{{{series}}}'")

    with subtest("without an agent, node_exporter shows the drivers' metrics"):
        bare.wait_for_unit("prometheus-node-exporter.service")
        bare.wait_until_succeeds("curl -sf http://127.0.0.1:9100/metrics | grep '^hy300_motor_position_steps'")
  '';
}
