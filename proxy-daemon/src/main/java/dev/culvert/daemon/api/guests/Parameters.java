package dev.culvert.daemon.api.guests;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonMembers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request gives: Proxmox's parameters, and what is for the daemon itself.
 *
 * @param forProxmox as Proxmox takes them: all are texts, and a truth is 1 or 0
 */
record Parameters(boolean isDryRun, Map<String, String> own, Map<String, String> forProxmox) {
    private static final String DRY_RUN = "dry_run";
    private static final Set<String> SECRET = Set.of("password", "cipassword");

    /** As Proxmox names its parameters, with the number of a disk or a network and so on. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    /**
     * Reads the body; without one there are none.
     *
     * @param ours the names of texts that are for the daemon
     */
    static Parameters read(Request request, Set<String> ours) {
        boolean isDryRun = false;
        Map<String, String> own = new LinkedHashMap<>();
        Map<String, String> others = new LinkedHashMap<>();
        if (!request.body().isReadable()) {
            return new Parameters(false, own, others);
        }
        JsonMembers members = JsonRequest.members(request);
        while (members.next()) {
            String name = members.name();
            String value = value(name, members);
            if (value == null) {
                continue;
            }
            if (name.equals(DRY_RUN)) {
                isDryRun = value.equals("1");
            } else if (ours.contains(name)) {
                own.put(name, value);
            } else if (!NAME.matcher(name).matches()) {
                throw bad(
                        "Proxmox has no parameter with the name '%s': it begins with a letter, and has letters, digits, '-' and '_'."
                                .formatted(Quoted.word(name)));
            } else if (others.put(name, value) != null) {
                throw bad("The parameter '%s' is given twice: give it once.".formatted(name));
            }
        }
        return new Parameters(isDryRun, own, others);
    }

    /** Null for null, which is as if it were not given. */
    private static @Nullable String value(String name, JsonMembers members) {
        return switch (members.kind()) {
            case '"' -> members.text();
            case 't' -> "1";
            case 'f' -> "0";
            case 'n' -> null;
            case '{', '[' ->
                    throw bad(
                            "The parameter '%s' is no text, number, true or false: write it as Proxmox's command line takes it, such as \"virtio,bridge=vmbr0\"."
                                    .formatted(Quoted.word(name)));
            default -> members.literal();
        };
    }

    Optional<String> own(String name) {
        return Optional.ofNullable(own.get(name));
    }

    /** Whether the value is not to be shown. */
    static boolean isSecret(String name) {
        return SECRET.contains(name);
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, sentence));
    }
}
