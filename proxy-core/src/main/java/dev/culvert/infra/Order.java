package dev.culvert.infra;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which guest is after which: what a guest needs, and what it is a clone of, goes before it. */
public final class Order {
    private final Map<String, List<String>> needs = new LinkedHashMap<>();
    private final Map<String, String> places = new LinkedHashMap<>();
    private final Set<String> done = new LinkedHashSet<>();
    private Optional<String> cycle = Optional.empty();

    private Order() {}

    public static Order of(DesiredState state) {
        Order order = new Order();
        state.guests()
                .forEach(it -> {
                    order.needs.put(it.guest().name(), needs(it.guest(), state));
                    order.places.put(it.guest().name(), it.at("needs"));
                });
        order.needs.keySet().forEach(name -> order.visit(name, new ArrayList<>()));
        return order;
    }

    /** The names of the guests of the state that are there before this one. */
    public static List<String> needs(Guest guest, DesiredState state) {
        Set<String> all = new LinkedHashSet<>(guest.wishes().needs());
        if (guest.source() instanceof Guest.Source.Clone(int vmid)) {
            state.of(new GuestId(guest.id().server(), vmid))
                    .ifPresent(it -> all.add(it.guest().name()));
        }
        return List.copyOf(all);
    }

    /* At most as deep as the longest row of needs, which the path keeps from growing for ever. */
    private void visit(String name, List<String> path) {
        if (done.contains(name) || cycle.isPresent()) {
            return;
        }
        if (path.contains(name)) {
            List<String> round = new ArrayList<>(path.subList(path.indexOf(name), path.size()));
            round.add(name);
            cycle =
                    Optional.of(
                            "%s: each needs the next, in a circle: %s"
                                    .formatted(places.get(name), String.join(" → ", round)));
            return;
        }
        List<String> longer = new ArrayList<>(path);
        longer.add(name);
        needs.getOrDefault(name, List.of()).stream()
                .filter(needs::containsKey)
                .forEach(it -> visit(it, longer));
        done.add(name);
    }

    /** What is wrong, if guests need each other. */
    public Optional<String> cycle() {
        return cycle;
    }

    /** All names; each after those that it needs. */
    public List<String> names() {
        return List.copyOf(done);
    }
}
