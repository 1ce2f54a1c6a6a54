package dev.culvert.daemon.http;

/**
 * Asks which methods a path takes; answered for every path, and no route sees it.
 *
 * @param allow the methods, as the {@code Allow} header lists them
 */
public record OptionsRequest(Head head, String allow) {}
