package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.policy.Glob;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.tunnel.Destination.Place;
import dev.culvert.tunnel.Destination.Reverse;
import dev.culvert.tunnel.PortList;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The section {@code reach}: which ports of agents the host's side may reach, and which services of
 * the host's side agents may.
 *
 * @param ports nothing is reached that none of these rules names
 * @param services nothing is offered to agents that none of these rules names
 * @param maxTunnels of all agents at once
 * @param maxAgentTunnels of one agent at once
 * @param timeout until a tunnel is open
 */
public record ReachSettings(
        List<PortRule> ports,
        List<ServiceRule> services,
        int maxTunnels,
        int maxAgentTunnels,
        Duration timeout) {

    public static final ReachSettings DEFAULTS =
            new ReachSettings(List.of(), List.of(), 4_096, 512, Duration.ofSeconds(10));

    private static final Kind<PortList> PORTS = Kind.text(PortList.TAKES, PortList::parse);
    private static final Kind<String> AGENTS =
            Kind.matching(
                    Pattern.compile("[A-Za-z0-9._*-]{1,64}"),
                    "the id of an agent, in which * stands for any characters");

    /**
     * Ports of some agents.
     *
     * @param agents a glob
     * @param tenant of these agents; of any tenant without it
     */
    public record PortRule(String agents, Optional<String> tenant, PortList ports) {
        public PortRule {
            Check.that(
                    !ports.isEmpty(), "ports", "missing", "say which ports may be reached there");
        }

        static PortRule read(Section in) {
            return new PortRule(
                    in.get("agents", AGENTS, "*"),
                    in.find("tenant", AgentSettings.NAME_KIND),
                    in.get("ports", PORTS, PortList.NONE));
        }

        boolean allows(String ofTenant, String agent, int port) {
            return ports.contains(port)
                    && Glob.matches(agents, agent)
                    && (tenant.isEmpty() || tenant.get().equals(ofTenant));
        }
    }

    /**
     * Services that some agents may reach, while somebody has opened a port of theirs for one.
     *
     * @param agents a glob
     * @param tenant of these agents; of any tenant without it
     * @param to each as {@code HOST:PORT}, which the host connects to
     */
    public record ServiceRule(String agents, Optional<String> tenant, List<Reverse> to) {
        private static final Kind<Reverse> SERVICE =
                Kind.text("HOST:PORT, with IPv6 in brackets", ServiceRule::service);

        public ServiceRule {
            to = List.copyOf(to);
            Check.that(!to.isEmpty(), "to", "[]", "say which services, each as HOST:PORT");
        }

        private static Reverse service(String text) {
            Place place = Place.parse(text);
            return new Reverse(place.host(), place.port());
        }

        static ServiceRule read(Section in) {
            return new ServiceRule(
                    in.get("agents", AGENTS, "*"),
                    in.find("tenant", AgentSettings.NAME_KIND),
                    in.list("to", SERVICE, List.of()));
        }

        boolean allows(String ofTenant, String agent, Reverse service) {
            return to.contains(service)
                    && Glob.matches(agents, agent)
                    && (tenant.isEmpty() || tenant.get().equals(ofTenant));
        }
    }

    public ReachSettings {
        ports = List.copyOf(ports);
        services = List.copyOf(services);
        Check.between("max_tunnels", maxTunnels, 0, 65_536);
        Check.between("max_agent_tunnels", maxAgentTunnels, 0, 65_536);
        Check.positive("timeout", timeout);
    }

    static ReachSettings read(Section in) {
        return new ReachSettings(
                in.sections("ports", PortRule::read),
                in.sections("services", ServiceRule::read),
                in.get("max_tunnels", Kind.INT, DEFAULTS.maxTunnels),
                in.get("max_agent_tunnels", Kind.INT, DEFAULTS.maxAgentTunnels),
                in.get("timeout", Kind.DURATION, DEFAULTS.timeout));
    }

    /** Whether that port of that agent may be reached. */
    public boolean allows(String tenant, String agent, int port) {
        for (PortRule rule : ports) {
            if (rule.allows(tenant, agent, port)) {
                return true;
            }
        }
        return false;
    }

    /** Whether that agent may reach that service of the host's side. */
    public boolean allows(String tenant, String agent, Reverse service) {
        for (ServiceRule rule : services) {
            if (rule.allows(tenant, agent, service)) {
                return true;
            }
        }
        return false;
    }
}
