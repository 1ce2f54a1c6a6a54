package dev.culvert.mcp;

/** MCP servers that are configured in a way that cannot be used. The message says what to mend. */
public final class BadServersException extends Exception {
    private static final long serialVersionUID = 1L;

    BadServersException(String message) {
        super(message);
    }
}
