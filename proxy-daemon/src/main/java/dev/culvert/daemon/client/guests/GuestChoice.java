package dev.culvert.daemon.client.guests;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.NotFoundException;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the guests that a user means. */
public final class GuestChoice {
    /**
     * Which guests are picked without being named.
     *
     * @param all whether all are picked that the others do not leave out
     */
    public record Filter(
            boolean all,
            Optional<String> server,
            Optional<String> node,
            Optional<String> tag,
            Optional<String> state) {
        public boolean isEmpty() {
            return !all && node.isEmpty() && tag.isEmpty() && state.isEmpty();
        }

        private boolean takes(Guest guest) {
            return !guest.isTemplate()
                    && node.map(it -> it.equals(guest.node())).orElse(true)
                    && state.map(it -> it.equals(guest.state())).orElse(true)
                    && tag.map(guest::hasTag).orElse(true);
        }
    }

    /** A guest that was made a moment ago is in the inventory after the next poll. */
    private static final Duration NEXT_POLL = Duration.ofMillis(1_500);

    private final Api api;
    private final String kind;
    private final Optional<String> server;
    private List<Guest> known = List.of();
    private boolean isLatest;

    private GuestChoice(Api api, String kind, Optional<String> server) {
        this.api = api;
        this.kind = kind;
        this.server = server;
    }

    /**
     * Among those that the daemon knows.
     *
     * @param kind {@code vm} or {@code ct}
     * @param server of which alone; empty for all servers
     */
    public static GuestChoice of(Api api, String kind, Optional<String> server) throws IOException {
        GuestChoice choice = new GuestChoice(api, kind, server);
        choice.ask();
        return choice;
    }

    private void ask() throws IOException {
        known =
                Session.pages(api, Guest.PATH, "kind=" + kind, "guests").stream()
                        .map(Guest::new)
                        .filter(it -> server.map(named -> named.equals(it.server())).orElse(true))
                        .toList();
    }

    public List<Guest> known() {
        return known;
    }

    /**
     * The guest of that id, {@code SERVER/ID} or name.
     *
     * @throws UsageException if there are several
     * @throws NotFoundException if there is none, or no server of Proxmox
     */
    public Guest named(String word) throws IOException {
        List<Guest> found = find(word);
        if (found.isEmpty() && !isLatest) {
            ProxmoxServers.check(api);
            isLatest = true;
            pause();
            ask();
            found = find(word);
        }
        if (found.isEmpty()) {
            throw new NotFoundException(
                    "there is no %s '%s'%s: culvert %s list shows those there are"
                            .formatted(kind, Quoted.word(word), near(word), kind));
        }
        if (found.size() > 1) {
            throw new UsageException(
                    "'%s' may be %s: say which by SERVER/ID"
                            .formatted(
                                    Quoted.word(word),
                                    found.stream()
                                            .map(it -> "%s (%s)".formatted(it.id(), it.name()))
                                            .map(Quoted::word)
                                            .collect(Collectors.joining(" or "))));
        }
        return found.getFirst();
    }

    private List<Guest> find(String word) {
        List<Guest> found = known.stream().filter(it -> it.id().equals(word)).toList();
        if (found.isEmpty()) {
            found = known.stream().filter(it -> it.vmid().equals(word)).toList();
        }
        return found.isEmpty()
                ? known.stream().filter(it -> it.name().equals(word)).toList()
                : found;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(NEXT_POLL);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
    }

    private String near(String word) {
        List<String> names =
                known.stream().map(Guest::name).filter(it -> !it.isEmpty()).distinct().toList();
        return Spelling.nearest(word, names)
                .map(it -> " (did you mean %s?)".formatted(Quoted.word(it)))
                .orElse("");
    }

    /** The guests of these words, in their order, each once. */
    public List<Guest> named(List<String> words) throws IOException {
        Set<Guest> found = new LinkedHashSet<>();
        for (String word : words) {
            found.add(named(word));
        }
        return new ArrayList<>(found);
    }

    /** Those that are picked; templates never are. */
    public List<Guest> picked(Filter filter) {
        return known.stream().filter(filter::takes).toList();
    }
}
