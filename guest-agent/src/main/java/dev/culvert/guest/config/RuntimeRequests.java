package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What requests to the runtime contain where neither the host nor a message says.
 *
 * @param kind the API that the runtime speaks
 * @param model null if the runtime needs none
 * @param maxTokens sent to an Anthropic-shaped runtime, which does not answer without
 * @param anthropicVersion the header {@code anthropic-version} of such a runtime
 * @param leftOut the members of a request that such a runtime is not sent
 */
public record RuntimeRequests(
        RuntimeKind kind,
        @Nullable String model,
        int maxTokens,
        String anthropicVersion,
        Set<String> leftOut) {
    private static final Pattern VERSION = Pattern.compile("[!-~]{1,64}");
    private static final Pattern MEMBER = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Set<String> NEEDED = Set.of("messages", "max_tokens", "stream");

    public static final RuntimeRequests DEFAULTS =
            new RuntimeRequests(RuntimeKind.OPENAI, null, 8192, "2023-06-01", Set.of());

    public RuntimeRequests {
        leftOut = Set.copyOf(leftOut);
        Check.atLeast("anthropic_max_tokens", maxTokens, 1);
        Check.that(
                VERSION.matcher(anthropicVersion).matches(),
                "anthropic_version",
                anthropicVersion,
                "it must be a version such as 2023-06-01");
        for (String member : leftOut) {
            Check.that(
                    MEMBER.matcher(member).matches() && !NEEDED.contains(member),
                    "anthropic_leave_out",
                    member,
                    "it must be names of members, with commas between them, such as"
                            + " temperature,top_p,top_k, and none of messages, max_tokens and"
                            + " stream");
        }
    }

    static RuntimeRequests read(Section in) {
        return new RuntimeRequests(
                in.get("runtime_kind", Kind.choice(RuntimeKind.class), DEFAULTS.kind),
                in.find("runtime_model", Kind.TEXT).orElse(null),
                in.get("anthropic_max_tokens", Kind.INT, DEFAULTS.maxTokens),
                in.get("anthropic_version", Kind.TEXT, DEFAULTS.anthropicVersion),
                names(in.get("anthropic_leave_out", Kind.TEXT, "")));
    }

    private static Set<String> names(String text) {
        return text.isBlank() ? Set.of() : Set.copyOf(List.of(text.strip().split("\\s*,\\s*", -1)));
    }
}
