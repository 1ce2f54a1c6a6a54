package dev.culvert.infra;

import dev.culvert.infra.Change.Action;
import dev.culvert.infra.Change.Attribute;
import dev.culvert.infra.Change.Step;
import dev.culvert.infra.DesiredState.Written;
import dev.culvert.infra.Guest.Source;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares what a workspace wants with what is there, and makes a plan of it. */
public final class Comparison {
    private final String workspace;
    private final DesiredState desired;
    private final Map<GuestId, ManagedGuest> managed;
    private final Map<GuestId, Observed> observed;
    private final Set<GuestId> looked;
    private final List<String> mistakes = new ArrayList<>();

    private Comparison(
            String workspace,
            DesiredState desired,
            Map<GuestId, ManagedGuest> managed,
            Set<GuestId> looked,
            Map<GuestId, Observed> observed) {
        this.workspace = workspace;
        this.desired = desired;
        this.managed = managed;
        this.looked = looked;
        this.observed = observed;
    }

    /**
     * The plan that makes what is there what is wanted.
     *
     * @param workspace its name
     * @param managed what it has made or adopted
     * @throws BadStateException if that cannot be done, or the state is wrong
     */
    public static Plan plan(
            String workspace,
            DesiredState desired,
            Map<GuestId, ManagedGuest> managed,
            Reality reality)
            throws IOException {
        Set<GuestId> ids = new TreeSet<>(managed.keySet());
        desired.guests()
                .forEach(it -> {
                    ids.add(it.guest().id());
                    it.guest().clonedFrom().ifPresent(ids::add);
                });
        return new Comparison(workspace, desired, managed, ids, reality.guests(ids)).plan();
    }

    private Plan plan() throws BadStateException {
        List<Change> changes = new ArrayList<>(destroyed());
        Map<String, Written> byName = new LinkedHashMap<>();
        desired.guests().forEach(it -> byName.put(it.guest().name(), it));
        for (String name : Order.of(desired).names()) {
            Written written = byName.get(name);
            if (written != null) {
                change(written).ifPresent(changes::add);
            }
        }
        if (!mistakes.isEmpty()) {
            throw new BadStateException(mistakes);
        }
        return new Plan(
                workspace,
                desired.guests().stream().map(it -> GuestWriter.value(it.guest())).toList(),
                looked.stream().map(it -> facts(it, observed)).toList(),
                changes);
    }

    /** The facts of a guest, also of one that is not there. */
    static Value facts(GuestId id, Map<GuestId, Observed> observed) {
        Observed is = observed.get(id);
        return is == null ? Value.members("id", id.toString(), "absent", true) : is.facts();
    }

    /**
     * Those whose files are gone; each before what it needs. One that is called otherwise by now is
     * another: Proxmox gives the id of a guest that was destroyed to the next one.
     */
    private List<Change> destroyed() {
        List<ManagedGuest> gone =
                managed.values().stream()
                        .filter(it -> desired.of(it.id()).isEmpty())
                        .filter(it -> isStill(it, observed.get(it.id())))
                        .toList();
        List<ManagedGuest> left = new ArrayList<>(gone);
        List<Change> changes = new ArrayList<>();
        while (!left.isEmpty()) {
            ManagedGuest next =
                    left.stream()
                            .filter(it ->
                                    left.stream()
                                            .noneMatch(other ->
                                                    !other.equals(it)
                                                            && other.needs().contains(it.name())))
                            .findFirst()
                            .orElse(left.getFirst());
            left.remove(next);
            Observed is = Objects.requireNonNull(observed.get(next.id()));
            List<String> before =
                    gone.stream()
                            .filter(it -> !it.equals(next) && it.needs().contains(next.name()))
                            .map(ManagedGuest::name)
                            .toList();
            changes.add(
                    new Change(
                            next.id(),
                            next.kind(),
                            is.name(),
                            Action.DESTROY,
                            List.of(new Attribute("disks", disks(is), "")),
                            before,
                            destroy(is),
                            List.of()));
        }
        return changes;
    }

    private static boolean isStill(ManagedGuest guest, @Nullable Observed is) {
        return is != null && is.kind() == guest.kind() && is.name().equals(guest.name());
    }

    private static String disks(Observed is) {
        return String.join(
                ", ",
                is.disks().stream().map(it -> it.slot() + " of " + it.gib() + " GiB").toList());
    }

    private static List<Step> destroy(Observed is) {
        Step destroy = new Step("destroy", is.id().path() + "/destroy", Value.members("purge", 1));
        return is.isRunning()
                ? List.of(new Step("stop", is.id().path() + "/stop", Value.members()), destroy)
                : List.of(destroy);
    }

    private Optional<Change> change(Written written) {
        Guest guest = written.guest();
        Observed is = observed.get(guest.id());
        List<String> needs = Order.needs(guest, desired);
        if (is == null) {
            return Optional.of(
                    new Change(
                            guest.id(),
                            guest.kind(),
                            guest.name(),
                            Action.CREATE,
                            created(guest),
                            needs,
                            create(written),
                            byHand(guest)));
        }
        boolean isOurs = managed.containsKey(guest.id());
        if (!isOurs && (is.kind() != guest.kind() || !is.name().equals(guest.name()))) {
            mistakes.add(
                    "%s: vmid %d of %s is the %s %s, which this workspace has not made: take another number, or adopt it with culvert sync"
                            .formatted(
                                    written.at("vmid"),
                                    guest.id().vmid(),
                                    guest.id().server(),
                                    is.kind().word(),
                                    is.name()));
            return Optional.empty();
        }
        if (is.kind() != guest.kind()) {
            List<Step> steps = new ArrayList<>(destroy(is));
            steps.addAll(create(written));
            List<Attribute> attributes = new ArrayList<>();
            attributes.add(new Attribute("kind", is.kind().word(), guest.kind().word()));
            attributes.add(new Attribute("disks", disks(is), ""));
            return Optional.of(
                    new Change(
                            guest.id(),
                            guest.kind(),
                            guest.name(),
                            Action.REPLACE,
                            attributes,
                            needs,
                            steps,
                            byHand(guest)));
        }
        return compared(written, is, needs);
    }

    private Optional<Change> compared(Written written, Observed is, List<String> needs) {
        Difference difference = Difference.of(written.guest(), is);
        difference.mistakes().forEach(it -> mistakes.add(written.at("disks") + ": " + it));
        if (difference.attributes().isEmpty()) {
            return Optional.empty();
        }
        List<Step> steps = new ArrayList<>(difference.steps());
        steps.addAll(difference.power(is.isRunning()));
        return Optional.of(
                new Change(
                        is.id(),
                        is.kind(),
                        written.guest().name(),
                        Action.CHANGE,
                        difference.attributes(),
                        needs,
                        steps,
                        difference.notes()));
    }

    private static List<Attribute> created(Guest guest) {
        return GuestWriter.value(guest).map().entrySet().stream()
                .filter(it ->
                        !Set.of("name", "kind", "server", "vmid", "needs").contains(it.getKey()))
                .map(it -> new Attribute(it.getKey(), "", it.getValue().text()))
                .toList();
    }

    private static List<String> byHand(Guest guest) {
        return guest.wishes().cid().stream()
                .map(it ->
                        "agent.cid is set by root on %s, for Proxmox refuses it to API tokens: qm set %d --args '-device vhost-vsock-pci,guest-cid=%d'"
                                .formatted(guest.node(), guest.id().vmid(), it))
                .toList();
    }

    private List<Step> create(Written written) {
        Guest guest = written.guest();
        List<Step> steps = new ArrayList<>();
        Optional<GuestId> source = guest.clonedFrom();
        if (guest.kind() == GuestKind.CT && guest.source() instanceof Source.Blank) {
            mistakes.add(
                    "%s: a container that is not there yet needs \"template\" or \"clone\""
                            .formatted(written.at("kind")));
        } else if (source.isEmpty()) {
            steps.add(
                    new Step(
                            "create",
                            Reality.GUESTS + "/" + GuestId.segment(guest.id().server()),
                            Parameters.create(guest)));
        } else {
            steps.addAll(clone(written, source.get()));
        }
        if (guest.wishes().start().orElse(false)) {
            steps.add(
                    new Step(
                            Parameters.START,
                            guest.id().path() + "/" + Parameters.START,
                            Value.members()));
        }
        return steps;
    }

    /* A clone is what its source is, so what differs from that is set after it was made. */
    private List<Step> clone(Written written, GuestId source) {
        Guest guest = written.guest();
        Observed from = observed.get(source);
        Optional<Guest> planned = desired.of(source).map(Written::guest);
        if (from == null && planned.isEmpty()) {
            mistakes.add(
                    "%s: clone is %d, and %s has no such guest"
                            .formatted(written.at("clone"), source.vmid(), source.server()));
            return List.of();
        }
        GuestKind kind = from == null ? planned.orElseThrow().kind() : from.kind();
        if (kind != guest.kind()) {
            mistakes.add(
                    "%s: clone is %d, which is a %s, and this is a %s"
                            .formatted(
                                    written.at("clone"),
                                    source.vmid(),
                                    kind.word(),
                                    guest.kind().word()));
            return List.of();
        }
        String node = from == null ? planned.orElseThrow().node() : from.node();
        Map<String, Value> body = new LinkedHashMap<>();
        body.put("newid", Value.of(guest.id().vmid()));
        body.put(guest.kind().nameParameter(), Value.of(guest.name()));
        body.put("full", Value.of(1));
        if (!node.equals(guest.node())) {
            body.put("target", Value.of(guest.node()));
        }
        Observed copy =
                copy(
                        guest,
                        from == null ? Parameters.expected(planned.orElseThrow()) : from.config());
        Difference difference = Difference.of(guest, copy);
        difference.mistakes().forEach(it -> mistakes.add(written.at("disks") + ": " + it));
        return Stream.concat(
                        Stream.of(
                                new Step(
                                        "clone " + source.vmid(),
                                        source.path() + "/clone",
                                        new Value.Members(body))),
                        difference.steps().stream())
                .toList();
    }

    /** What a clone is like before anything is set. */
    private static Observed copy(Guest guest, Map<String, String> config) {
        return new Observed(
                guest.id(),
                guest.kind(),
                guest.name(),
                guest.node(),
                "stopped",
                false,
                config,
                Value.nothing());
    }
}
