package dev.culvert.daemon.http;

/**
 * An OPTIONS request. It is answered for every path, and no route sees it.
 *
 * @param allow the methods, as the {@code Allow} header lists them
 */
public record OptionsRequest(Head head, String allow) {}
