package dev.culvert.daemon.auth;

/**
 * The token that a caller has shown.
 *
 * @param secret the hash of what was shown, which a rotation may have replaced since
 */
public record Shown(Token token, SecretHash secret) {}
