package dev.culvert.daemon.client.workspace;

import dev.culvert.about.Units;
import dev.culvert.infra.Change;
import dev.culvert.infra.DesiredState;
import dev.culvert.infra.DesiredState.Written;
import dev.culvert.infra.Guest;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.Nic;
import dev.culvert.infra.Observed;
import dev.culvert.infra.Order;
import dev.culvert.infra.Plan;
import dev.culvert.infra.Reality;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Writes the infrastructure of a workspace as a page of Markdown. */
public final class InfrastructurePage {
    private static final String NONE = "–";

    private final StringBuilder page = new StringBuilder();

    private InfrastructurePage() {}

    /**
     * The page: where guests are, what each is, what needs what, and where it differs from its
     * file. It contains no time, so the same infrastructure has the same page.
     */
    public static String of(Workspace workspace, Reality reality) throws IOException {
        DesiredState desired = workspace.desired();
        Plan plan = workspace.plan(reality);
        InfrastructurePage made = new InfrastructurePage();
        made.line("# Infrastructure of " + workspace.file().name());
        made.line("");
        made.line("Written by `culvert document`.");
        made.nodes(reality, desired);
        made.guests(desired, reality);
        made.network(desired);
        made.needs(desired);
        made.drift(plan);
        return made.page.toString();
    }

    private void line(String line) {
        page.append(line).append('\n');
    }

    private void heading(String text) {
        line("");
        line("## " + text);
        line("");
    }

    /* What comes from Proxmox could end a cell, or begin a link or a tag. */
    private static String cell(String text) {
        return text.isEmpty()
                ? NONE
                : Quoted.sentence(text).replaceAll("[\\\\`*_{}\\[\\]<>|#]", "\\\\$0");
    }

    private void row(Object... cells) {
        StringBuilder row = new StringBuilder("|");
        for (Object each : cells) {
            row.append(' ').append(cell(each.toString())).append(" |");
        }
        line(row.toString());
    }

    private void header(String... titles) {
        line("| " + String.join(" | ", titles) + " |");
        line("|" + "---|".repeat(titles.length));
    }

    private void nodes(Reality reality, DesiredState desired) throws IOException {
        Set<String> servers = new TreeSet<>();
        desired.guests().forEach(it -> servers.add(it.guest().id().server()));
        heading("Nodes");
        header("node", "server", "state", "cores", "memory");
        reality.nodes().stream()
                .filter(it -> servers.contains(it.text("server")))
                .sorted(
                        Comparator.comparing((Value it) -> it.text("server"))
                                .thenComparing(it -> it.text("name")))
                .forEach(it ->
                        row(
                                it.text("name"),
                                it.text("server"),
                                it.text("state"),
                                it.text("cpus"),
                                Units.text(it.number(0, "memory") >> 20 << 20)));
    }

    private void guests(DesiredState desired, Reality reality) throws IOException {
        Map<GuestId, Written> sorted = new TreeMap<>();
        desired.guests().forEach(it -> sorted.put(it.guest().id(), it));
        Map<GuestId, Observed> there = reality.guests(sorted.keySet());
        heading("Guests");
        header("guest", "name", "kind", "node", "state", "cores", "memory", "disks", "tags");
        sorted.forEach((id, written) -> {
            Guest guest = written.guest();
            Observed is = there.get(id);
            row(
                    id,
                    guest.name(),
                    guest.kind().word(),
                    guest.node(),
                    is == null ? "not there" : is.state(),
                    guest.hardware().cpus().map(Objects::toString).orElse(""),
                    guest.hardware().memoryBytes().map(Units::text).orElse(""),
                    String.join(
                            ", ",
                            guest.hardware().disks().stream()
                                    .map(it ->
                                            it.slot()
                                                    + " "
                                                    + Units.text(it.bytes())
                                                    + " on "
                                                    + it.storage())
                                    .toList()),
                    String.join(", ", guest.wishes().tags().orElse(List.of())));
        });
    }

    private void network(DesiredState desired) {
        heading("Network and agents");
        header("guest", "card", "bridge", "VLAN", "address", "CID");
        for (Written each : desired.guests()) {
            Guest guest = each.guest();
            String cid = guest.wishes().cid().map(Objects::toString).orElse("");
            List<Nic> nics = guest.hardware().network();
            for (int i = 0; i < nics.size(); i++) {
                Nic nic = nics.get(i);
                row(
                        guest.name(),
                        "net" + i,
                        nic.bridge(),
                        nic.vlan() == 0 ? "" : nic.vlan(),
                        nic.ip(),
                        i == 0 ? cid : "");
            }
            if (nics.isEmpty() && !cid.isEmpty()) {
                row(guest.name(), "", "", "", "", cid);
            }
        }
    }

    private void needs(DesiredState desired) {
        List<Guest> needing =
                desired.guests().stream()
                        .map(Written::guest)
                        .filter(it -> !Order.needs(it, desired).isEmpty())
                        .toList();
        if (needing.isEmpty()) {
            return;
        }
        heading("What needs what");
        for (Guest guest : needing) {
            line(
                    "- %s needs %s"
                            .formatted(
                                    cell(guest.name()),
                                    cell(String.join(", ", Order.needs(guest, desired)))));
        }
    }

    private void drift(Plan plan) {
        heading("Drift");
        if (plan.isEmpty()) {
            line("Nothing differs from the files.");
        }
        for (Change change : plan.changes()) {
            line(
                    "- %s %s: %s %s"
                            .formatted(
                                    cell(change.id().toString()),
                                    cell(change.name()),
                                    change.action().word(),
                                    cell(
                                            String.join(
                                                    ", ",
                                                    change.attributes().stream()
                                                            .map(Change.Attribute::name)
                                                            .toList()))));
        }
    }
}
