package dev.culvert.daemon.client.workbench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What can be read whole of a workspace. */
public enum Overview {
    WORKSPACE(
            "The workspace",
            "Its name, folder and mode, the plan that was shown last, and the guests that it wants"),
    INVENTORY("The inventory", "Servers of Proxmox, their nodes and storages, VMs and containers"),
    RUNS("What was done", "The latest runs of flows, and the latest changes by the daemon"),
    DIAGNOSTICS(
            "Diagnostics",
            "What is wrong with the daemon, its machine and this one, and whether all answers");

    private final String title;
    private final String description;

    Overview(String title, String description) {
        this.title = title;
        this.description = description;
    }

    /** The one with this name. */
    public static Optional<Overview> named(String name) {
        return Stream.of(values()).filter(it -> it.label().equals(name)).findAny();
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String title() {
        return title;
    }

    public String description() {
        return description;
    }

    List<Step> steps() {
        return switch (this) {
            case WORKSPACE -> List.of();
            case INVENTORY ->
                    List.of(
                            Step.read("servers", "inventory", "servers"),
                            Step.read("nodes", "inventory", "nodes"),
                            Step.read("storages", "inventory", "storages"),
                            Step.read("vms", "vm", "list"),
                            Step.read("containers", "ct", "list"));
            case RUNS -> List.of(Step.read("flows", "flow", "list"), Step.read("changes", "op"));
            case DIAGNOSTICS ->
                    List.of(
                            Step.read("health", "health"),
                            Step.read("daemon", "diagnose"),
                            Step.read("here", "doctor"));
        };
    }
}
