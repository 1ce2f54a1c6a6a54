package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.guests.Guest;
import dev.culvert.daemon.client.guests.GuestChoice;
import dev.culvert.daemon.client.guests.GuestChoice.Filter;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A verb that takes several guests, by their names or by a filter. */
abstract class GuestBatchVerb extends GuestVerb {
    @Parameters(
            arity = "0..*",
            paramLabel = "GUEST",
            description = "The guests: an id, a name, or SERVER/ID.")
    private List<String> words = List.of();

    @Option(
            names = "--all",
            description = "All of them, templates left out. The others below narrow it.")
    private boolean all;

    @Option(names = "--tag", paramLabel = "TAG", description = "All with this tag.")
    private @Nullable String tag;

    @Option(names = "--node", paramLabel = "NODE", description = "All on this node.")
    private @Nullable String node;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "All in this state, such as running or stopped.")
    private @Nullable String state;

    GuestBatchVerb(Session session, String kind) {
        super(session, kind);
    }

    /** The words of the line that name guests. */
    List<String> words() {
        return words;
    }

    @Override
    public int run() throws IOException {
        check();
        Filter filter =
                new Filter(
                        all,
                        server(),
                        Optional.ofNullable(node),
                        Optional.ofNullable(tag),
                        Optional.ofNullable(state));
        List<String> named = words();
        if (named.isEmpty() == filter.isEmpty()) {
            throw new UsageException(
                    named.isEmpty()
                            ? "no guest is named: give GUEST, or --all, --tag, --node or --state"
                            : "guests are named, and a filter is given: give one of them");
        }
        GuestChoice choice = choice();
        List<Guest> guests = filter.isEmpty() ? choice.named(named) : choice.picked(filter);
        return act(guests, !filter.isEmpty());
    }

    /** Refuses flags that do not go together. */
    void check() throws IOException {}
}
