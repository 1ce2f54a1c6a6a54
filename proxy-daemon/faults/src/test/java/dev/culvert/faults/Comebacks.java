package dev.culvert.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** When the agents of a storm came back. Thread-safe. */
final class Comebacks {
    private final List<Long> connected = new ArrayList<>();
    private final List<Long> letIn = new ArrayList<>();
    private final List<Long> joined = new ArrayList<>();
    private final Map<String, Integer> refusals = new TreeMap<>();

    /** A connection can carry frames. */
    synchronized void onConnected() {
        connected.add(System.nanoTime());
    }

    /** The daemon has read who the agent is, and asks for a proof. */
    synchronized void onLetIn() {
        letIn.add(System.nanoTime());
    }

    /** The connection is the agent's link. */
    synchronized void onJoined() {
        joined.add(System.nanoTime());
    }

    synchronized void onRefused(String why) {
        refusals.merge(why, 1, Integer::sum);
    }

    /** Forgets all. */
    synchronized void clear() {
        connected.clear();
        letIn.clear();
        joined.clear();
        refusals.clear();
    }

    synchronized Slots connected(Duration slot, long fromNanos) {
        return Slots.of(slot, connected, fromNanos);
    }

    synchronized Slots letIn(Duration slot, long fromNanos) {
        return Slots.of(slot, letIn, fromNanos);
    }

    synchronized Slots joined(Duration slot, long fromNanos) {
        return Slots.of(slot, joined, fromNanos);
    }

    /** How many, by code. */
    synchronized Map<String, Integer> refusals() {
        return Map.copyOf(refusals);
    }
}
