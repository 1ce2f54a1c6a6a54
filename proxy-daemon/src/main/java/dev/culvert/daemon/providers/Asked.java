package dev.culvert.daemon.providers;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;

import dev.culvert.daemon.http.ProblemException;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonOutline;
import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What the body of a request says.
 *
 * @param model empty for a request that needs none
 * @param bytes of the body
 * @param mostTokens that each answer may have; 0 if it does not say
 * @param answers how many of them it asks for
 * @param usage whether the end of the answer says how many tokens it took
 * @param hosted the tools that the provider is to run itself
 */
record Asked(
        String model,
        boolean isStreamed,
        int bytes,
        long mostTokens,
        long answers,
        Usage usage,
        HostedTools hosted) {
    /** What makes a provider say how many tokens an answer took. */
    enum Usage {
        /** It does so anyway, or the request asks for it. */
        TOLD,

        /** The request says nothing about it, and could ask for it. */
        CAN_BE_ADDED,

        /** The request has options for the stream, and this is not among them. */
        REFUSED
    }

    static final Asked NOTHING = new Asked("", false, 0, 0, 1, Usage.TOLD, HostedTools.NO_TOOLS);

    /** Members that multiply the answer. */
    private static final List<String> ANSWERS = List.of("n", "best_of");

    private static final String STREAM_OPTIONS = "stream_options";

    /** More than any answer has. */
    private static final long MOST_TOKENS = 1_000_000_000;

    /** Models write about so many bytes a token, in the languages that they know best. */
    private static final int BYTES_A_TOKEN = 4;

    /**
     * Borrows {@code body}.
     *
     * @throws ProblemException 400 if it is no JSON object with a model
     */
    static Asked read(ProviderApi api, ByteBuf body) {
        JsonOutline text;
        try {
            text = JsonOutline.of(body, JsonLimits.FRAME, HostedTools.LEVELS);
        } catch (BadJsonException e) {
            throw ProblemException.badRequest(
                    "The body is not a JSON object (" + e.getMessage() + "): send one.");
        }
        try {
            return read(api, text, body.readableBytes());
        } finally {
            text.forget();
        }
    }

    private static Asked read(ProviderApi api, JsonOutline text, int bytes) {
        checkOnce(api, text);
        int model = text.find(ROOT, "model");
        if (model == NONE || !text.isText(model)) {
            throw ProblemException.badRequest("The body names no model: send \"model\" as a text.");
        }
        int stream = text.find(ROOT, "stream");
        boolean isStreamed = stream != NONE && text.kind(stream) == 't';
        return new Asked(
                text.text(model),
                isStreamed,
                bytes,
                api.mostTokens().stream().mapToLong(it -> count(text, it)).max().orElse(0),
                ANSWERS.stream()
                        .mapToLong(it -> Math.max(1, count(text, it)))
                        .reduce(1, (a, b) -> Math.min(MOST_TOKENS, a * b)),
                api == ProviderApi.CHAT && isStreamed ? usage(text) : Usage.TOLD,
                HostedTools.of(api, text));
    }

    private static Usage usage(JsonOutline text) {
        int options = text.find(ROOT, STREAM_OPTIONS);
        if (options == NONE) {
            return Usage.CAN_BE_ADDED;
        }
        int usage = text.kind(options) == '{' ? text.find(options, "include_usage") : NONE;
        return usage != NONE && text.kind(usage) == 't' ? Usage.TOLD : Usage.REFUSED;
    }

    /**
     * Providers take the last of two members of one name, and some of them do not heed its case:
     * what is counted here has to be what is asked there.
     */
    private static void checkOnce(ProviderApi api, JsonOutline text) {
        Set<String> counted = new HashSet<>(api.mostTokens());
        counted.addAll(ANSWERS);
        counted.addAll(HostedTools.MEMBERS);
        counted.addAll(List.of("model", "stream", STREAM_OPTIONS, "background"));
        Set<String> seen = new HashSet<>();
        for (int it = text.first(ROOT); it != NONE; it = text.next(it)) {
            String name = text.name(it);
            String plain = name.toLowerCase(Locale.ROOT);
            if (counted.contains(plain) && (!name.equals(plain) || !seen.add(plain))) {
                throw ProblemException.badRequest(
                        "The body has the member \"%s\" twice, or with capitals: send it once, in small letters."
                                .formatted(plain));
            }
            if (plain.equals("background") && text.kind(it) == 't') {
                throw ProblemException.badRequest(
                        "The body asks for an answer in the background, whose tokens nobody here could count: leave \"background\" out.");
            }
        }
    }

    /** 0 if it is not there, or null. */
    private static long count(JsonOutline text, String name) {
        int member = text.find(ROOT, name);
        if (member == NONE || text.kind(member) == 'n') {
            return 0;
        }
        long count = Numbers.count(text, member);
        if (count < 0) {
            throw ProblemException.badRequest(
                    "The member \"%s\" is no whole number: write one in digits, or leave it out."
                            .formatted(name));
        }
        return Math.min(count, MOST_TOKENS);
    }

    /** How many tokens are reserved for what is answered, if one answer gets so many by default. */
    long answerTokens(long byDefault) {
        return Math.min(MOST_TOKENS, (mostTokens == 0 ? byDefault : mostTokens) * answers);
    }

    /**
     * For callers with a limit of tokens.
     *
     * @throws ProblemException 400 if nobody would say how many tokens the answer took
     */
    void checkUsage() {
        if (usage == Usage.REFUSED) {
            throw ProblemException.badRequest(
                    "The body has \"stream_options\" without \"include_usage\": true, and the budgets of the daemon's settings need it: add it, or leave \"stream_options\" out.");
        }
    }

    /** About how many tokens the model reads. */
    long inputTokens() {
        return Math.max(1, bytes / BYTES_A_TOKEN);
    }
}
