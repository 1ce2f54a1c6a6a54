package dev.culvert.daemon.providers;

import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Route;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What the routes of providers share.
 *
 * @param stallTimeout how long a client may read nothing although data waits for it
 */
public record ProviderRoom(
        Providers providers,
        Budgets budgets,
        ProviderObserver observer,
        Admission admission,
        Supplier<Duration> stallTimeout) {

    /** What the paths of clients begin with, whatever the provider is. */
    public static final String ANY = "/providers/*";

    Duration stall() {
        return stallTimeout.get();
    }

    /** For clients, which name a provider. */
    public List<Route> ofClients() {
        return routes(true).toList();
    }

    /** For agents, whose own LLM clients know no names of providers. */
    public List<Route> ofAgents() {
        return Stream.concat(routes(true), routes(false)).toList();
    }

    private Stream<Route> routes(boolean named) {
        return Arrays.stream(ProviderApi.values()).map(api -> new ProviderRoute(this, api, named));
    }
}
