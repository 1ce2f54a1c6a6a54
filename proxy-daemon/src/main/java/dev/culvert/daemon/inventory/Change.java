package dev.culvert.daemon.inventory;

import java.time.Instant;

/**
 * Something that is not as it was.
 *
 * @param subject what, such as {@code guest/101}
 * @param what of it, such as {@code state}; {@code added} and {@code removed} are of all of it
 */
public record Change(Instant at, String subject, String what, String from, String to) {}
