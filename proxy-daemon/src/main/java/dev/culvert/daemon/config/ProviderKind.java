package dev.culvert.daemon.config;

/** Whose API a provider speaks. */
public enum ProviderKind {
    /** Chat completions, responses and models. */
    OPENAI,

    /** Messages and models. */
    ANTHROPIC
}
