package dev.culvert.about;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What to do about an error of a kind, in sentences for people. */
public final class Recovery {
    private static final String REPORT = "If that does not help: culvert report issue.";

    private record Kind(List<String> words, List<String> actions) {}

    /** The first whose words are in the name of an error's type. */
    private static final List<Kind> KINDS =
            List.of(
                    new Kind(
                            List.of("unreachable", "connect", "noroute", "closedchannel", "away"),
                            List.of(
                                    "See that the other side runs and listens: culvert doctor.",
                                    "Ask the daemon whether it reaches it: culvert check URL.")),
                    new Kind(
                            List.of("unknownhost", "dns"),
                            List.of(
                                    "See that the name is right and that DNS answers: culvert check URL.")),
                    new Kind(
                            List.of("ssl", "certificate"),
                            List.of(
                                    "Look at the certificates and at the clock: culvert doctor.",
                                    "Name the other side's authority: --ca-file, or the key ca.")),
                    new Kind(
                            List.of("timeout", "timedout"),
                            List.of(
                                    "See where the time goes: culvert ping AGENT, culvert top.",
                                    "Raise the timeout that the message names.")),
                    new Kind(
                            List.of("accessdenied", "permission"),
                            List.of("Look at who may use the file: culvert doctor.")),
                    new Kind(
                            List.of("nosuchfile", "filesystem", "filetrouble", "eof"),
                            List.of("Look at the disk and at the path: culvert doctor.")),
                    new Kind(
                            List.of("sql", "database"),
                            List.of(
                                    "See whether the database is sound: culvert db check.",
                                    "Look at the disk: culvert doctor.")),
                    new Kind(
                            List.of("memory"),
                            List.of(
                                    "Give the daemon more memory: -Xmx in CULVERT_JAVA_OPTIONS.",
                                    "See what holds it: culvert status.")),
                    new Kind(
                            List.of("settings", "usage", "parameter"),
                            List.of(
                                    "Check the settings: culvert config validate FILE.",
                                    "Ask what a key takes: culvert explain KEY.")),
                    new Kind(
                            List.of("proxmox"),
                            List.of(
                                    "See how the servers of Proxmox are: culvert inventory servers.",
                                    "See which privilege is missing: culvert doctor.")),
                    new Kind(
                            List.of("badstate", "stopped", "plan"),
                            List.of(
                                    "Check the workspace: culvert validate.",
                                    "Make a new plan: culvert plan.")));

    private Recovery() {}

    /**
     * For an error of this type.
     *
     * @param type the name of a class, with or without its package
     */
    public static List<String> ofType(String type) {
        String name = type.substring(type.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return KINDS.stream()
                .filter(kind -> kind.words().stream().anyMatch(name::contains))
                .findFirst()
                .map(kind -> with(kind.actions()))
                .orElseGet(() -> List.of("Look for what is wrong: culvert doctor.", REPORT));
    }

    /** For an answer with this status of HTTP. */
    public static List<String> ofStatus(int status) {
        return switch (status) {
            case 400, 422 ->
                    List.of(
                            "Mend what the message names.",
                            "Ask what a verb takes with --help, and what a key takes with culvert explain KEY.");
            case 401 ->
                    List.of(
                            "Give a token that is valid: --token-file, or a context (culvert context --help).",
                            "See whether it has expired or was revoked: culvert token list.");
            case 403 ->
                    List.of(
                            "Ask for a token with the scope that the message names: culvert token create.");
            case 404, 410 ->
                    List.of(
                            "See what there is with the verb that lists it: a name may be mistyped or gone.");
            case 409, 412, 428 ->
                    List.of("Look at how it is now, and repeat the change on top of that.");
            case 413 -> List.of("Send less at once, or raise the limit that the message names.");
            case 429 ->
                    List.of("Wait as long as the message says, or raise the limit that it names.");
            case 499 -> List.of("The client left: ask again with a longer --timeout.");
            case 502, 504 ->
                    with(
                            List.of(
                                    "See how the other side is: culvert doctor, culvert diagnose AGENT.",
                                    "Read what was logged for it: culvert op ID."));
            case 503 ->
                    List.of(
                            "See what the daemon is busy with: culvert status.",
                            "Repeat it a little later.");
            default -> with(List.of("Look for what is wrong: culvert doctor."));
        };
    }

    private static List<String> with(List<String> actions) {
        return Stream.concat(actions.stream(), Stream.of(REPORT)).toList();
    }
}
