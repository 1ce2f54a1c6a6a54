package dev.culvert.daemon.client.mcp;

import dev.culvert.value.Value;

/**
 * What is known of the program that started this one.
 *
 * @param isModern whether the message is of the revision without {@code initialize}
 * @param elicits whether its user can be asked by a form
 */
record Program(boolean isModern, boolean elicits) {
    /** The revision that has no questions to the user. */
    private static final String WITHOUT_FORMS = "2025-03-26";

    /** Of what a message says; {@code begun} is what {@code initialize} said before. */
    static Program of(Value message, Program begun) {
        Value meta = message.at("params", "_meta");
        if (meta.at(McpEndpoint.VERSION).isNothing()) {
            return begun;
        }
        return new Program(true, elicits(meta.at(McpEndpoint.META + "clientCapabilities")));
    }

    /** After {@code initialize}. */
    static Program begun(Value request, Value result) {
        return new Program(
                false,
                !result.text("protocolVersion").equals(WITHOUT_FORMS)
                        && elicits(request.at("params", "capabilities")));
    }

    private static boolean elicits(Value capabilities) {
        Value elicitation = capabilities.at("elicitation");
        return elicitation instanceof Value.Members
                && (elicitation.map().isEmpty() || !elicitation.at("form").isNothing());
    }
}
