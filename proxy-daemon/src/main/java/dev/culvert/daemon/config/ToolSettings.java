package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.policy.Level;
import dev.culvert.settings.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The section {@code tools}: policies for what agents do with tools, above that of an agent's own
 * configuration.
 *
 * @param policy of every agent
 */
public record ToolSettings(
        Optional<ToolPolicy> policy, List<TenantPolicy> tenants, List<AgentPolicy> agents) {

    public static final ToolSettings DEFAULTS =
            new ToolSettings(Optional.empty(), List.of(), List.of());

    /** Of all agents of one tenant. */
    public record TenantPolicy(String tenant, Optional<ToolPolicy> policy) {
        static TenantPolicy read(Section in) {
            String tenant = in.get("tenant", AgentSettings.NAME_KIND, "");
            Optional<ToolPolicy> policy = in.find("policy", ToolPolicy.kind(Level.TENANT));
            Check.that(!tenant.isEmpty(), "tenant", "missing", "say whose agents these are");
            return new TenantPolicy(tenant, policy);
        }
    }

    /** Of one agent. */
    public record AgentPolicy(String agent, Optional<ToolPolicy> policy) {
        static AgentPolicy read(Section in) {
            String agent = in.get("agent", AgentSettings.NAME_KIND, "");
            Optional<ToolPolicy> policy = in.find("policy", ToolPolicy.kind(Level.AGENT));
            Check.that(!agent.isEmpty(), "agent", "missing", "say which agent this is");
            return new AgentPolicy(agent, policy);
        }
    }

    public ToolSettings {
        tenants = List.copyOf(tenants);
        agents = List.copyOf(agents);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < tenants.size(); i++) {
            String tenant = tenants.get(i).tenant();
            Check.that(
                    names.add(tenant),
                    "tenants[" + i + "].tenant",
                    '"' + tenant + '"',
                    "there is a policy of that tenant already");
        }
        names.clear();
        for (int i = 0; i < agents.size(); i++) {
            String agent = agents.get(i).agent();
            Check.that(
                    names.add(agent),
                    "agents[" + i + "].agent",
                    '"' + agent + '"',
                    "there is a policy of that agent already");
        }
    }

    static ToolSettings read(Section in) {
        return new ToolSettings(
                in.find("policy", ToolPolicy.kind(Level.HOST)),
                in.sections("tenants", TenantPolicy::read),
                in.sections("agents", AgentPolicy::read));
    }

    /** Those that an agent gets, the highest level first. */
    public List<ToolPolicy> of(String tenant, String agent) {
        List<ToolPolicy> found = new ArrayList<>();
        policy.ifPresent(found::add);
        tenants.stream()
                .filter(it -> it.tenant().equals(tenant))
                .forEach(it -> it.policy().ifPresent(found::add));
        agents.stream()
                .filter(it -> it.agent().equals(agent))
                .forEach(it -> it.policy().ifPresent(found::add));
        return found;
    }

    /** Of rules that can match nothing, each with its place. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        policy.ifPresent(it -> warnings.addAll(it.rules().warnings()));
        tenants.forEach(
                it -> it.policy().ifPresent(its -> warnings.addAll(its.rules().warnings())));
        agents.forEach(it -> it.policy().ifPresent(its -> warnings.addAll(its.rules().warnings())));
        return warnings;
    }
}
