package dev.culvert.daemon.sshtunnels;

import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.io.Quoted;
import dev.culvert.process.Ended;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Why a tunnel is not up.
 *
 * @param sentence what happened, and what to do
 */
public record Trouble(Hop hop, String sentence) {
    private record Sign(Pattern text, Hop hop) {
        Sign(String text, Hop hop) {
            this(Pattern.compile(text), hop);
        }
    }

    /** In the words of OpenSSH. The first that is found counts. */
    private static final List<Sign> SIGNS =
            List.of(
                    new Sign("remote port forwarding failed", Hop.REMOTE_PORT_HELD),
                    new Sign("could not resolve hostname", Hop.DNS),
                    new Sign(
                            "host key verification failed|identification has changed"
                                    + "|host key is known for|host key for .* has changed",
                            Hop.HOST_KEY),
                    new Sign(
                            "permission denied \\(|too many authentication failures"
                                    + "|no supported authentication|load key .*: ",
                            Hop.AUTH),
                    new Sign("timeout, server .* not responding", Hop.KEEPALIVE),
                    new Sign(
                            "connect to host .* port|connection timed out|no route to host"
                                    + "|network is unreachable",
                            Hop.TCP),
                    new Sign(
                            "administratively prohibited|open failed|connect failed",
                            Hop.FORWARD_REFUSED),
                    new Sign(
                            "could not request local forwarding|cannot listen to port|bind \\["
                                    + "|address already in use|unix_listener|bad configuration"
                                    + "|bad owner or permissions|controlpath too long|too long for unix",
                            Hop.HOST),
                    new Sign(
                            "connection (closed|reset)|kex_exchange_identification|broken pipe"
                                    + "|banner exchange|disconnect",
                            Hop.CONNECTION));

    /** What the end of a process of ssh means. */
    static Trouble of(Ended ended, SshTunnelSettings tunnel) {
        if (ended.status() == Ended.NO_PROGRAM) {
            return new Trouble(
                    Hop.HOST, "There is no ssh on this host: install OpenSSH's client there.");
        }
        String said = ended.errors().toLowerCase(Locale.ROOT);
        Hop hop = hop(said);
        return of(
                hop,
                lineOf(hop, ended).isEmpty()
                        ? "ssh ended with status " + ended.status()
                        : lineOf(hop, ended),
                tunnel);
    }

    /** What a part of its errors means; a connection that ended if it is nothing known. */
    static Hop hop(String errors) {
        String said = errors.toLowerCase(Locale.ROOT);
        return SIGNS.stream()
                .filter(sign -> sign.text.matcher(said).find())
                .map(Sign::hop)
                .findFirst()
                .orElse(Hop.CONNECTION);
    }

    private static String lineOf(Hop hop, Ended ended) {
        return ended.errors()
                .lines()
                .filter(line ->
                        SIGNS.stream()
                                .anyMatch(sign ->
                                        sign.hop == hop
                                                && sign.text
                                                        .matcher(line.toLowerCase(Locale.ROOT))
                                                        .find()))
                .findFirst()
                .orElse(ended.lastLine());
    }

    /**
     * With what to do.
     *
     * @param what a clause, which may come from outside
     */
    static Trouble of(Hop hop, String what, SshTunnelSettings tunnel) {
        String name = tunnel.name();
        String server = tunnel.server().host();
        String advice =
                switch (hop) {
                    case HOST -> "Look at the log of the daemon.";
                    case DNS -> "Correct the host of the tunnel, or the DNS of this host.";
                    case TCP ->
                            "Check that sshd runs at %s, port %d, and the firewalls between."
                                    .formatted(server, tunnel.server().port());
                    case HOST_KEY ->
                            "Compare its fingerprint and run culvert tunnel trust %s."
                                    .formatted(name);
                    case AUTH ->
                            tunnel.server().key().isPresent()
                                    ? "Add what culvert keys show %s prints to the server's authorized_keys."
                                            .formatted(tunnel.server().key().get())
                                    : "Make a key with culvert keys generate, and give the tunnel its name as key.";
                    case REMOTE_PORT_HELD ->
                            "Something on the server keeps %s, perhaps an earlier session: end it there, or wait."
                                    .formatted(tunnel.listen());
                    case FORWARD_REFUSED ->
                            "Check that the server reaches %s and that its sshd_config allows it (AllowTcpForwarding, PermitOpen, PermitListen)."
                                    .formatted(farEnd(tunnel));
                    case KEEPALIVE, CONNECTION ->
                            "It is tried again; the log of the server's sshd says more.";
                    case CONTROL -> "ssh is started again.";
                    case PROBE ->
                            tunnel.probesItsServer()
                                    ? "Check the server, or say with probe_to what the probe may connect to."
                                    : "Check what listens at the far end.";
                };
        String clause = Quoted.sentence(what).strip();
        String end = clause.endsWith(".") ? clause : clause + ".";
        return new Trouble(hop, end + " " + advice);
    }

    private static String farEnd(SshTunnelSettings tunnel) {
        return tunnel.probesItsServer()
                ? tunnel.socksProbe() + " (or say with probe_to what the probe may connect to)"
                : tunnel.to().or(tunnel::probeTo).map(Object::toString).orElse("the far end");
    }
}
