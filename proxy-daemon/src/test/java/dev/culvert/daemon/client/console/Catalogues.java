package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.console.Entry.Argument;
import dev.culvert.daemon.client.console.Entry.Effects;
import dev.culvert.daemon.client.console.Entry.Flag;
import java.util.ArrayList;
import java.util.List;

/** A few commands, as the verbs of {@code culvert} are described. */
final class Catalogues {
    static final Flag HELP = new Flag(List.of("-h", "--help"), "", "Help.", false, List.of(), true);
    static final Flag OUTPUT =
            new Flag(
                    List.of("-o", "--output"),
                    "FORMAT",
                    "How.",
                    false,
                    List.of("json", "table"),
                    true);
    static final Flag URL = new Flag(List.of("--url"), "URL", "Which.", false, List.of(), true);
    static final Flag DRY =
            new Flag(List.of("--dry-run"), "", "Changes nothing.", false, List.of(), false);
    static final Argument AGENT = new Argument("AGENT", true, 1, List.of());

    static final Catalogue ALL =
            new Catalogue(
                    List.of(
                            entry("status", Effect.READ, List.of()),
                            entry("agents", Effect.READ, List.of()),
                            entry("agents list", Effect.READ, List.of()),
                            entry("agents show", Effect.READ, List.of(AGENT)),
                            entry(
                                    "agents add",
                                    Effect.CHANGE,
                                    List.of(AGENT),
                                    new Flag(
                                            List.of("--address"),
                                            "ADDRESS",
                                            "Where.",
                                            true,
                                            List.of(),
                                            false)),
                            entry("agents remove", Effect.DESTROY, List.of(AGENT)),
                            entry("fleet import", Effect.CHANGE, List.of(), DRY),
                            entry(
                                    "context use",
                                    Effect.LOCAL,
                                    List.of(new Argument("CONTEXT", true, 1, List.of()))),
                            entry(
                                    "log-level",
                                    new Effects(Effect.CHANGE, Effect.READ, true),
                                    List.of(
                                            new Argument(
                                                    "LEVEL", false, 2, List.of("debug", "info")))),
                            entry(
                                    "op",
                                    Effect.READ,
                                    List.of(new Argument("ID", false, 1, List.of()))),
                            entry(
                                    "call",
                                    new Effects(Effect.CHANGE, Effect.READ, true),
                                    List.of(
                                            new Argument("OPERATION", false, 1, List.of()),
                                            new Argument("NAME=VALUE", false, 100, List.of()))),
                            entry(
                                    "call agents.turns",
                                    Effect.READ,
                                    List.of(new Argument("id=…", true, 1, List.of("id=")))),
                            entry("setup", Effect.CHANGE, List.of())),
                    true);

    private Catalogues() {}

    static Entry entry(String words, Effect effect, List<Argument> arguments, Flag... flags) {
        return entry(words, Effects.of(effect), arguments, flags);
    }

    private static Entry entry(
            String words, Effects effects, List<Argument> arguments, Flag... flags) {
        List<Flag> all = new ArrayList<>(List.of(flags));
        all.add(HELP);
        all.add(OUTPUT);
        all.add(URL);
        return new Entry(words, "Does " + words, "All", effects, arguments, all);
    }
}
