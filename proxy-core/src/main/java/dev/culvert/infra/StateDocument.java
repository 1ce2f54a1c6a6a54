package dev.culvert.infra;

import dev.culvert.infra.DesiredState.Written;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Node;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole desired state in one text: JSON with comments, in which {@code guests} is a list of what
 * a workspace has in a file each, and {@code server} and {@code node} are for those that name none.
 */
public final class StateDocument {
    private static final String GUESTS = "guests";

    private StateDocument() {}

    /**
     * The state of a text.
     *
     * @param name of the text, for messages
     * @throws BadStateException with all mistakes, each as {@code NAME:LINE:COLUMN: sentence}
     */
    public static DesiredState read(String name, String text) throws BadStateException {
        List<Guest> guests;
        Node whole;
        try {
            whole = Jsonc.read(name, text, new ArrayList<>());
            guests = Settings.read(List.of(Layer.text(name, text)), StateDocument::read).value();
        } catch (BadSettingsException e) {
            throw new BadStateException(
                    e.mistakes().stream().map(it -> GuestReader.placed(name, it)).toList());
        }
        if (guests.size() > DesiredState.MOST) {
            throw new BadStateException(
                    List.of(
                            "%s:1:1: it has %d guests: there may be %d, so make several states"
                                    .formatted(name, guests.size(), DesiredState.MOST)));
        }
        List<Node> nodes =
                whole instanceof Node.Members members
                                && members.nodes().get(GUESTS) instanceof Node.Items items
                        ? items.nodes()
                        : List.of();
        List<Written> written = new ArrayList<>();
        for (int i = 0; i < guests.size(); i++) {
            written.add(new Written(name, guests.get(i), i < nodes.size() ? nodes.get(i) : whole));
        }
        return DesiredState.of(written, List.of());
    }

    private static List<Guest> read(Section section) {
        Defaults defaults =
                new Defaults(
                        section.get("server", Kind.TEXT, ""), section.get("node", Kind.TEXT, ""));
        return section.sections(GUESTS, it -> GuestReader.read(it, defaults));
    }

    /** The text of these guests. */
    public static String text(DesiredState desired) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put(
                GUESTS,
                Value.of(
                        desired.guests().stream()
                                .map(it -> GuestWriter.value(it.guest()))
                                .toList()));
        return new Value.Members(members).prettyJson() + "\n";
    }
}
