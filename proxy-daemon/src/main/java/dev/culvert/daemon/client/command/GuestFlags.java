package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.guests.Guest;
import dev.culvert.daemon.client.guests.GuestJob;
import dev.culvert.daemon.client.guests.GuestJobs;
import dev.culvert.daemon.client.setup.Questions;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** How something is done with guests, whatever it is. */
final class GuestFlags {
    @Option(
            names = "--param",
            paramLabel = "NAME=VALUE",
            description =
                    "A parameter of Proxmox's own, with its name there. May be given several"
                            + " times.")
    private List<String> parameters = List.of();

    @Option(names = "--dry-run", description = "Only show which calls of Proxmox it would be.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask. Without a terminal, what would be asked needs it.")
    private boolean yes;

    @Option(
            names = "--no-wait",
            description = "Do not wait until Proxmox has done it: it is submitted then, not done.")
    private boolean noWait;

    @Option(
            names = "--at-once",
            paramLabel = "N",
            defaultValue = "4",
            description = "Of several guests, how many at once. Default: 4")
    private int atOnce = 4;

    /** The body that the verb's own parameters make, and those of the flag. */
    Value body(Map<String, Value> own) throws UsageException {
        Map<String, Value> all = new LinkedHashMap<>(own);
        for (String parameter : parameters) {
            Map.Entry<String, String> one = pair("--param", parameter);
            all.put(one.getKey(), Value.of(one.getValue()));
        }
        return new Value.Members(all);
    }

    static Map.Entry<String, String> pair(String what, String text) throws UsageException {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new UsageException(
                    "%s is '%s': it takes NAME=VALUE".formatted(what, Quoted.word(text)));
        }
        return Map.entry(text.substring(0, equals), text.substring(equals + 1));
    }

    /** Does it, or shows what it would be. */
    int run(Session session, List<GuestJob> jobs) throws IOException {
        if (atOnce < 1) {
            throw new UsageException("--at-once is %d: it takes 1 or more".formatted(atOnce));
        }
        GuestJobs work = new GuestJobs(session);
        return dryRun ? work.show(jobs) : work.run(jobs, !noWait, atOnce);
    }

    /**
     * Whether the user wants it; asks who has not said so.
     *
     * @param what is done, such as {@code stop}
     * @throws UsageException if there is nobody to ask
     */
    boolean isWanted(Session session, String what, List<Guest> guests) throws IOException {
        if (yes || dryRun) {
            return true;
        }
        show(session, what, guests);
        return Questions.of(session.around()).confirm("Go on", false);
    }

    /** The same of what cannot be undone: the user types the name, or how many they are. */
    boolean isWantedByName(Session session, String what, List<Guest> guests) throws IOException {
        if (yes || dryRun) {
            return true;
        }
        show(session, what, guests);
        Guest first = guests.getFirst();
        String word =
                guests.size() > 1
                        ? what + " " + guests.size()
                        : first.name().isEmpty() ? first.vmid() : first.name();
        String typed =
                Questions.of(session.around())
                        .ask("Type '%s' to go on".formatted(Quoted.word(word)), "");
        return typed.equals(word);
    }

    private static void show(Session session, String what, List<Guest> guests)
            throws UsageException {
        if (!session.around().place().terminal().err()) {
            throw new UsageException(
                    "%s of %s: there is nobody to ask whether you want that: look with --dry-run, and say --yes"
                            .formatted(
                                    what,
                                    guests.size() == 1
                                            ? guests.getFirst().label()
                                            : guests.size() + " guests"));
        }
        session.output().note(what + " of:");
        for (Guest guest : guests) {
            session.output()
                    .message(
                            "  %s on %s, %s"
                                    .formatted(
                                            guest.label(),
                                            Quoted.word(guest.node()),
                                            Quoted.word(guest.state())));
        }
    }
}
