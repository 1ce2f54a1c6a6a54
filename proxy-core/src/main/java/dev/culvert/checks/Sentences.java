package dev.culvert.checks;

import dev.culvert.checks.Hop.Step;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;

/** What is said about hops and targets. */
final class Sentences {
    /** The packaged unit of the agent lets it connect to localhost alone. */
    static final String FORBIDDEN =
            "The unit of this program allows it only some addresses (IPAddressDeny=): add"
                    + " IPAddressAllow= and the address with systemctl edit.";

    private static final int MOST_SHOWN = 4;

    private Sentences() {}

    static String addresses(List<InetAddress> addresses, Endpoint of) {
        String first = addresses.getFirst().getHostAddress();
        if (addresses.size() == 1 && first.equals(of.host())) {
            return "an address";
        }
        return addresses.stream()
                        .limit(MOST_SHOWN)
                        .map(InetAddress::getHostAddress)
                        .collect(Collectors.joining(", "))
                + (addresses.size() > MOST_SHOWN ? ", …" : "");
    }

    static String status(int status) {
        return switch (status) {
            case 401 -> "401: it wants a key, and the check has none";
            case 403 -> "403: it allows this to nobody without rights";
            case 429 -> "429: it limits how often it is asked";
            default -> Integer.toString(status);
        };
    }

    static String of(Target target, Verdict verdict, List<Hop> hops, int status) {
        return switch (verdict) {
            case REACHABLE ->
                    status == 0
                            ? "reachable: it takes connections"
                            : "reachable: it answers " + status;
            case UNWELL ->
                    "reached, but it does not work: it, or a proxy before it, answers " + status;
            case REFUSED -> "not checked: " + hops.getLast().detail();
            case UNREACHABLE -> {
                Hop last = hops.getLast();
                yield "not reachable: %s fails: %s".formatted(last.step().label(), last.detail());
            }
        };
    }

    static String advice(Step step, boolean isLate, Through through) {
        boolean isDirect = through instanceof Through.Direct;
        return switch (step) {
            case DNS -> "Look at /etc/resolv.conf here: its name servers do not answer.";
            case TCP ->
                    (isLate
                                    ? "A firewall drops the packets, or there is no route"
                                    : "Nothing listens there, or a firewall rejects it")
                            + (isDirect
                                    ? ": if this machine needs a proxy, check with --through."
                                    : ": is the address of the proxy right?");
            case PROXY -> "Is it a proxy of this kind, http:// or socks5://? Else look at its log.";
            case TLS ->
                    "The server, or what is between, breaks the handshake off: look at its log.";
            case HTTP -> "The server takes connections and does not answer: look at its log.";
        };
    }
}
