package dev.culvert.daemon.proxmox;

import dev.culvert.daemon.config.ProxmoxSettings;
import dev.culvert.daemon.outgoing.OutgoingAnswer;
import dev.culvert.daemon.proxmox.ProxmoxException.Kind;
import dev.culvert.daemon.proxmox.ProxmoxException.Missing;
import dev.culvert.io.Quoted;
import dev.culvert.settings.Node;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes an exception of an answer that refuses. Proxmox says most of it in words: after the status,
 * in {@code message}, and for parameters in {@code errors}.
 */
final class Refusal {
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int BAD_GATEWAY = 502;
    private static final int GATEWAY_TIMEOUT = 504;
    private static final int FIRST_OF_A_NODE_AWAY = 595;
    private static final int LAST_OF_A_NODE_AWAY = 599;
    private static final int MOST_ERRORS = 50;

    private static final Pattern PRIVILEGE =
            Pattern.compile("Permission check failed \\(([^,()\\s]+), ?([^()]+)\\)");
    private static final Pattern LOCKED =
            Pattern.compile("is locked|can't lock file|got timeout|lock file .* timeout");
    private static final Pattern NO_QUORUM = Pattern.compile("no quorum");
    private static final Pattern EXISTS =
            Pattern.compile("already exists|already used|already in use");
    private static final Pattern MISSING =
            Pattern.compile(
                    "does not exist|no such (VM|CT|node|task|storage|snapshot|user)|unable to find"
                            + " configuration file");

    private Refusal() {}

    /**
     * What the answer means.
     *
     * @param isChange whether the request may have changed something
     */
    static ProxmoxException of(ProxmoxSettings to, OutgoingAnswer answer, boolean isChange) {
        Map<String, String> errors = new LinkedHashMap<>();
        String words = words(answer, errors);
        int status = answer.status();
        Kind kind = kind(status, words, errors);
        Missing missing = kind == Kind.FORBIDDEN ? missing(words) : null;
        return new ProxmoxException(
                kind,
                to.name(),
                sentence(kind, status, words, errors),
                advice(kind, to, missing, errors),
                isChange && status >= BAD_GATEWAY && kind == Kind.AWAY,
                errors,
                missing);
    }

    private static String words(OutgoingAnswer answer, Map<String, String> errors) {
        String said = answer.reason();
        try {
            Fields fields = AnswerReader.read(answer.body());
            String message = fields.textOr("message", "").strip();
            if (!message.isEmpty()) {
                said = message;
            }
            for (Map.Entry<String, Node> error : fields.fields("errors").nodes().entrySet()) {
                if (errors.size() < MOST_ERRORS && error.getValue() instanceof Node.Scalar scalar) {
                    errors.put(Quoted.word(error.getKey()), Quoted.sentence(scalar.text().strip()));
                }
            }
        } catch (IOException _) {
            // the status says enough
        }
        return Quoted.sentence(said.strip());
    }

    private static Kind kind(int status, String words, Map<String, String> errors) {
        boolean isOfAParameter = status == BAD_REQUEST || !errors.isEmpty();
        return switch (status) {
            case UNAUTHORIZED -> Kind.LOGIN;
            case FORBIDDEN -> Kind.FORBIDDEN;
            case NOT_FOUND -> Kind.NOT_FOUND;
            case NOT_IMPLEMENTED -> Kind.NOT_FOUND;
            default -> {
                if (isAway(status)) {
                    yield Kind.AWAY;
                }
                if (NO_QUORUM.matcher(words).find()) {
                    yield Kind.NO_QUORUM;
                }
                if (LOCKED.matcher(words).find()) {
                    yield Kind.LOCKED;
                }
                String all = words + " " + errors.values();
                if (EXISTS.matcher(all).find()) {
                    yield Kind.EXISTS;
                }
                if (isOfAParameter) {
                    yield Kind.BAD_PARAMETER;
                }
                yield MISSING.matcher(words).find() ? Kind.NOT_FOUND : Kind.FAILED;
            }
        };
    }

    private static boolean isAway(int status) {
        return (status >= BAD_GATEWAY && status <= GATEWAY_TIMEOUT)
                || (status >= FIRST_OF_A_NODE_AWAY && status <= LAST_OF_A_NODE_AWAY);
    }

    private static @Nullable Missing missing(String words) {
        Matcher found = PRIVILEGE.matcher(words);
        if (!found.find()) {
            return null;
        }
        List<String> privileges = new ArrayList<>();
        for (String each : found.group(2).split("[|,\\s]+", -1)) {
            if (each.matches("[A-Za-z]+(\\.[A-Za-z]+)+")) {
                privileges.add(each);
            }
        }
        return privileges.isEmpty() ? null : new Missing(Quoted.word(found.group(1)), privileges);
    }

    private static String sentence(
            Kind kind, int status, String words, Map<String, String> errors) {
        StringBuilder sentence = new StringBuilder();
        sentence.append(
                switch (kind) {
                    case AWAY -> "the node behind it does not answer";
                    case LOGIN -> "it does not accept the token";
                    case FORBIDDEN -> "the token lacks a privilege";
                    case BAD_PARAMETER -> "a parameter is wrong";
                    case LOCKED -> "other work holds the guest";
                    case EXISTS -> "that is there already";
                    case NO_QUORUM -> "the cluster has no quorum";
                    case NOT_FOUND -> "there is no such thing";
                    case CERTIFICATE, FAILED -> "it failed";
                });
        sentence.append(" (").append(status).append(' ').append(words);
        errors.forEach(
                (name, error) -> sentence.append("; ").append(name).append(": ").append(error));
        return sentence.append(')').toString();
    }

    private static String advice(
            Kind kind, ProxmoxSettings to, @Nullable Missing missing, Map<String, String> errors) {
        return switch (kind) {
            case AWAY -> "see on the node whether pveproxy and pvedaemon run, and try again";
            case LOGIN ->
                    "check proxmox.token_id (%s) and what %s says, with 'pveum user token list %s'"
                            .formatted(
                                    to.tokenId(),
                                    to.tokenSecret(),
                                    to.tokenId().substring(0, to.tokenId().indexOf('!')));
            case FORBIDDEN ->
                    missing == null
                            ? "see what it may do with 'pveum user token permissions "
                                    + to.tokenId().replace('!', ' ')
                                    + "'"
                            : Privileges.grant(
                                    to.tokenId(), missing.path(), missing.privileges().getFirst());
            case BAD_PARAMETER ->
                    errors.isEmpty()
                            ? "change it as these words say"
                            : "change " + String.join(", ", errors.keySet());
            case LOCKED -> "wait until its task is over, and try again";
            case EXISTS -> "choose another id or name";
            case NO_QUORUM -> "bring enough nodes back ('pvecm status'), and try again";
            case NOT_FOUND -> "check the id, the node and the name";
            case CERTIFICATE, FAILED -> "see the task log or the journal of the node";
        };
    }
}
