package dev.culvert.infra;

import dev.culvert.value.Value;
import java.util.List;
import java.util.Locale;

/**
 * What becomes of one guest.
 *
 * @param needs names of guests that are changed before it
 * @param steps the calls that do it, in their order
 * @param notes what a person should know, or has to do
 */
public record Change(
        GuestId id,
        GuestKind kind,
        String name,
        Action action,
        List<Attribute> attributes,
        List<String> needs,
        List<Step> steps,
        List<String> notes) {
    /** What is done with it. */
    public enum Action {
        CREATE("+"),
        CHANGE("~"),
        REPLACE("±"),
        DESTROY("-");

        private final String sign;

        Action(String sign) {
            this.sign = sign;
        }

        /** Before the guest in a picture. */
        public String sign() {
            return sign;
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether disks are lost. */
        public boolean destroys() {
            return this == REPLACE || this == DESTROY;
        }
    }

    /**
     * What changes of it.
     *
     * @param from empty for nothing
     * @param to empty for nothing
     */
    public record Attribute(String name, String from, String to) {
        public Value value() {
            return Value.members("name", name, "from", from, "to", to);
        }
    }

    /**
     * A call of the daemon. Each can be made twice: the second does nothing, or is refused.
     *
     * @param what a few words
     * @param path that is posted to
     */
    public record Step(String what, String path, Value body) {
        public Value value() {
            return Value.members("what", what, "path", path, "body", body);
        }

        static Step of(Value value) {
            return new Step(value.text("what"), value.text("path"), value.at("body"));
        }

        /** The last word of its path, or {@code create}. */
        public String action() {
            String last = path.substring(path.lastIndexOf('/') + 1);
            return path.startsWith(Reality.GUESTS + "/")
                            && path.substring(Reality.GUESTS.length() + 1).indexOf('/') < 0
                    ? "create"
                    : last;
        }
    }

    public Change {
        attributes = List.copyOf(attributes);
        needs = List.copyOf(needs);
        steps = List.copyOf(steps);
        notes = List.copyOf(notes);
    }

    public Value value() {
        return Value.members(
                "id", id.toString(),
                "kind", kind.word(),
                "name", name,
                "action", action.word(),
                "attributes", Value.of(attributes.stream().map(Attribute::value).toList()),
                "needs", GuestWriter.texts(needs),
                "steps", Value.of(steps.stream().map(Step::value).toList()),
                "notes", GuestWriter.texts(notes));
    }

    public static Change of(Value value) {
        return new Change(
                GuestId.parse(value.text("id")),
                GuestKind.of(value.text("kind")),
                value.text("name"),
                Action.valueOf(value.text("action").toUpperCase(Locale.ROOT)),
                value.at("attributes").list().stream()
                        .map(it -> new Attribute(it.text("name"), it.text("from"), it.text("to")))
                        .toList(),
                value.at("needs").list().stream().map(Value::text).toList(),
                value.at("steps").list().stream().map(Step::of).toList(),
                value.at("notes").list().stream().map(Value::text).toList());
    }
}
