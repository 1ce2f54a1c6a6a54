package dev.culvert.audit;

/**
 * The last line of an audit log.
 *
 * @param number counted from 1; 0 for a log without lines
 * @param hash SHA-256 of the line without its end, as 64 hexadecimal digits
 */
public record Head(long number, String hash) {
    static final Head NONE = new Head(0, "0".repeat(64));

    @Override
    public String toString() {
        return number + ":" + hash;
    }
}
