package dev.culvert.daemon.client.guests;

import dev.culvert.daemon.client.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;

/**
 * A virtual machine or a container, as the daemon's inventory has it.
 *
 * @param value what the daemon says of it
 */
public record Guest(Value value) {
    public static final String PATH = "/api/v1/inventory/guests";

    /** {@code SERVER/VMID}. */
    public String id() {
        return server() + "/" + vmid();
    }

    public String server() {
        return value.text("server");
    }

    public String vmid() {
        return value.text("vmid");
    }

    public String name() {
        return value.text("name");
    }

    public String node() {
        return value.text("node");
    }

    public String state() {
        return value.text("state");
    }

    public boolean isRunning() {
        return state().equals("running");
    }

    public boolean isStopped() {
        return state().equals("stopped");
    }

    public boolean isTemplate() {
        return value.text("template").equals("true");
    }

    boolean hasTag(String tag) {
        return value.at("tags").list().stream().anyMatch(it -> it.text().equals(tag));
    }

    /** For people: the kind, the id and the name. */
    public String label() {
        String named = name().isEmpty() ? "" : " " + Quoted.word(name());
        return Quoted.word(value.text("kind")) + " " + Quoted.word(id()) + named;
    }

    /** Where the daemon has it. */
    public String path() {
        return PATH + "/" + Request.segment(server()) + "/" + Request.segment(vmid());
    }
}
