package dev.culvert.daemon.providers;

/** Whose budget it is. */
public record Holder(Kind kind, String name) {
    /** What has a budget. */
    public enum Kind {
        AGENT("agent"),
        TENANT("tenant");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Holder parse(String text) {
        for (Kind kind : Kind.values()) {
            String prefix = kind.label() + ":";
            if (text.startsWith(prefix)) {
                return new Holder(kind, text.substring(prefix.length()));
            }
        }
        throw new IllegalArgumentException("it is neither of an agent nor of a tenant");
    }

    public static Holder agent(String id) {
        return new Holder(Kind.AGENT, id);
    }

    public static Holder tenant(String name) {
        return new Holder(Kind.TENANT, name);
    }

    /** As the database names it: {@code agent:ID} or {@code tenant:NAME}. */
    @Override
    public String toString() {
        return kind.label() + ":" + name;
    }
}
