package dev.culvert.daemon.egress;

import dev.culvert.daemon.config.EgressRule;
import dev.culvert.transport.IpAddress;
import dev.culvert.transport.SpecialAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;

/**
 * What one agent may reach at one port.
 *
 * @param rules that are about the agent and the port
 * @param isOfThisHost whether the machine itself has the address
 */
/* A name that is listed may resolve to any address, and to another one the next time (DNS rebinding). So the addresses
 * are checked after the look-up, and the connection goes to one that was checked. */
record EgressPolicy(List<EgressRule> rules, Predicate<InetAddress> isOfThisHost) {
    static EgressPolicy of(List<EgressRule> all, String tenant, String agent, int port) {
        return new EgressPolicy(
                all.stream().filter(rule -> rule.isFor(tenant, agent, port)).toList(),
                SpecialAddresses::areOfThisHost);
    }

    /** Whether the host is listed, by its name or as an address. In lower case. */
    boolean lists(String host) {
        IpAddress address = IpAddress.parse(host);
        return rules.stream()
                .anyMatch(rule ->
                        rule.allowsName(host) || (address != null && rule.allowsAddress(address)));
    }

    /** Whether a connection may go to what a listed host resolved to. Not for event loops. */
    boolean allows(InetAddress resolved) {
        return listsAddress(resolved) || !needsRule(resolved);
    }

    /** Whether only a rule that lists the address itself allows it. Not for event loops. */
    boolean needsRule(InetAddress resolved) {
        return SpecialAddresses.contain(resolved) || isOfThisHost.test(resolved);
    }

    boolean listsAddress(InetAddress resolved) {
        IpAddress address = IpAddress.of(resolved);
        return rules.stream().anyMatch(rule -> rule.allowsAddress(address));
    }
}
