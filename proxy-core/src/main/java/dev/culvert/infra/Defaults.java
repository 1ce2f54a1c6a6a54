package dev.culvert.infra;

/**
 * What a guest gets that does not say it.
 *
 * @param server empty for none
 * @param node empty for none
 */
public record Defaults(String server, String node) {
    public static final Defaults NONE = new Defaults("", "");
}
