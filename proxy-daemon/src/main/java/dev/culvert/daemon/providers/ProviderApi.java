package dev.culvert.daemon.providers;

import dev.culvert.daemon.config.ProviderKind;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a provider can be asked. */
public enum ProviderApi {
    CHAT(ProviderKind.OPENAI, "/v1/chat/completions"),
    RESPONSES(ProviderKind.OPENAI, "/v1/responses"),
    MESSAGES(ProviderKind.ANTHROPIC, "/v1/messages"),
    COUNT_TOKENS(ProviderKind.ANTHROPIC, "/v1/messages/count_tokens"),

    /** Of either kind: who sends {@code anthropic-version} speaks Anthropic's API. */
    MODELS(null, "/v1/models");

    private static final String VERSION = "/v1";

    private final @Nullable ProviderKind kind;
    private final String path;

    ProviderApi(@Nullable ProviderKind kind, String path) {
        this.kind = kind;
        this.path = path;
    }

    HttpMethod method() {
        return this == MODELS ? HttpMethod.GET : HttpMethod.POST;
    }

    /** As clients ask for it. */
    String path() {
        return path;
    }

    /**
     * Below the base URL of a provider of that kind: the SDKs of OpenAI have the version in it,
     * those of Anthropic do not.
     */
    String pathAt(ProviderKind of) {
        return of == ProviderKind.OPENAI ? path.substring(VERSION.length()) : path;
    }

    /** The kind of the providers that understand it. */
    ProviderKind kind(boolean namesAnthropicVersion) {
        if (kind != null) {
            return kind;
        }
        return namesAnthropicVersion ? ProviderKind.ANTHROPIC : ProviderKind.OPENAI;
    }

    /** Whether a model works for it: only then it takes from budgets. */
    boolean generates() {
        return this == CHAT || this == RESPONSES || this == MESSAGES;
    }

    /** Members of the body that say how many tokens the answer may have, the strongest first. */
    List<String> mostTokens() {
        return switch (this) {
            case CHAT -> List.of("max_completion_tokens", "max_tokens");
            case RESPONSES -> List.of("max_output_tokens");
            case MESSAGES -> List.of("max_tokens");
            case COUNT_TOKENS, MODELS -> List.of();
        };
    }
}
