package dev.culvert.daemon.auth;

import dev.culvert.daemon.config.AuthSettings;

/**
 * The callers on tunnels of agents. Each is the agent that has opened the tunnel, which its
 * connection says; keys that its clients send are not looked at.
 */
final class AgentCallers extends Callers {
    AgentCallers() {
        super(
                noTokens(),
                () -> AuthSettings.DEFAULTS,
                new UserNames(),
                Quotas.none(),
                AuthObserver.NONE);
    }

    @Override
    public boolean areOff() {
        return false;
    }

    @Override
    public boolean readSecrets() {
        return false;
    }
}
