package dev.culvert.daemon.egress;

/** Counts connections that agents want to servers. Safe for all threads; must not block. */
public interface EgressObserver {
    /** How it went. */
    enum Outcome {
        CONNECTED("connected"),
        NOT_ALLOWED("not_allowed"),
        FAILED("failed");

        private final String label;

        Outcome(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    void onEnded(Outcome outcome);
}
