package dev.culvert.daemon.providers;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thing that providers can be asked: {@code /providers/NAME/v1/…}; for agents also {@code
 * /v1/…}, which goes to the first provider that is up to it.
 */
final class ProviderRoute implements Route {
    static final String PARAMETER = "provider";
    static final String PREFIX = "/providers/{" + PARAMETER + "}";

    private final ProviderRoom room;
    private final ProviderApi api;
    private final boolean named;

    /**
     * @param named whether the path names the provider
     */
    ProviderRoute(ProviderRoom room, ProviderApi api, boolean named) {
        this.room = room;
        this.api = api;
        this.named = named;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(api.method());
    }

    @Override
    public List<String> templates() {
        return List.of(named ? PREFIX + api.path() : api.path());
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.USE_PROVIDERS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        room.admission().checkWork();
        OverMemory.check(answer.client());
        Caller caller = request.caller();
        Asked asked =
                api.method().equals(HttpMethod.GET)
                        ? Asked.NOTHING
                        : Asked.read(api, request.body());
        List<Provider> providers =
                room.providers()
                        .find(
                                api.kind(request.header(Header.ANTHROPIC_VERSION) != null),
                                named ? request.parameter(PARAMETER) : null,
                                caller.tenant(),
                                asked.model());
        if (asked.hosted().areAlone()) {
            providers = withHostedTools(providers, asked.hosted());
        }
        Lease lease = api.generates() ? admit(caller, asked) : null;
        Passage passage =
                new Passage(
                        request,
                        answer,
                        api,
                        asked,
                        lease == null ? null : new TokenCount(asked.inputTokens()),
                        lease,
                        room.observer());
        new Passing(passage, providers, room.stall()).begin();
    }

    private static List<Provider> withHostedTools(List<Provider> of, HostedTools asked) {
        List<Provider> allowing = of.stream().filter(it -> it.settings().hostedTools()).toList();
        if (allowing.isEmpty()) {
            throw new ProblemException(
                    Problem.of(
                                    HttpResponseStatus.FORBIDDEN,
                                    "The provider would run what the request asks for itself, and reach the internet with it (%s): leave it out, or set \"hosted_tools\": true for a provider in the daemon's settings."
                                            .formatted(String.join(", ", asked.names())))
                            .member("code", "hosted_tools_not_allowed")
                            .member("param", "tools"));
        }
        return allowing;
    }

    private Lease admit(Caller caller, Asked asked) {
        try {
            Budgets budgets = room.budgets();
            List<Holder> holders = holders(caller);
            if (budgets.areLimited(holders)) {
                asked.checkUsage();
            }
            return budgets.admit(
                    holders,
                    asked.inputTokens(),
                    asked.answerTokens(budgets.reserveTokens()),
                    asked.isStreamed());
        } catch (BudgetException e) {
            room.observer().onRefused();
            throw new ProblemException(
                    Problem.of(HttpResponseStatus.TOO_MANY_REQUESTS, e.sentence())
                            .retryAfter(e.retrySeconds())
                            .member("code", "budget_exceeded"));
        }
    }

    /** A caller of every tenant takes from the budget of the tenant that agents have by default. */
    private static List<Holder> holders(Caller caller) {
        @Nullable String named = caller.tenant();
        Holder tenant =
                Holder.tenant(Objects.requireNonNullElse(named, AgentSettings.DEFAULT_TENANT));
        return caller.kind() == Caller.Kind.AGENT
                ? List.of(Holder.agent(caller.name()), tenant)
                : List.of(tenant);
    }
}
