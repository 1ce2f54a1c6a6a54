package dev.culvert.daemon.client.bugreport;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what looks like a secret in any text, and replaces it by {@code [redacted: KIND]}. */
/* It would rather take too much than too little. Most forms have a key before the value, as JSON, as a header, as a
 * variable, a flag or a parameter. The rest are values that show by themselves what they are. What repeats is bounded
 * or possessive, or begins where a word does, so that a text of one long word takes no longer than another. */
public final class Secrets {
    /** Words that a key contains whose value is secret. */
    private static final String SECRET_WORDS =
            "pass(?:word|wd|phrase)|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key"
                    + "|credential|authorization|cookie|session[_-]?key|signature|bearer";

    private static final Pattern SECRET_NAME = Pattern.compile("(?i).*(?:" + SECRET_WORDS + ").*");

    /** Keys that contain such a word, and are none: counts, files and times. */
    private static final String NO_SECRET =
            "(?![\\w.-]{0,64}(?:tokens?_(?:file|in|out|total|usage|count)|_(?:file|files|path|seconds|total|count|bytes))\\b)";

    /** What is no value: redacted already, no secret, or a position such as body:1:23. */
    private static final String NO_VALUE =
            "(?!\\\\?[\"']?\\[redacted|null\\b|true\\b|false\\b|\\{|\\[|body:\\d+:\\d+:\\s)";

    private record Rule(String kind, Pattern pattern, String replacement) {}

    private static final List<Rule> RULES =
            List.of(
                    rule(
                            "private key",
                            "-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z0-9"
                                    + " ]*PRIVATE KEY-----|\\z)",
                            ""),
                    rule("user info", "(?<=://)[^/\\s\"'@]+(?=@)", ""),
                    rule(
                            "header",
                            "(?i)((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)"
                                    + "(\\\\?[\"']?\\s*[:=]\\s*\\\\?[\"']?)(?!\\[redacted)[^\"'\\r\\n\\\\]+",
                            "$1$2"),
                    rule(
                            "bearer",
                            "(?i)\\b(bearer|basic)(\\s+)(?!\\[redacted)[A-Za-z0-9._~+/=-]{4,}",
                            "$1$2"),
                    rule("token", "cv[tj]_[A-Za-z0-9_.~-]+", ""),
                    rule(
                            "json web token",
                            "\\beyJ[A-Za-z0-9_-]{6,}\\.[A-Za-z0-9_-]{6,}(?:\\.[A-Za-z0-9_-]*)?",
                            ""),
                    rule(
                            "key of a provider",
                            "\\b(?:sk-[A-Za-z0-9_-]{8,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\\w{16,}"
                                    + "|xox[abprs]-[A-Za-z0-9-]{8,}|AKIA[0-9A-Z]{16}|AIza[A-Za-z0-9_-]{20,}"
                                    + "|hf_[A-Za-z0-9]{16,}|hv[sb]\\.[A-Za-z0-9_-]{16,})",
                            ""),
                    rule(
                            "value of a secret key",
                            "(?i)(?<![\\w.-])"
                                    + NO_SECRET
                                    + "([\\w.-]{0,128}(?:"
                                    + SECRET_WORDS
                                    + ")[\\w.-]{0,64}\\\\?[\"']?\\s*[:=]\\s*)"
                                    + NO_VALUE
                                    + "(?:\\\\?\"(?:[^\"\\\\]++|\\\\.)*+\"?|'[^']*'|[^\\s,;&\"'}\\])]+)",
                            "$1"),
                    rule(
                            "value of a secret flag",
                            "(?i)(?<![\\w-])(--[\\w-]{0,64}(?:"
                                    + SECRET_WORDS
                                    + ")(?!-file|-path)[\\w-]{0,64}\\s+)(?!\\[redacted|-)\\S+",
                            "$1"));

    private Secrets() {}

    private static Rule rule(String kind, String pattern, String kept) {
        return new Rule(
                kind, Pattern.compile(pattern), kept + Matcher.quoteReplacement(mark(kind)));
    }

    static String mark(String kind) {
        return "[redacted: " + kind + "]";
    }

    /** Whether values of a key with this name are secret; HTTP headers carry any secret. */
    static boolean isSecretName(String key) {
        return key.equals("headers")
                || (SECRET_NAME.matcher(key).matches()
                        && !key.matches(
                                "(?i).*(_file|_files|_path|_seconds|_bytes|_total|_count)"));
    }

    /** Whether a text contains what looks like a secret. */
    public static boolean isIn(String text) {
        return RULES.stream().anyMatch(it -> it.pattern().matcher(text).find());
    }

    /** The text without them. */
    public static String redact(String text) {
        String redacted = text;
        for (Rule rule : RULES) {
            redacted = rule.pattern().matcher(redacted).replaceAll(rule.replacement());
        }
        return redacted;
    }
}
