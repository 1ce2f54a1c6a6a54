package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.Reply;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Each agent that the daemon knows, hop by hop. */
final class AgentInspection implements Inspection {
    private static final int MOST = 200;

    @Override
    public String name() {
        return "agents";
    }

    @Override
    public List<Finding> inspect(Site site) {
        try {
            Reply reply = site.daemon().get("/api/v1/agents?limit=" + MOST);
            if (!reply.isOk()) {
                return List.of(
                        Finding.failure(
                                "the daemon does not list its agents",
                                reply.sentence(),
                                "give a token whose scopes have agents:read"));
            }
            return inspect(site, reply.json().at("agents").list());
        } catch (IOException _) {
            return List.of(Finding.skipped("no daemon answers, so no agent could be asked"));
        }
    }

    private static List<Finding> inspect(Site site, List<Value> agents) throws IOException {
        if (agents.isEmpty()) {
            return List.of(
                    Finding.warning(
                            "the daemon knows no agent",
                            "none is in its settings, and none was added",
                            "add one: culvert agents add ID ADDRESS"));
        }
        List<Finding> findings = new ArrayList<>();
        int fine = 0;
        long slowest = 0;
        for (Value agent : agents) {
            String id = agent.text("id");
            String conflict = agent.text("conflict");
            if (!conflict.isEmpty()) {
                findings.add(
                        Finding.warning(
                                "two sources name agent " + id,
                                conflict,
                                "see what applies: culvert agents show " + id));
            }
            Reply pong = site.daemon().send("POST", "/api/v1/agents/" + id + "/ping");
            String state = agent.text("state");
            String trouble = pong.isOk() ? pong.json().text("runtime_error") : "";
            if (pong.isOk() && state.equals("ready") && !trouble.isEmpty()) {
                findings.add(runtimeFails(id, trouble));
            } else if (pong.isOk() && state.equals("ready")) {
                fine++;
                slowest = Math.max(slowest, pong.json().number(0, "round_trip_us"));
            } else {
                findings.add(explain(id, state, agent, pong));
            }
        }
        if (fine > 0) {
            findings.add(
                    0,
                    Finding.ok(
                            "%d of %d agents answer, the slowest in %.1f ms"
                                    .formatted(fine, agents.size(), slowest / 1_000.0)));
        }
        return findings;
    }

    private static Finding runtimeFails(String id, String trouble) {
        return Finding.failure(
                "agent " + id + " answers, but its runtime does not",
                trouble,
                "look whether the runtime runs in the VM, and where: --runtime of culvert-agent is"
                        + " its address; then culvert ping "
                        + id);
    }

    private static Finding explain(String id, String state, Value agent, Reply pong) {
        String address = agent.text("address");
        String what = "agent " + id + " is " + state;
        String ping = pong.isOk() ? "" : pong.sentence();
        String error = agent.text("last_error");
        String why = error.isEmpty() ? ping : error;
        String show = "; culvert agents show " + id + " says more";
        if (pong.isOk()) {
            return switch (state) {
                case "draining" ->
                        Finding.warning(
                                what,
                                "the agent answers and is shutting down",
                                "wait until its VM is back" + show);
                case "quiesced" ->
                        Finding.warning(
                                what,
                                "the agent answers, and its turns are parked until "
                                        + agent.text("quiesced_until"),
                                "if the snapshot of its VM is done: culvert agents unquiesce "
                                        + id
                                        + show);
                default ->
                        Finding.warning(
                                what,
                                "host, link and agent answer, but the agent has not confirmed its"
                                        + " configuration: revision %d is wanted and %d applied"
                                                .formatted(
                                                        agent.number(0, "desired_revision"),
                                                        agent.number(0, "applied_revision")),
                                "see the agent's log for the configuration that it refuses" + show);
            };
        }
        if (agent.number(0, "links_open") > 0) {
            return Finding.failure(
                    what,
                    "the link to "
                            + address
                            + " is open, but the agent does not answer on it: "
                            + why,
                    "see whether culvert-agent hangs or the VM is paused" + show);
        }
        return Finding.failure(
                what, "the host cannot reach " + address + ": " + why, hop(address) + show);
    }

    private static String hop(String address) {
        if (address.contains("vsock://")) {
            return "is the VM with this CID running, with culvert-agent in it and the module"
                    + " vmw_vsock_virtio_transport loaded in the guest?";
        }
        if (address.contains("unix://")) {
            return "does the VMM run, may the daemon's user write to its socket, and does"
                    + " culvert-agent listen on that port in the guest?";
        }
        return "does culvert-agent listen there, and does no firewall reject it?";
    }
}
