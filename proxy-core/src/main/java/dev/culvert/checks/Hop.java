package dev.culvert.checks;

/**
 * One step on the way to a target.
 *
 * @param micros how long it took
 * @param detail what came of it, quoted
 * @param advice what to do about it; empty if it went well
 */
public record Hop(Step step, boolean ok, long micros, String detail, String advice) {
    /** In the order in which they are taken. */
    public enum Step {
        DNS("dns"),
        TCP("tcp"),
        PROXY("proxy"),
        TLS("tls"),
        HTTP("http");

        private final String label;

        Step(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }
}
