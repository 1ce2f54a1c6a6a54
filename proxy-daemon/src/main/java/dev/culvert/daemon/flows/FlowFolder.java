package dev.culvert.daemon.flows;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.flows.FlowRefusal.Why;
import dev.culvert.io.Quoted;
import dev.culvert.settings.BadSettingsException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The flows of the daemon's own folder: the flow NAME is in NAME.jsonc. Every method blocks. */
public final class FlowFolder {
    static final String END = ".jsonc";
    private static final int MOST_FILES = 1_000;

    private final Supplier<FlowSettings> settings;
    private final StepKinds kinds;

    public FlowFolder(Supplier<FlowSettings> settings, StepKinds kinds) {
        this.settings = settings;
        this.kinds = kinds;
    }

    /**
     * A flow, or why it cannot be used.
     *
     * @param mistakes none if it can be used
     */
    public record Entry(String name, String description, List<String> mistakes) {}

    /** Reads a flow that somebody sent. */
    public Flow read(String file, String text) throws FlowRefusal {
        try {
            return FlowReader.read(Quoted.word(file), text, kinds, settings.get());
        } catch (BadSettingsException e) {
            List<String> mistakes = e.mistakes();
            throw new FlowRefusal(
                    Why.INVALID,
                    mistakes.size() == 1
                            ? "The flow has a mistake: " + mistakes.getFirst() + "."
                            : "The flow has %d mistakes, the first: %s."
                                    .formatted(mistakes.size(), mistakes.getFirst()),
                    mistakes);
        }
    }

    /** The flow of that name. */
    public Flow named(String name) throws FlowRefusal {
        List<String> names = names();
        if (!names.contains(name)) {
            String where =
                    settings.get().dir().isEmpty()
                            ? "the daemon has no folder of flows (flows_dir)"
                            : "flows_dir has no file "
                                    + Quoted.word(name)
                                    + END
                                    + Spelling.question(name, names);
            throw new FlowRefusal(
                    Why.NOT_FOUND,
                    "There is no flow '%s': %s.".formatted(Quoted.word(name), where));
        }
        Path file = settings.get().dir().orElseThrow().resolve(name + END);
        Flow flow = read(file.getFileName().toString(), text(file));
        if (!flow.name().equals(name)) {
            throw new FlowRefusal(
                    Why.INVALID,
                    "The file %s%s has a flow with the name '%s': they must be the same."
                            .formatted(name, END, flow.name()));
        }
        return flow;
    }

    private String text(Path file) throws FlowRefusal {
        try {
            if (Files.size(file) > settings.get().maxFileBytes()) {
                throw new FlowRefusal(
                        Why.INVALID,
                        "The file %s is larger than flows.max_file_bytes allows."
                                .formatted(file.getFileName()));
            }
            return Files.readString(file);
        } catch (CharacterCodingException _) {
            throw new FlowRefusal(
                    Why.INVALID, "The file %s is not UTF-8.".formatted(file.getFileName()));
        } catch (IOException e) {
            throw new FlowRefusal(
                    Why.INVALID,
                    "The file %s cannot be read: %s."
                            .formatted(file.getFileName(), Quoted.message(e)));
        }
    }

    private List<String> names() throws FlowRefusal {
        Path folder = settings.get().dir().orElse(null);
        if (folder == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(it -> it.getFileName().toString())
                    .filter(it -> it.endsWith(END))
                    .map(it -> it.substring(0, it.length() - END.length()))
                    .filter(it -> FlowReader.NAME.matcher(it).matches())
                    .sorted()
                    .limit(MOST_FILES)
                    .toList();
        } catch (IOException e) {
            throw new FlowRefusal(
                    Why.INVALID,
                    "The folder of flows (flows_dir) cannot be read: " + Quoted.message(e) + ".");
        }
    }

    /** Every file of the folder. */
    public List<Entry> all() throws FlowRefusal {
        List<Entry> entries = new ArrayList<>();
        for (String name : names()) {
            try {
                entries.add(new Entry(name, named(name).description(), List.of()));
            } catch (FlowRefusal e) {
                entries.add(
                        new Entry(
                                name,
                                "",
                                e.mistakes().isEmpty() ? List.of(e.sentence()) : e.mistakes()));
            }
        }
        return entries;
    }
}
