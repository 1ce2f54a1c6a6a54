package dev.culvert.infra;

import dev.culvert.infra.Guest.Hardware;
import dev.culvert.infra.Guest.Source;
import dev.culvert.infra.Guest.Wishes;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.util.List;
import java.util.Optional;

/** Reads the file of a guest: JSON in which comments are allowed. */
public final class GuestReader {
    /** The largest file. */
    static final int MAX_BYTES = 64 << 10;

    /** How the reader names what a whole file lacks. */
    private static final String NOWHERE = "settings: ";

    private static final Kind<GuestKind> KIND = Kind.choice(GuestKind.class);

    private GuestReader() {}

    /**
     * The guest of a file.
     *
     * @param name of the file, for messages
     * @throws BadStateException with all mistakes, each with its line and column
     */
    public static Guest read(String name, String text, Defaults defaults) throws BadStateException {
        if (text.length() > MAX_BYTES) {
            throw new BadStateException(
                    List.of(
                            "%s: it has %d characters, and the file of a guest at most %d"
                                    .formatted(name, text.length(), MAX_BYTES)));
        }
        try {
            return Settings.read(
                            List.of(Layer.text(name, text)), section -> read(section, defaults))
                    .value();
        } catch (BadSettingsException e) {
            throw new BadStateException(e.mistakes().stream().map(it -> placed(name, it)).toList());
        }
    }

    /** A mistake with a place; what the whole lacks is at its beginning. */
    static String placed(String name, String mistake) {
        return mistake.startsWith(NOWHERE)
                ? name + ":1:1: " + mistake.substring(NOWHERE.length())
                : mistake;
    }

    static Guest read(Section section, Defaults defaults) {
        String name = section.get("name", Kind.TEXT, "");
        Optional<GuestKind> kind = section.find("kind", KIND);
        GuestId id =
                new GuestId(
                        section.get("server", Kind.TEXT, defaults.server()),
                        section.get("vmid", Kind.INT, 0));
        String node = section.get("node", Kind.TEXT, defaults.node());
        Hardware hardware =
                new Hardware(
                        section.find("cpus", Kind.INT),
                        section.find("memory", Kind.LARGE_BYTES),
                        section.sections("disks", GuestReader::disk),
                        section.sections("network", GuestReader::nic));
        Optional<Integer> clone = section.find("clone", Kind.INT);
        Optional<String> template = section.find("template", Kind.TEXT);
        Wishes wishes =
                new Wishes(
                        section.findList("tags", Kind.TEXT),
                        section.section("agent", it -> it.find("cid", Kind.LONG)),
                        section.find("start", Kind.BOOLEAN),
                        section.find("on_boot", Kind.BOOLEAN),
                        section.list("needs", Kind.TEXT, List.of()));
        if (kind.isEmpty()) {
            throw new IllegalArgumentException("kind is missing: \"vm\" or \"ct\"");
        }
        if (clone.isPresent() && template.isPresent()) {
            throw new IllegalArgumentException(
                    "template is given beside \"clone\": a guest is made from one of them");
        }
        Source source =
                clone.<Source>map(Source.Clone::new)
                        .or(() -> template.map(Source.Template::new))
                        .orElseGet(Source.Blank::new);
        return new Guest(id, kind.get(), name, node, hardware, source, wishes);
    }

    private static Disk disk(Section section) {
        return new Disk(
                section.get("slot", Kind.TEXT, ""),
                section.get("storage", Kind.TEXT, ""),
                section.get("size", Kind.LARGE_BYTES, 0L),
                section.get("path", Kind.TEXT, ""));
    }

    private static Nic nic(Section section) {
        return new Nic(
                section.get("bridge", Kind.TEXT, ""),
                section.get("vlan", Kind.INT, 0),
                section.get("model", Kind.TEXT, Nic.MODEL),
                section.get("ip", Kind.TEXT, ""),
                section.get("gateway", Kind.TEXT, ""));
    }
}
