package dev.culvert.daemon.client.workbench;

/**
 * What a tool brought.
 *
 * @param ok whether it did what it was asked for
 * @param text for the model
 */
public record Outcome(boolean ok, String text) {
    static Outcome failed(String why) {
        return new Outcome(false, why);
    }
}
