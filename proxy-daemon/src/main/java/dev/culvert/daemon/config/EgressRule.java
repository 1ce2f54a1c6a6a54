package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.policy.Glob;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.IpAddress;
import dev.culvert.transport.IpNetwork;
import dev.culvert.tunnel.PortList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One element of the list {@code egress}: servers that some agents may reach through this host.
 *
 * @param agents a glob
 * @param tenant of these agents; of any tenant without it
 * @param hosts names, {@code *.NAME} for every name below it, addresses and networks
 */
public record EgressRule(
        String agents, Optional<String> tenant, List<String> hosts, PortList ports) {
    private static final Kind<PortList> PORTS = Kind.text(PortList.TAKES, PortList::parse);
    private static final Kind<String> AGENTS =
            Kind.matching(
                    Pattern.compile("[A-Za-z0-9._*-]{1,64}"),
                    "the id of an agent, in which * stands for any characters");
    private static final Kind<String> HOST =
            Kind.matching(
                    Pattern.compile(
                            "(\\*|(\\*\\.)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,250}|[0-9A-Fa-f:.]+(/[0-9]{1,3})?)"),
                    "a host name, *.NAME, *, an address or a network such as 10.0.0.0/8");

    public EgressRule {
        hosts = hosts.stream().map(it -> it.toLowerCase(Locale.ROOT)).toList();
        Check.that(!hosts.isEmpty(), "hosts", "[]", "say which servers may be reached");
        Check.that(!ports.isEmpty(), "ports", "missing", "say which of their ports, as in 80,443");
        for (int i = 0; i < hosts.size(); i++) {
            checkNetwork("hosts[" + i + "]", hosts.get(i));
        }
    }

    private static void checkNetwork(String key, String host) {
        if (host.indexOf('/') >= 0 || host.indexOf(':') >= 0) {
            try {
                IpNetwork.parse(host);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
            }
        }
    }

    static EgressRule read(Section in) {
        return new EgressRule(
                in.get("agents", AGENTS, "*"),
                in.find("tenant", AgentSettings.NAME_KIND),
                in.list("hosts", HOST, List.of()),
                in.get("ports", PORTS, PortList.NONE));
    }

    /** Whether it is about that agent, and that port of servers. */
    public boolean isFor(String ofTenant, String agent, int port) {
        return ports.contains(port)
                && Glob.matches(agents, agent)
                && (tenant.isEmpty() || tenant.get().equals(ofTenant));
    }

    /** Whether it lists a server by this name, in lower case. */
    public boolean allowsName(String host) {
        for (String pattern : hosts) {
            if (pattern.equals("*")
                    || pattern.equals(host)
                    || (pattern.startsWith("*.") && host.endsWith(pattern.substring(1)))) {
                return true;
            }
        }
        return false;
    }

    /** Whether it lists this address, or a network that contains it. */
    public boolean allowsAddress(IpAddress address) {
        return networks().stream().anyMatch(it -> it.contains(address));
    }

    private List<IpNetwork> networks() {
        List<IpNetwork> networks = new ArrayList<>();
        for (String host : hosts) {
            int slash = host.indexOf('/');
            if (IpAddress.parse(slash < 0 ? host : host.substring(0, slash)) != null) {
                networks.add(IpNetwork.parse(host));
            }
        }
        return networks;
    }
}
